"""What Discord's front refuses, and its rate limits."""
import time

from sandbox_testing import CLUB, GUILD, HOOK, LEO, RITA, WELCOME

MEMBER = "GET /guilds/{guild}/members/{user}"


def rules(sandbox, **values):
    sandbox.no_limits()
    sandbox.control("PUT", "/discord/limits", values)


def test_a_wrong_token_is_401_with_the_plain_body(sandbox):
    reply = sandbox.discord("GET", "/users/@me", Authorization="Bot no")
    assert reply.status == 401 and reply.json == {"message": "401: Unauthorized", "code": 0}


def test_a_foreign_user_agent_is_stopped_with_40333(sandbox):
    for agent in ("curl/8", None):
        reply = sandbox.discord("GET", "/users/@me", User_Agent=agent)
        assert (reply.status, reply.code) == (403, 40333)


def test_a_body_without_content_type_is_50035(sandbox):
    reply = sandbox.discord("POST", f"/channels/{WELCOME}/invites", "{}", Content_Type=None)
    assert (reply.status, reply.code) == (400, 50035)


def test_a_body_that_is_not_json_is_50109(sandbox):
    assert sandbox.discord("POST", f"/channels/{WELCOME}/invites", "{no").code == 50109


def test_unknown_routes_methods_and_versions_are_told_apart(sandbox):
    reply = sandbox.discord("GET", "/nothing/here")
    assert reply.status == 404 and reply.json == {"message": "404: Not Found", "code": 0}
    assert sandbox.discord("POST", f"/guilds/{GUILD}/roles/{CLUB}", {}).status == 405
    agent = {"User-Agent": "DiscordBot (x, 1)", "Authorization": "Bot sandbox-bot-token"}
    assert sandbox.send("GET", "/api/v6/users/@me", headers=agent).code == 50041


def test_an_id_that_is_not_a_number_is_a_form_error(sandbox):
    reply = sandbox.discord("GET", f"/guilds/{GUILD}/members/rita")
    assert reply.code == 50035 and "user_id" in reply.json["errors"]


def test_json_answers_carry_exactly_the_plain_content_type(sandbox):
    assert sandbox.discord("GET", "/users/@me").headers["Content-Type"] == "application/json"


def test_a_used_up_bucket_answers_the_documented_429(sandbox):
    rules(sandbox, routes={MEMBER: {"limit": 2, "window_seconds": 0.4}})
    path = f"/guilds/{GUILD}/members/{RITA}"
    left = [sandbox.discord("GET", path).headers["X-RateLimit-Remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    reply = sandbox.discord("GET", path)
    assert reply.status == 429 and reply.json["global"] is False and 0 < reply.json["retry_after"] <= 0.4
    for name, value in (("X-RateLimit-Scope", "user"), ("Via", "1.1 google"), ("X-RateLimit-Remaining", "0"), ("Retry-After", "1")):
        assert reply.headers[name] == value
    time.sleep(reply.json["retry_after"] + 0.02)
    assert sandbox.discord("GET", path).status == 200


def test_members_of_one_guild_share_the_role_bucket(sandbox):
    rules(sandbox, routes={"PUT /guilds/{guild}/members/{user}/roles/{role}": {"limit": 1, "window_seconds": 5}})
    assert sandbox.role("PUT", RITA, CLUB).status == 204
    assert sandbox.role("PUT", LEO, CLUB).status == 429
    assert sandbox.role("DELETE", LEO, CLUB).status == 204  # another method, another bucket


def test_two_routes_can_share_a_named_bucket(sandbox):
    rule = {"limit": 1, "window_seconds": 5, "bucket": "roles"}
    rules(sandbox, routes={f"{m} /guilds/{{guild}}/members/{{user}}/roles/{{role}}": rule for m in ("PUT", "DELETE")})
    first = sandbox.role("PUT", RITA, CLUB)
    second = sandbox.role("DELETE", RITA, CLUB)
    assert second.status == 429 and first.headers["X-RateLimit-Bucket"] == second.headers["X-RateLimit-Bucket"]


def test_the_bucket_id_does_not_depend_on_the_major_parameter(sandbox):
    sandbox.control("PUT", "/discord/limits", {"routes": {}})
    ids = {sandbox.discord("GET", f"/guilds/{g}/roles").headers["X-RateLimit-Bucket"] for g in (GUILD, "1")}
    assert len(ids) == 1


def test_the_global_limit_answers_without_bucket_headers(sandbox):
    rules(sandbox, global_per_second=3)
    replies = [sandbox.discord("GET", "/users/@me") for _ in range(4)]
    assert [r.status for r in replies] == [200, 200, 200, 429]
    last = replies[-1]
    assert last.json["global"] is True and last.headers["X-RateLimit-Global"] == "true"
    assert last.headers["X-RateLimit-Scope"] == "global" and "X-RateLimit-Bucket" not in last.headers


def test_a_channel_full_of_webhook_posts_answers_a_shared_429_with_room_left_in_the_bucket(sandbox):
    rules(sandbox, webhooks_per_channel={"limit": 1, "window_seconds": 5}, default={"limit": 5, "window_seconds": 5})
    assert sandbox.discord("POST", HOOK, {"content": "a"}).status == 204
    reply = sandbox.discord("POST", HOOK, {"content": "b"})
    assert reply.status == 429 and reply.headers["X-RateLimit-Scope"] == "shared"
    assert int(reply.headers["X-RateLimit-Remaining"]) > 0
    assert sandbox.state("invalid_requests") == 0


def test_refusals_are_counted_and_too_many_end_in_a_page_that_is_not_json(sandbox):
    rules(sandbox, invalid_requests={"limit": 3, "window_seconds": 0.5})
    for _ in range(3):
        assert sandbox.discord("GET", "/users/@me", Authorization="Bot no").status == 401
    assert sandbox.state("invalid_requests") == 3
    reply = sandbox.discord("GET", "/users/@me")
    assert reply.status == 429 and reply.raw == b"error code: 1015" and "Via" not in reply.headers
    time.sleep(0.55)
    assert sandbox.discord("GET", "/users/@me").status == 200


def test_limits_can_be_switched_off_for_a_benchmark(sandbox):
    sandbox.no_limits()
    assert {sandbox.role("PUT", RITA, CLUB).status for _ in range(80)} == {204}


def test_the_role_route_lets_ten_through_by_default(sandbox):
    statuses = [sandbox.role("PUT", RITA, CLUB).status for _ in range(11)]
    assert statuses == [204] * 10 + [429]
