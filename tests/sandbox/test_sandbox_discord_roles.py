from sandbox_testing import ANNUAL, BOARD, BOT, BOT_ROLE, CHESS, CLUB, GUILD, LEO, RITA, STRANGER, VISITOR


def test_a_role_given_twice_is_held_once_and_answers_204_both_times(sandbox):
    assert [sandbox.role("PUT", RITA, CLUB).status for _ in range(2)] == [204, 204]
    member = sandbox.state("discord.members." + RITA)
    assert member["roles"] == [CLUB]
    assert [(c["op"], c["role"], c["changed"]) for c in member["role_changes"]] == [("add", CLUB, True), ("add", CLUB, False)]


def test_a_204_has_no_body_and_no_content_type(sandbox):
    reply = sandbox.role("PUT", RITA, CLUB)
    assert reply.raw == b"" and "Content-Type" not in reply.headers


def test_taking_a_role_that_is_not_held_is_harmless(sandbox):
    assert sandbox.role("DELETE", LEO, CHESS).status == 204
    assert sandbox.state(f"discord.members.{LEO}")["role_changes"][0]["changed"] is False


def test_a_role_above_the_bot_is_refused_with_50013(sandbox):
    reply = sandbox.role("PUT", RITA, BOARD)
    assert (reply.status, reply.code) == (403, 50013)


def test_administrator_does_not_lift_the_ladder(sandbox):
    sandbox.control("PUT", "/discord/roles/" + BOT_ROLE, {"name": "porteiro", "position": 10, "permissions": "8"})
    assert sandbox.role("PUT", RITA, BOARD).code == 50013
    assert sandbox.role("PUT", RITA, CLUB).status == 204


def test_a_role_at_the_bots_own_height_is_refused(sandbox):
    sandbox.control("PUT", "/discord/roles/" + CLUB, {"name": "Clube", "position": 10})
    assert sandbox.role("PUT", RITA, CLUB).code == 50013


def test_without_manage_roles_nothing_can_be_given(sandbox):
    sandbox.control("PUT", "/discord/roles/" + BOT_ROLE, {"name": "porteiro", "position": 10, "permissions": 1 << 10})
    assert sandbox.role("PUT", RITA, CLUB).code == 50013


def test_everyone_is_an_invalid_role(sandbox):
    reply = sandbox.role("PUT", RITA, GUILD)
    assert (reply.status, reply.code) == (400, 50028)


def test_a_managed_role_is_refused_with_the_code_that_was_configured(sandbox):
    guild = {"guild": {"id": GUILD, "name": "Escola"}, "bot": {"role_ids": [BOT_ROLE]}, "roles": [
        {"id": BOT_ROLE, "name": "porteiro", "position": 10, "permissions": str(1 << 28)},
        {"id": CLUB, "name": "Apoiador", "position": 2, "managed": True}], "members": [{"id": RITA, "username": "rita"}]}
    sandbox.control("PUT", "/discord", guild)
    assert sandbox.role("PUT", RITA, CLUB).code == 50028
    sandbox.control("PUT", "/discord", {**guild, "managed_role_code": 50013})
    reply = sandbox.role("PUT", RITA, CLUB)
    assert (reply.status, reply.code) == (403, 50013)


def test_unknown_guild_member_and_role_have_their_codes_in_this_order(sandbox):
    path = "/guilds/{}/members/{}/roles/{}"
    assert sandbox.discord("PUT", path.format("1", STRANGER, "3")).code == 10004
    assert sandbox.discord("PUT", path.format(GUILD, STRANGER, "3")).code == 10007
    reply = sandbox.discord("PUT", path.format(GUILD, RITA, "3"))
    assert (reply.status, reply.code) == (404, 10011)


def test_a_deleted_account_is_an_unknown_user(sandbox):
    sandbox.control("PUT", "/discord", {"guild": {"id": GUILD, "name": "Escola"}, "deleted_users": [STRANGER]})
    assert sandbox.discord("GET", f"/guilds/{GUILD}/members/{STRANGER}").code == 10013


def test_a_bot_that_was_removed_has_no_access(sandbox):
    sandbox.control("DELETE", "/discord/members/" + BOT)
    reply = sandbox.role("PUT", RITA, CLUB)
    assert (reply.status, reply.code) == (403, 50001)


def test_a_whole_role_list_replaces_what_was_held(sandbox):
    sandbox.role("PUT", RITA, VISITOR)
    reply = sandbox.discord("PATCH", f"/guilds/{GUILD}/members/{RITA}", {"roles": [CLUB, CHESS]})
    assert reply.status == 200 and sorted(reply.json["roles"]) == [CLUB, CHESS]
    assert VISITOR not in sandbox.state("discord.members." + RITA)["roles"]


def test_an_edit_that_would_take_a_higher_role_changes_nothing(sandbox):
    sandbox.control("PUT", "/discord/members/" + RITA, {"roles": [BOARD, CLUB]})
    reply = sandbox.discord("PATCH", f"/guilds/{GUILD}/members/{RITA}", {"roles": []})
    assert (reply.status, reply.code) == (403, 50013)
    assert sandbox.state("discord.members." + RITA)["roles"] == [BOARD, CLUB]


def test_someone_who_left_is_10007_and_rejoins_with_no_roles(sandbox):
    sandbox.role("PUT", RITA, CLUB)
    sandbox.control("DELETE", "/discord/members/" + RITA)
    assert sandbox.role("DELETE", RITA, CLUB).code == 10007
    sandbox.control("PUT", "/discord/members/" + RITA, {"username": "rita.alves", "pending": True})
    member = sandbox.discord("GET", f"/guilds/{GUILD}/members/{RITA}").json
    assert member["roles"] == [] and member["pending"] is True


def test_a_deleted_role_disappears_from_its_holders(sandbox):
    sandbox.role("PUT", RITA, ANNUAL)
    sandbox.control("DELETE", "/discord/roles/" + ANNUAL)
    assert sandbox.discord("GET", f"/guilds/{GUILD}/members/{RITA}").json["roles"] == []
    assert sandbox.role("DELETE", RITA, ANNUAL).code == 10011


def test_members_are_paged_by_the_highest_id_seen(sandbox):
    sandbox.no_limits()
    members = [{"id": str(800 + n), "username": f"aluno{n}"} for n in range(25)]
    sandbox.control("PUT", "/discord", {"guild": {"id": GUILD, "name": "Escola"}, "members": members})
    seen, after = [], "0"
    while True:
        page = sandbox.discord("GET", f"/guilds/{GUILD}/members?limit=10&after={after}").json
        if not page:
            break
        seen += [m["user"]["id"] for m in page]
        after = seen[-1]
    assert seen == sorted([m["id"] for m in members] + [BOT], key=int)


def test_listing_members_needs_the_privileged_intent_and_searching_does_not(sandbox):
    sandbox.control("PUT", "/discord", {"guild": {"id": GUILD, "name": "Escola"}, "application": {"flags": 0},
                                        "members": [{"id": RITA, "username": "rita.alves"}]})
    assert sandbox.discord("GET", f"/guilds/{GUILD}/members?limit=10").code == 50001
    found = sandbox.discord("GET", f"/guilds/{GUILD}/members/search?query=RITA&limit=5").json
    assert [m["user"]["id"] for m in found] == [RITA]


def test_a_page_larger_than_1000_is_a_form_error(sandbox):
    reply = sandbox.discord("GET", f"/guilds/{GUILD}/members?limit=1001")
    assert (reply.status, reply.code) == (400, 50035)
    assert reply.json["errors"]["limit"]["_errors"][0]["code"] == "NUMBER_TYPE_MAX"


def test_the_self_check_reads_roles_and_application_flags(sandbox):
    roles = {r["id"]: r for r in sandbox.discord("GET", f"/guilds/{GUILD}/roles").json}
    assert roles[GUILD]["position"] == 0 and roles[BOT_ROLE]["managed"] and roles[BOT_ROLE]["permissions"] == "268438545"
    assert sandbox.discord("GET", f"/guilds/{GUILD}/members/{BOT}").json["roles"] == [BOT_ROLE]
    assert sandbox.discord("GET", "/applications/@me").json["flags"] & (1 << 14 | 1 << 15)
    assert sandbox.discord("GET", "/users/@me").json["id"] == BOT


def test_an_audit_reason_is_kept_unescaped(sandbox):
    path = f"/guilds/{GUILD}/members/{RITA}/roles/{CLUB}"
    sandbox.discord("PUT", path, X_Audit_Log_Reason="compra%20aprovada")
    assert sandbox.state("discord.members." + RITA)["role_changes"][0]["reason"] == "compra aprovada"
