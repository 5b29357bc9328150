"""Faults, counters, the control routes and the process itself."""
import asyncio
import http.client
import signal
import time

import aiohttp
import pytest

from sandbox_testing import CLUB, GUILD, LEO, RITA, Sandbox, free_port, start

ROLE_KEY = "discord PUT /guilds/{guild}/members/{user}/roles/{role}"


def test_a_status_fault_answers_before_anything_is_done(sandbox):
    sandbox.fault(provider="discord", method="PUT", path="/guilds/*/members/*/roles/*", kind="status", status=502, times=1)
    assert sandbox.role("PUT", RITA, CLUB).status == 502
    assert sandbox.state("discord.members." + RITA)["roles"] == []
    assert sandbox.role("PUT", RITA, CLUB).status == 204


def test_a_fault_may_let_calls_through_before_it_strikes_once(sandbox):
    sandbox.fault(provider="discord", method="PUT", path="**", kind="status", status=502, after=2, times=1)
    assert [sandbox.role("PUT", RITA, CLUB).status for _ in range(4)] == [204, 204, 502, 204]


def test_a_limited_fault_waits_for_the_request_that_contains_its_text(sandbox):
    sandbox.fault(provider="resend", method="POST", kind="status", status=503, times=1, contains="ana@example.com")
    mail = {"from": "a@example.com", "to": ["leo@example.com"], "subject": "x", "text": "Olá"}
    assert sandbox.resend("POST", "/emails", mail).status == 200
    assert sandbox.state("faults")[0]["left"] == 1
    statuses = [sandbox.resend("POST", "/emails", {**mail, "to": ["ana@example.com"]}).status for _ in range(2)]
    assert statuses == [503, 200]


def test_others_do_not_count_among_the_calls_let_through_either(sandbox):
    sandbox.fault(provider="resend", kind="status", status=503, after=1, contains="ana@example.com")
    mail = {"from": "a@example.com", "to": ["leo@example.com"], "subject": "x", "text": "x"}
    others = [sandbox.resend("POST", "/emails", mail).status for _ in range(3)]
    hers = [sandbox.resend("POST", "/emails", {**mail, "to": ["ana@example.com"]}).status for _ in range(2)]
    assert (others, hers) == ([200] * 3, [200, 503])


@pytest.mark.parametrize("wanted", ["email=ana%2Bx%40example.com", "ana+x@example.com"])
def test_the_text_may_stand_in_the_query_as_sent_or_as_meant(sandbox, wanted):
    sandbox.fault(provider="manychat", kind="status", status=503, contains=wanted)
    ask = "/subscriber/findBySystemField?email="
    assert sandbox.manychat("GET", ask + "leo%40example.com").status == 200
    assert sandbox.manychat("GET", ask + "ana%2Bx%40example.com").status == 503


def test_the_text_may_be_anything_in_the_body_but_is_not_looked_for_in_the_path(sandbox):
    sandbox.fault(provider="resend", kind="status", status=503, contains="emails")
    mail = {"from": "a@example.com", "to": ["leo@example.com"], "subject": "x", "text": "x"}
    assert sandbox.resend("POST", "/emails", mail).status == 200
    sandbox.fault(provider="resend", kind="status", status=502, contains="matrícula")
    spoken = '{"from":"a@example.com","to":["leo@example.com"],"subject":"Sua matrícula","text":"x"}'
    assert sandbox.resend("POST", "/emails", spoken).status == 502
    assert sandbox.resend("POST", "/emails", b"\xff not text").status == 400


def test_a_drop_happens_before_and_a_drop_after_happens_behind_the_work(sandbox):
    sandbox.fault(provider="discord", path="/guilds/*/members/*/roles/*", kind="drop", times=1)
    with pytest.raises(ConnectionError):
        sandbox.role("PUT", RITA, CLUB)
    assert sandbox.state("discord.members." + RITA)["roles"] == []
    sandbox.fault(provider="discord", path="/guilds/*/members/*/roles/*", kind="drop_after", times=1)
    with pytest.raises(ConnectionError):
        sandbox.role("PUT", RITA, CLUB)
    assert sandbox.state("discord.members." + RITA)["roles"] == [CLUB]
    assert sandbox.state("calls")[ROLE_KEY]["by_status"] == {"drop": 1, "drop_after": 1}


def test_a_drop_on_a_kept_connection_ends_that_connection_only(sandbox):
    headers = {"User-Agent": "DiscordBot (x, 1)", "Authorization": "Bot sandbox-bot-token"}
    sandbox.fault(provider="discord", kind="drop", path="/users/@me", times=1)
    one, other = (http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5) for _ in range(2))
    for connection in (one, other):
        for _ in range(2):
            connection.request("GET", f"/api/v10/guilds/{GUILD}/roles", headers=headers)
            assert connection.getresponse().read()
    one.request("GET", "/api/v10/users/@me", headers=headers)
    with pytest.raises(ConnectionError):
        one.getresponse()
    other.request("GET", "/api/v10/users/@me", headers=headers)
    assert other.getresponse().status == 200
    one.close(), other.close()


def test_latency_delays_one_request_and_no_other(sandbox):
    sandbox.fault(provider="discord", path=f"/guilds/*/members/{RITA}", kind="latency", latency_ms=150)
    began = time.monotonic()
    sandbox.discord("GET", f"/guilds/{GUILD}/members/{LEO}")
    between = time.monotonic()
    sandbox.discord("GET", f"/guilds/{GUILD}/members/{RITA}")
    assert between - began < 0.12 and time.monotonic() - between >= 0.15


def test_a_rate_limit_fault_looks_like_the_real_thing(sandbox):
    sandbox.fault(provider="discord", kind="rate_limit", retry_after=1.3, times=1)
    reply = sandbox.role("PUT", RITA, CLUB)
    assert reply.status == 429 and reply.json["retry_after"] == 1.3 and reply.headers["Retry-After"] == "2"
    assert reply.headers["Via"] and reply.headers["X-RateLimit-Bucket"]
    sandbox.fault(provider="discord", kind="rate_limit", retry_after=2, times=1, **{"global": True})
    reply = sandbox.role("PUT", RITA, CLUB)
    assert reply.json["global"] is True and "X-RateLimit-Limit" not in reply.headers
    assert sandbox.state("invalid_requests") == 2


def test_a_shared_rate_limit_is_not_counted_against_the_client(sandbox):
    sandbox.fault(provider="discord", kind="rate_limit", scope="shared", times=1)
    assert sandbox.role("PUT", RITA, CLUB).headers["X-RateLimit-Scope"] == "shared"
    assert sandbox.state("invalid_requests") == 0


def test_a_body_fault_does_the_work_and_spoils_the_answer(sandbox):
    sandbox.fault(provider="discord", kind="body", body="<html>oops", times=1)
    reply = sandbox.discord("POST", "/channels/700000000000000301/invites", {})
    assert reply.status == 200 and reply.raw == b"<html>oops" and reply.headers["Content-Type"] == "text/html"
    assert len(sandbox.state("discord.invites")) == 1


def test_a_star_stays_within_one_path_segment(sandbox):
    sandbox.fault(provider="discord", path="/guilds/*", kind="status", status=500)
    assert sandbox.discord("GET", f"/guilds/{GUILD}").status == 500
    assert sandbox.discord("GET", f"/guilds/{GUILD}/roles").status == 200


def test_the_same_seed_gives_the_same_faults(sandbox):
    sandbox.no_limits()
    runs = []
    for _ in range(2):
        sandbox.fault(provider="discord", kind="status", probability=0.5, seed=42)
        runs.append([sandbox.discord("GET", "/users/@me").status for _ in range(30)])
        sandbox.control("DELETE", "/faults")
    assert runs[0] == runs[1] and set(runs[0]) == {200, 500}


def test_a_fault_can_be_listed_and_removed(sandbox):
    number = sandbox.fault(provider="discord", kind="status", status=503)
    assert sandbox.discord("GET", "/users/@me").status == 503
    listed = sandbox.control("GET", "/faults")
    assert listed[0]["id"] == number and listed[0]["hits"] == 1
    sandbox.control("DELETE", "/faults/" + number)
    assert sandbox.discord("GET", "/users/@me").status == 200
    assert sandbox.send("DELETE", "/_sandbox/faults/" + number).status == 404


@pytest.mark.parametrize("method, path, body, field", [
    ("POST", "/faults", {"provider": "discord", "kind": "explode"}, "kind"),
    ("POST", "/faults", {"kind": "drop"}, "provider"),
    ("POST", "/faults", {"provider": "discord", "kind": "drop", "probability": 2}, "probability"),
    ("POST", "/faults", {"provider": "discord", "kind": "drop", "tmes": 2}, "tmes"),
    ("POST", "/faults", {"provider": "discord", "kind": "drop", "contains": ""}, "contains"),
    ("POST", "/faults", {"provider": "discord", "kind": "drop", "contains": 7}, "contains"),
    ("PUT", "/discord", {"guild": {"id": GUILD}}, "guild.name"),
    ("PUT", "/discord", {"guild": {"id": GUILD, "name": "x"}, "members": [{"id": 5, "username": "a"}]}, "members[0].id"),
    ("PUT", "/discord/members/77", {"username": "a", "roles": ["5"]}, "roles[0]"),
    ("PUT", "/discord/limits", {"routes": {"GET /nothing": None}}, "routes.GET /nothing"),
    ("PUT", "/resend", {"per_second": 0}, "per_second"),
    ("POST", "/clock", {}, "advance_seconds"),
    ("GET", "/state?part=discord.nothing", None, "part"),
])
def test_bad_control_input_names_its_field(sandbox, method, path, body, field):
    reply = sandbox.send(method, "/_sandbox" + path, body)
    assert reply.status == 400 and reply.json["field"] == field and field in reply.json["error"]


def test_a_refused_load_leaves_the_old_guild_in_place(sandbox):
    sandbox.send("PUT", "/_sandbox/discord", {"guild": {"id": "5", "name": "x"}, "bot": {"role_ids": ["6"]}})
    assert sandbox.state("discord.guild")["id"] == GUILD


def test_calls_are_counted_by_template_and_status(sandbox):
    sandbox.role("PUT", RITA, CLUB)
    sandbox.role("PUT", LEO, CLUB)
    sandbox.role("PUT", "5", CLUB)
    assert sandbox.state("calls") == {ROLE_KEY: {"total": 3, "by_status": {"204": 2, "404": 1}}}
    sandbox.control("DELETE", "/calls")
    assert sandbox.state("calls") == {}
    assert sandbox.state("discord.members." + RITA)["roles"] == [CLUB]


def test_a_reset_brings_back_the_demo_guild(sandbox):
    sandbox.control("PUT", "/discord", {"guild": {"id": "5", "name": "Outra"}})
    sandbox.fault(provider="discord", kind="drop")
    sandbox.control("DELETE", "/state")
    state = sandbox.control("GET", "/state")
    assert state["discord"]["guild"]["name"] == "Escola Exemplo" and state["faults"] == [] and state["calls"] == {}
    assert state["discord"]["members"][RITA]["username"] == "rita.alves"


def test_the_whole_state_has_its_promised_parts(sandbox):
    state = sandbox.control("GET", "/state")
    assert set(state) >= {"discord", "hotmart", "resend", "calls", "invalid_requests", "faults"}
    assert {"guild", "roles", "channels", "members", "invites", "messages", "commands"} <= set(state["discord"])
    assert set(state["resend"]) == {"emails", "rejected"}


def test_many_parallel_connections_lose_and_double_nothing(sandbox):
    sandbox.no_limits()
    sandbox.control("PUT", "/discord", {"guild": {"id": GUILD, "name": "x"}, "bot": {"role_ids": ["10"]}, "roles": [
        {"id": "10", "name": "bot", "position": 10, "permissions": str(1 << 28)}, {"id": "11", "name": "aluno"}],
        "members": [{"id": str(1000 + n), "username": f"a{n}"} for n in range(400)]})
    headers = {"User-Agent": "DiscordBot (x, 1)", "Authorization": "Bot sandbox-bot-token"}

    async def run():
        connector = aiohttp.TCPConnector(limit=100)
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
            async def give(n):
                url = f"http://127.0.0.1:{sandbox.port}/api/v10/guilds/{GUILD}/members/{1000 + n}/roles/11"
                async with session.put(url) as reply:
                    return reply.status
            return await asyncio.gather(*(give(n) for n in range(400)))

    assert set(asyncio.run(run())) == {204}
    assert sandbox.state("calls")[ROLE_KEY]["total"] == 400
    members = sandbox.state("discord.members")
    assert all(m["roles"] == ["11"] for i, m in members.items() if len(i) == 4)


def test_sigterm_ends_the_process_at_once_even_with_a_request_waiting():
    port = free_port()
    process = start(port)
    sandbox = Sandbox(port)
    assert sandbox.send("GET", "/healthz").json == {"status": "ok"}
    sandbox.fault(provider="discord", kind="latency", latency_ms=60000)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0 and time.monotonic() - began < 1
