import pytest

from sandbox_testing import BOARD, BOT_ROLE, CLUB, GUILD, RITA, STRANGER, WELCOME

PATH = f"/channels/{WELCOME}/invites"
MINIMAL, MANAGE_CHANNELS = 268438529, 1 << 4


def make(sandbox, **body):
    reply = sandbox.discord("POST", PATH, {"max_uses": 1, "unique": True, **body})
    assert reply.status == 200, reply.raw
    return reply.json


def allow(sandbox, permissions):
    sandbox.control("PUT", "/discord/roles/" + BOT_ROLE, {"name": "porteiro", "position": 10, "permissions": str(permissions)})


def test_an_invite_is_used_up_by_its_only_guest(sandbox):
    invite = make(sandbox, max_age=604800)
    assert invite["uses"] == 0 and invite["max_uses"] == 1 and invite["max_age"] == 604800
    assert sandbox.discord("GET", "/invites/" + invite["code"]).status == 200
    used = sandbox.control("POST", f"/discord/invites/{invite['code']}/use", {"user_id": STRANGER, "username": "nova", "pending": True})
    assert used["joined"] is True and used["invite"]["uses"] == 1
    reply = sandbox.discord("GET", "/invites/" + invite["code"])
    assert (reply.status, reply.code) == (404, 10006)
    again = sandbox.send("POST", f"/_sandbox/discord/invites/{invite['code']}/use", {"user_id": "5"})
    assert (again.status, again.code) == (404, 10006)
    assert sandbox.state("discord.members." + STRANGER)["pending"] is True


def test_someone_already_inside_uses_nothing_up(sandbox):
    code = make(sandbox)["code"]
    assert sandbox.control("POST", f"/discord/invites/{code}/use", {"user_id": RITA})["joined"] is False
    assert sandbox.discord("GET", "/invites/" + code).status == 200


def test_an_invite_dies_when_its_time_has_passed(sandbox):
    code = make(sandbox, max_age=3600)["code"]
    sandbox.control("POST", "/clock", {"advance_seconds": 3599})
    assert sandbox.discord("GET", "/invites/" + code).status == 200
    sandbox.control("POST", "/clock", {"advance_seconds": 2})
    assert sandbox.discord("GET", "/invites/" + code).code == 10006


def test_only_unique_guarantees_a_fresh_code(sandbox):
    codes = {make(sandbox, unique=False)["code"] for _ in range(2)}
    assert len(codes) == 1
    assert make(sandbox, unique=True)["code"] not in codes


@pytest.mark.parametrize("body, field, code", [
    ({"max_age": 604801}, "max_age", "NUMBER_TYPE_MAX"),
    ({"max_age": -1}, "max_age", "NUMBER_TYPE_MIN"),
    ({"max_uses": 101}, "max_uses", "NUMBER_TYPE_MAX"),
    ({"max_uses": "many"}, "max_uses", "NUMBER_TYPE_COERCE"),
    ({"unique": 7}, "unique", "BOOLEAN_TYPE_CONVERT"),
])
def test_each_invite_field_is_checked(sandbox, body, field, code):
    reply = sandbox.discord("POST", PATH, body)
    assert (reply.status, reply.code) == (400, 50035)
    assert reply.json["errors"][field]["_errors"][0]["code"] == code


def test_an_invite_needs_a_body_a_channel_and_a_permission(sandbox):
    assert sandbox.discord("POST", PATH, "").code == 50109
    assert sandbox.discord("POST", "/channels/1/invites", {}).code == 10003
    allow(sandbox, 1 << 10)
    assert sandbox.discord("POST", PATH, {}).code == 50013


def test_a_hidden_channel_is_50001(sandbox):
    sandbox.control("PUT", "/discord", {
        "guild": {"id": GUILD, "name": "Escola"}, "bot": {"role_ids": [BOT_ROLE]},
        "roles": [{"id": BOT_ROLE, "name": "porteiro", "position": 10, "permissions": str(MINIMAL)}],
        "channels": [{"id": WELCOME, "name": "sala", "permission_overwrites": [{"id": GUILD, "type": 0, "deny": str(1 << 10)}]}]})
    reply = sandbox.discord("POST", PATH, {})
    assert (reply.status, reply.code) == (403, 50001)


def test_the_thousand_and_first_invite_is_30016(sandbox):
    sandbox.no_limits()
    allow(sandbox, MINIMAL | MANAGE_CHANNELS)
    codes = [make(sandbox)["code"] for _ in range(1000)]
    reply = sandbox.discord("POST", PATH, {"unique": True})
    assert (reply.status, reply.code) == (400, 30016)
    assert sandbox.discord("DELETE", "/invites/" + codes[0]).status == 200
    assert sandbox.discord("POST", PATH, {"unique": True}).status == 200


def test_listing_and_deleting_invites_need_manage_channels(sandbox):
    allow(sandbox, MINIMAL)
    code = make(sandbox)["code"]
    assert sandbox.discord("GET", PATH).code == 50013
    assert sandbox.discord("DELETE", "/invites/" + code).code == 50013
    allow(sandbox, MINIMAL | MANAGE_CHANNELS)
    assert [i["code"] for i in sandbox.discord("GET", PATH).json] == [code]
    assert sandbox.discord("DELETE", "/invites/" + code).status == 200
    assert sandbox.discord("GET", "/invites/" + code).code == 10006
    assert sandbox.state("discord.invites")[0]["revoked"] is True


def test_an_invite_can_carry_roles_below_the_bot_only(sandbox):
    assert sandbox.discord("POST", PATH, {"role_ids": [BOARD]}).code == 50013
    code = make(sandbox, role_ids=[CLUB])["code"]
    sandbox.control("POST", f"/discord/invites/{code}/use", {"user_id": STRANGER})
    assert sandbox.state("discord.members." + STRANGER)["roles"] == [CLUB]
