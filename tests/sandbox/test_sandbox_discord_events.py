"""What the gateway tells of members, roles and the bot's own fate."""
from gateway_testing import GUILDS, INVITES, MEMBERS, gateway_test
from sandbox_testing import BOT, BOT_ROLE, CHESS, CLUB, GUILD, LEO, RITA


@gateway_test
async def test_a_member_joins_accepts_gets_a_role_and_leaves(clients):
    client = await clients.begun()
    await clients.control("POST", "/discord/members/55/join", {"username": "ana", "pending": True})
    added = await client.event("GUILD_MEMBER_ADD")
    assert added["pending"] is True and added["roles"] == [] and added["guild_id"] == GUILD and added["flags"] == 0
    await clients.control("POST", "/discord/members/55/accept")
    assert (await client.event("GUILD_MEMBER_UPDATE"))["pending"] is False
    assert (await clients.discord("PUT", f"/guilds/{GUILD}/members/55/roles/{CLUB}")).status == 204
    updated = await client.event("GUILD_MEMBER_UPDATE")
    assert updated["roles"] == [CLUB] and updated["joined_at"] and "flags" in updated
    await clients.control("DELETE", "/discord/members/55")
    removed = await client.event("GUILD_MEMBER_REMOVE")
    assert set(removed) == {"guild_id", "user"} and removed["user"]["id"] == "55"
    await clients.control("POST", "/discord/members/55/join", {"username": "ana"})
    again = await client.event("GUILD_MEMBER_ADD")
    assert again["roles"] == [] and again["flags"] == 1  # came back


@gateway_test
async def test_what_changes_nothing_is_not_told(clients):
    client = await clients.begun()
    for _ in range(2):
        await clients.discord("DELETE", f"/guilds/{GUILD}/members/{RITA}/roles/{CLUB}")
    await clients.control("POST", f"/discord/members/{RITA}/accept")
    await clients.discord("PATCH", f"/guilds/{GUILD}/members/{LEO}", {"roles": [CLUB, CHESS]})
    only = await client.event("GUILD_MEMBER_UPDATE")
    assert only["user"]["id"] == LEO and sorted(only["roles"]) == [CLUB, CHESS]


@gateway_test
async def test_roles_come_change_and_go(clients):
    client = await clients.begun()
    for position, event in ((5, "GUILD_ROLE_CREATE"), (6, "GUILD_ROLE_UPDATE")):
        await clients.control("PUT", "/discord/roles/77", {"name": "Novo", "position": position})
        assert (await client.event(event))["role"]["position"] == position
    await clients.control("DELETE", "/discord/roles/77")
    assert (await client.event("GUILD_ROLE_DELETE"))["role_id"] == "77"


@gateway_test
async def test_a_bot_that_is_thrown_out_hears_of_it_and_then_of_nothing(clients):
    client = await clients.begun()
    await clients.control("DELETE", "/discord/members/" + BOT)
    assert await client.event("GUILD_DELETE") == {"id": GUILD}
    await clients.control("POST", "/discord/members/55/join", {})
    await clients.control("PUT", "/discord/members/" + BOT, {"username": "porteiro", "roles": [BOT_ROLE]})
    assert (await client.event("GUILD_CREATE"))["member_count"] == 4


@gateway_test
async def test_invite_events_need_the_right_to_manage_the_channel(clients):
    await clients.control("PUT", "/discord/roles/" + BOT_ROLE, {"name": "porteiro", "position": 10, "permissions": "268438529"})
    client = await clients.begun(GUILDS | MEMBERS | INVITES)
    invite = (await clients.discord("POST", "/channels/700000000000000301/invites", {"max_uses": 1})).json
    await clients.control("POST", f"/discord/invites/{invite['code']}/use", {"user_id": "55"})
    await client.event("GUILD_MEMBER_ADD")  # neither the invite's beginning nor its end was told
