"""The life of a gateway connection: greeting, identifying, heartbeats, resuming, and what ends it."""
import asyncio

import aiohttp
import pytest

from gateway_testing import GUILDS, INVITES, MEMBERS, Clients, gateway_test
from sandbox_testing import BOT, CLUB, GUILD, RITA

GATEWAY = "/discord/gateway"


def test_the_address_is_the_sandbox_itself_and_identifies_are_counted_down(sandbox):
    found = sandbox.discord("GET", "/gateway/bot").json
    assert found["url"] == f"ws://127.0.0.1:{sandbox.port}/" and found["shards"] == 1
    assert found["session_start_limit"] == {"total": 1000, "remaining": 1000, "reset_after": 86400000, "max_concurrency": 1}
    assert sandbox.discord("GET", "/gateway", Authorization=None).json == {"url": found["url"]}
    assert sandbox.discord("GET", "/gateway/bot", Authorization=None).status == 401

    async def identify():
        async with Clients(sandbox) as clients:
            await clients.begun()

    asyncio.run(identify())
    assert sandbox.discord("GET", "/gateway/bot").json["session_start_limit"]["remaining"] == 999


@gateway_test
async def test_identifying_is_answered_by_ready_and_then_the_guild(clients):
    client = await clients.open()
    assert client.interval == 41250
    await client.identify(GUILDS | MEMBERS)
    ready = await client.event("READY")
    assert client.seq == 1 and ready["v"] == 10 and ready["user"]["id"] == BOT
    assert ready["guilds"] == [{"id": GUILD, "unavailable": True}] and ready["application"]["id"] == BOT
    assert ready["resume_gateway_url"] == f"ws://127.0.0.1:{clients.sandbox.port}"
    guild = await client.event("GUILD_CREATE")
    assert client.seq == 2 and [m["user"]["id"] for m in guild["members"]] == [BOT] and guild["member_count"] == 3
    assert {r["id"] for r in guild["roles"]} >= {GUILD, CLUB}


@gateway_test
async def test_a_compressed_stream_says_the_same(clients):
    client = await clients.open(query="v=10&encoding=json&compress=zlib-stream")
    await client.begin()
    await clients.control("POST", f"/discord/members/{RITA}/accept")
    await clients.control("PUT", f"/discord/members/{RITA}", {"username": "rita", "roles": [CLUB]})
    assert (await client.event("GUILD_MEMBER_UPDATE"))["roles"] == [CLUB]


@gateway_test
async def test_large_payloads_alone_can_be_compressed(clients):
    client = await clients.begun(compress=True)
    assert client.seq == 2


@gateway_test
async def test_heartbeats_are_acknowledged_and_their_lack_closes_the_connection(clients):
    await clients.control("PUT", GATEWAY, {"heartbeat_interval_ms": 200})
    client = await clients.open()
    await client.send(1, None)
    await client.op(11)
    assert await client.closing() == 4000
    view = await clients.control("GET", GATEWAY)
    assert view["connections"][0]["closed"] == {"by": "server", "code": 4000}
    assert [r["op"] for r in view["connections"][0]["received"]] == [1]


@gateway_test
async def test_acknowledgements_can_be_withheld(clients):
    client = await clients.begun()
    await clients.control("PUT", GATEWAY, {"acks": False})
    await client.send(1, client.seq)
    with pytest.raises(asyncio.TimeoutError):
        await client.frame(seconds=0.2)


@gateway_test
async def test_the_greeting_can_be_held_back(clients):
    await clients.control("PUT", GATEWAY, {"hello": False})
    client = await clients.open(hello=False)
    with pytest.raises(asyncio.TimeoutError):
        await client.frame(seconds=0.2)
    await clients.control("PUT", GATEWAY, {"hello": True})
    await client.op(10)


@gateway_test
async def test_an_upgrade_can_be_refused(clients):
    await clients.control("PUT", GATEWAY, {"refuse": 503})
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await clients.open()
    assert refused.value.status == 503


IDENTIFY = {"token": "sandbox-bot-token", "intents": 3, "properties": {"os": "linux"}}


@pytest.mark.parametrize("code, frames", [
    (4001, [{"op": 42, "d": None}]),
    (4001, [{"op": 10, "d": None}]),
    (4002, ["{no"]),
    (4002, ["[]"]),
    (4002, [{"op": 2, "d": {"token": "sandbox-bot-token", "intents": 3}}]),
    (4002, [{"op": 1, "d": "x" * 4096}]),
    (4003, [{"op": 3, "d": {"status": "online"}}]),
    (4003, [{"op": 8, "d": {"guild_id": GUILD}}]),
    (4004, [{"op": 2, "d": {**IDENTIFY, "token": "Bot sandbox-bot-token"}}]),
    (4005, [{"op": 2, "d": IDENTIFY}, {"op": 2, "d": IDENTIFY}]),
    (4010, [{"op": 2, "d": {**IDENTIFY, "shard": [1, 1]}}]),
    (4013, [{"op": 2, "d": {**IDENTIFY, "intents": 1 << 40}}]),
    (4013, [{"op": 2, "d": {"token": "sandbox-bot-token", "properties": {}}}]),
    (4014, [{"op": 2, "d": {**IDENTIFY, "intents": 1 | 1 << 15}}]),
    (4004, [{"op": 6, "d": {"token": "no", "session_id": "x", "seq": 1}}]),
])
def test_each_broken_rule_has_its_close_code(sandbox, code, frames):
    async def run():
        async with Clients(sandbox) as clients:
            client = await clients.open()
            for frame in frames:
                await (client.socket.send_str(frame) if isinstance(frame, str) else client.send(frame["op"], frame["d"]))
            while await client.frame() is not None:
                pass
            assert client.close_code == code

    asyncio.run(run())


@gateway_test
async def test_the_members_intent_has_to_be_switched_on_in_the_application(clients):
    await clients.control("PUT", "/discord", {"guild": {"id": GUILD, "name": "Escola"}, "application": {"flags": 0}})
    client = await clients.open()
    await client.identify()
    assert await client.closing() == 4014


@gateway_test
async def test_another_version_is_refused_with_4012(clients):
    client = await clients.open(query="v=6&encoding=json", hello=False)
    assert await client.closing() == 4012


@gateway_test
async def test_more_than_120_sends_in_a_minute_close_with_4008(clients):
    client = await clients.open()
    for _ in range(121):
        await client.send(1, None)
    for _ in range(120):
        await client.op(11)
    assert await client.closing() == 4008


@gateway_test
async def test_two_identifies_within_the_window_get_an_invalid_session(clients):
    await clients.control("PUT", GATEWAY, {"identify_window_seconds": 5})
    await clients.begun()
    second = await clients.open()
    await second.identify()
    assert await second.op(9) is False


@gateway_test
async def test_too_many_identifies_in_a_day_cost_the_token(clients):
    await clients.control("PUT", GATEWAY, {"identifies_per_day": 1})
    first, second = await clients.begun(), await clients.open()
    await second.identify()
    assert await second.closing() == 4004 and await first.closing() == 4004
    assert (await clients.discord("GET", "/users/@me")).status == 401


@gateway_test
async def test_a_resumed_session_hears_in_order_what_it_missed(clients):
    client = await clients.begun()
    await client.close(4000)
    for role in ([CLUB], []):
        await clients.control("PUT", f"/discord/members/{RITA}", {"username": "rita", "roles": role})
    again = await clients.open(client.ready["resume_gateway_url"] + "/")
    await again.resume(client.ready["session_id"], client.seq)
    assert [(await again.event("GUILD_MEMBER_UPDATE"))["roles"] for _ in range(2)] == [[CLUB], []]
    await again.event("RESUMED")
    assert again.seq == 5
    await clients.control("PUT", f"/discord/members/{RITA}", {"username": "rita", "roles": [CLUB]})
    assert (await again.event("GUILD_MEMBER_UPDATE"))["roles"] == [CLUB]
    assert (await clients.discord("GET", "/gateway/bot")).json["session_start_limit"]["remaining"] == 999


@pytest.mark.parametrize("code, lives", [(1000, False), (1001, False), (4000, True), (4900, True)])
def test_only_a_goodbye_with_1000_or_1001_ends_the_session(sandbox, code, lives):
    async def run():
        async with Clients(sandbox) as clients:
            client = await clients.begun()
            await client.close(code)
            again = await clients.open()
            await again.resume(client.ready["session_id"], client.seq)
            if lives:
                await again.event("RESUMED")
            else:
                assert await again.op(9) is False

    asyncio.run(run())


@gateway_test
async def test_a_session_outlives_its_connection_for_some_minutes_only(clients):
    client = await clients.begun()
    await clients.control("POST", GATEWAY + "/drop")
    await client.frame()
    await clients.control("POST", "/clock", {"advance_seconds": 170})
    second = await clients.open()
    await second.resume(client.ready["session_id"], client.seq)
    await second.event("RESUMED")
    await second.close(4000)
    await clients.control("POST", "/clock", {"advance_seconds": 190})
    third = await clients.open()
    await third.resume(client.ready["session_id"], client.seq)
    assert await third.op(9) is False
    await clients.control("PUT", GATEWAY, {"expired": "timed_out"})
    fourth = await clients.open()
    await fourth.resume(client.ready["session_id"], client.seq)
    assert await fourth.closing() == 4009


@gateway_test
async def test_a_sequence_number_that_was_never_sent_is_4007(clients):
    client = await clients.begun()
    await client.close(4000)
    again = await clients.open()
    await again.resume(client.ready["session_id"], 99)
    assert await again.closing() == 4007


@gateway_test
async def test_a_buffer_that_no_longer_reaches_back_ends_the_session(clients):
    await clients.control("PUT", GATEWAY, {"buffered_events": 2})
    client = await clients.begun()
    await client.close(4000)
    for _ in range(3):
        await clients.control("POST", GATEWAY + "/dispatch", {"t": "TYPING_START", "d": {}})
    again = await clients.open()
    await again.resume(client.ready["session_id"], client.seq)
    assert await again.op(9) is False


@gateway_test
async def test_the_server_can_ask_for_a_heartbeat_a_reconnect_and_a_new_session(clients):
    client = await clients.begun()
    assert await clients.control("POST", GATEWAY + "/heartbeat") == {"connections": 1}
    await client.op(1)
    await clients.control("POST", GATEWAY + "/reconnect")
    await client.op(7)
    await clients.control("POST", GATEWAY + "/invalidate", {"resumable": True})
    assert await client.op(9) is True
    await client.resume(client.ready["session_id"], client.seq)
    await client.event("RESUMED")
    await clients.control("POST", GATEWAY + "/invalidate", {"resumable": False})
    assert await client.op(9) is False
    await client.begin()
    await clients.control("POST", GATEWAY + "/close", {"code": 4321})
    assert await client.closing() == 4321


@gateway_test
async def test_events_can_be_lost_doubled_and_invented(clients):
    client = await clients.begun()
    await clients.control("PUT", GATEWAY, {"copies": {"GUILD_MEMBER_UPDATE": 0, "GUILD_MEMBER_ADD": 2}})
    await clients.control("PUT", f"/discord/members/{RITA}", {"username": "rita", "roles": [CLUB]})
    await clients.control("POST", "/discord/members/55/join", {"username": "ana", "pending": True})
    for _ in range(2):
        assert (await client.event("GUILD_MEMBER_ADD"))["pending"] is True
    await clients.control("POST", GATEWAY + "/dispatch", {"t": "SOMETHING_NEW", "d": {"x": 1}})
    assert await client.event("SOMETHING_NEW") == {"x": 1}
    await clients.control("POST", GATEWAY + "/send", {"payload": {"op": 77, "d": None, "s": None}})
    await client.op(77)


@gateway_test
async def test_members_can_be_asked_for_in_chunks(clients):
    people = [{"id": str(1000 + n), "username": f"a{n}"} for n in range(1500)]
    await clients.control("PUT", "/discord", {"guild": {"id": GUILD, "name": "Escola"}, "members": people})
    client = await clients.begun()
    everyone = {"guild_id": GUILD, "query": "", "limit": 0, "nonce": "n"}
    await client.send(8, everyone)
    first, second = [await client.event("GUILD_MEMBERS_CHUNK") for _ in range(2)]
    assert (len(first["members"]), len(second["members"]), second["chunk_count"]) == (1000, 501, 2)
    await client.send(8, everyone)
    assert (await client.event("RATE_LIMITED"))["meta"]["nonce"] == "n"
    await client.send(8, {"guild_id": GUILD, "user_ids": ["1000", "9"]})
    chunk = await client.event("GUILD_MEMBERS_CHUNK")
    assert [m["user"]["id"] for m in chunk["members"]] == ["1000"] and chunk["not_found"] == ["9"]


@gateway_test
async def test_without_its_intent_an_event_does_not_come(clients):
    client = await clients.begun(GUILDS)
    await clients.control("POST", "/discord/members/55/join", {})
    await clients.control("PUT", f"/discord/members/{BOT}", {"username": "porteiro", "nick": "Porta"})
    assert (await client.event("GUILD_MEMBER_UPDATE"))["user"]["id"] == BOT  # itself it sees all the same


@gateway_test
async def test_invites_are_told_to_those_with_the_intent(clients):
    client = await clients.begun(GUILDS | MEMBERS | INVITES)
    path = "/channels/700000000000000301/invites"
    codes = [(await clients.discord("POST", path, {"unique": True, "max_uses": 1})).json["code"] for _ in range(2)]
    made = [await client.event("INVITE_CREATE") for _ in range(2)]
    assert [m["code"] for m in made] == codes and made[0]["max_uses"] == 1
    await clients.control("POST", f"/discord/invites/{codes[0]}/use", {"user_id": "55", "pending": True})
    assert (await client.event("INVITE_DELETE"))["code"] == codes[0]
    assert (await client.event("GUILD_MEMBER_ADD"))["user"]["id"] == "55"
    await clients.control("PUT", GATEWAY, {"invite_delete": "after"})
    await clients.control("POST", f"/discord/invites/{codes[1]}/use", {"user_id": "56"})
    await client.event("GUILD_MEMBER_ADD")
    await client.event("INVITE_DELETE")
