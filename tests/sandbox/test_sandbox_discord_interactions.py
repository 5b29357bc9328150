"""A member runs a command; what the application may answer, and until when."""
import asyncio

import pytest

from gateway_testing import GUILDS, gateway_test
from sandbox_testing import BOT, GUILD, REGISTER, RITA

COMMAND = {"name": "registrar", "description": "Vincula sua compra", "options": [
    {"type": 3, "name": "codigo", "description": "Codigo recebido", "required": True, "min_length": 6, "max_length": 32}]}
THINKING = {"type": 5, "data": {"flags": 64}}


async def run_command(clients, **changes):
    body = {"channel_id": REGISTER, "name": "registrar", "options": {"codigo": "ABC12345"}, **changes}
    return await clients.control("POST", f"/discord/members/{RITA}/command", body)


async def begun(clients):
    await clients.discord("PUT", f"/applications/{BOT}/guilds/{GUILD}/commands", [COMMAND])
    return await clients.begun(GUILDS)


async def asked(clients):
    """The interaction as the gateway tells it."""
    client = await begun(clients)
    await run_command(clients)
    return await client.event("INTERACTION_CREATE")


async def answer(clients, told, body):
    return await clients.discord("POST", f"/interactions/{told['id']}/{told['token']}/callback", body, Authorization=None)


async def later(clients, method, told, what, body=None):
    return await clients.discord(method, f"/webhooks/{BOT}/{told['token']}{what}", body, Authorization=None)


async def state_of(clients, told):
    return await clients.control("GET", "/state?part=discord.interactions." + told["id"])


@gateway_test
async def test_the_command_arrives_with_member_channel_and_options(clients):
    told = await asked(clients)
    assert told["type"] == 2 and told["application_id"] == BOT and told["channel_id"] == REGISTER
    assert told["member"]["user"]["id"] == RITA and told["member"]["pending"] is False and "user" not in told
    assert told["data"]["name"] == "registrar"
    assert told["data"]["options"] == [{"type": 3, "name": "codigo", "value": "ABC12345"}]


@gateway_test
async def test_a_deferred_answer_is_thinking_until_it_is_edited_and_stays_ephemeral(clients):
    told = await asked(clients)
    assert (await answer(clients, told, THINKING)).status == 204
    assert (await state_of(clients, told))["status"] == "thinking"
    edited = await later(clients, "PATCH", told, "/messages/@original", {"content": "Pronto."})
    assert edited.status == 200 and edited.json["content"] == "Pronto."
    state = await state_of(clients, told)
    assert state["status"] == "answered" and state["callback"]["flags"] == 64
    assert [(m["content"], m["ephemeral"], m["edits"]) for m in state["messages"]] == [("Pronto.", True, 1)]


@gateway_test
async def test_the_original_may_be_addressed_escaped_read_and_deleted(clients):
    told = await asked(clients)
    await answer(clients, told, {"type": 4, "data": {"content": "Oi"}})
    assert (await later(clients, "PATCH", told, "/messages/%40original", {"content": "Oi!"})).json["content"] == "Oi!"
    assert (await later(clients, "GET", told, "/messages/@original")).json["content"] == "Oi!"
    assert (await later(clients, "DELETE", told, "/messages/@original")).status == 204
    assert (await later(clients, "GET", told, "/messages/@original")).code == 10008


@gateway_test
async def test_a_follow_up_takes_the_place_of_thinking_and_the_next_is_a_message_of_its_own(clients):
    told = await asked(clients)
    await answer(clients, told, THINKING)
    first = (await later(clients, "POST", told, "", {"content": "um"})).json
    second = (await later(clients, "POST", told, "", {"content": "dois", "flags": 64})).json
    assert first["id"] != second["id"]
    assert [m["content"] for m in (await state_of(clients, told))["messages"]] == ["um", "dois"]
    assert (await later(clients, "PATCH", told, "/messages/" + second["id"], {"content": "três"})).status == 200


@gateway_test
async def test_a_second_first_answer_is_40060(clients):
    told = await asked(clients)
    await answer(clients, told, THINKING)
    again = await answer(clients, told, THINKING)
    assert (again.status, again.code) == (400, 40060)


@gateway_test
async def test_after_three_seconds_the_interaction_is_unknown(clients):
    told = await asked(clients)
    await clients.control("POST", "/clock", {"advance_seconds": 3})
    late = await answer(clients, told, THINKING)
    assert (late.status, late.code) == (404, 10062)
    state = await state_of(clients, told)
    assert state["status"] == "no_response" and state["too_late"] == 1
    assert (await later(clients, "PATCH", told, "/messages/@original", {"content": "x"})).code == 10015


@gateway_test
async def test_after_a_quarter_of_an_hour_the_token_is_worth_nothing(clients):
    told = await asked(clients)
    await answer(clients, told, THINKING)
    await clients.control("POST", "/clock", {"advance_seconds": 899})
    assert (await later(clients, "PATCH", told, "/messages/@original", {"content": "x"})).status == 200
    await clients.control("POST", "/clock", {"advance_seconds": 2})
    late = await later(clients, "PATCH", told, "/messages/@original", {"content": "x"})
    assert (late.status, late.code) == (401, 50027)


@gateway_test
async def test_a_wrong_token_is_no_interaction(clients):
    told = await asked(clients)
    assert (await answer(clients, {**told, "token": "x"}, THINKING)).code == 10062
    assert (await answer(clients, told, {"type": 7})).code == 50035


@gateway_test
async def test_answers_stay_outside_the_global_limit(clients):
    told = await asked(clients)
    await clients.control("PUT", "/discord/limits", {"global_per_second": 1})
    await clients.discord("GET", "/users/@me")
    assert (await clients.discord("GET", "/users/@me")).status == 429
    assert (await answer(clients, told, THINKING)).status == 204
    assert (await later(clients, "PATCH", told, "/messages/@original", {"content": "x"})).status == 200


@pytest.mark.parametrize("body, field", [
    ({"options": {}}, "options.codigo"),
    ({"options": {"codigo": "ABC"}}, "options.codigo"),
    ({"options": {"codigo": "ABC12345", "outra": "x"}}, "options.outra"),
])
def test_the_command_is_held_against_its_definition(sandbox, body, field):
    sandbox.discord("PUT", f"/applications/{BOT}/guilds/{GUILD}/commands", [COMMAND])
    sent = {"channel_id": REGISTER, "name": "registrar", **body}
    reply = sandbox.send("POST", f"/_sandbox/discord/members/{RITA}/command", sent)
    assert reply.status == 400 and reply.json["field"] == field


def test_nobody_can_run_a_command_that_is_not_registered_or_before_accepting_the_rules(sandbox):
    path, body = f"/_sandbox/discord/members/{RITA}/command", {"channel_id": REGISTER, "name": "registrar", "options": {"codigo": "ABC12345"}}
    reply = sandbox.send("POST", path, body)
    assert (reply.status, reply.code) == (404, 10063)
    sandbox.discord("PUT", f"/applications/{BOT}/guilds/{GUILD}/commands", [COMMAND])
    sandbox.control("PUT", f"/discord/members/{RITA}", {"pending": True})
    assert sandbox.send("POST", path, body).json["field"] == "id"


def test_without_a_bot_on_the_gateway_nobody_answers(sandbox):
    sandbox.discord("PUT", f"/applications/{BOT}/guilds/{GUILD}/commands", [COMMAND])
    body = {"channel_id": REGISTER, "name": "registrar", "options": {"codigo": "ABC12345"}}
    made = sandbox.control("POST", f"/discord/members/{RITA}/command", body)
    assert made["delivered"] == 0 and made["status"] == "waiting"
    sandbox.control("POST", "/clock", {"advance_seconds": 3})
    assert sandbox.state("discord.interactions." + made["id"])["status"] == "no_response"


@gateway_test
async def test_direct_messages_reach_members_who_take_them(clients):
    opened = await clients.discord("POST", "/users/@me/channels", {"recipient_id": RITA})
    assert opened.status == 200 and opened.json["type"] == 1 and opened.json["recipients"][0]["id"] == RITA
    again = await clients.discord("POST", "/users/@me/channels", {"recipient_id": RITA})
    assert again.json["id"] == opened.json["id"]
    path = f"/channels/{opened.json['id']}/messages"
    assert (await clients.discord("POST", path, {"content": "Olá"})).status == 200
    assert [m["content"] for m in await clients.control("GET", "/state?part=discord.direct_messages." + RITA)] == ["Olá"]
    await clients.control("PUT", f"/discord/members/{RITA}/direct_messages", {"open": False})
    refused = await clients.discord("POST", path, {"content": "Olá"})
    assert (refused.status, refused.code) == (403, 50007)
    await clients.control("PUT", f"/discord/members/{RITA}/direct_messages", {"open": True})
    await clients.control("DELETE", "/discord/members/" + RITA)
    assert (await clients.discord("POST", path, {"content": "Olá"})).code == 50007


@gateway_test
async def test_a_sliding_bucket_gives_room_back_bit_by_bit(clients):
    await clients.control("PUT", "/discord/limits", {"default": {"limit": 2, "window_seconds": 0.6, "sliding": True}})
    assert (await clients.discord("GET", "/users/@me")).status == 200
    await asyncio.sleep(0.4)
    assert (await clients.discord("GET", "/users/@me")).status == 200
    refused = await clients.discord("GET", "/users/@me")
    assert refused.status == 429 and refused.json["retry_after"] <= 0.21
    await asyncio.sleep(refused.json["retry_after"] + 0.01)
    assert [(await clients.discord("GET", "/users/@me")).status for _ in range(2)] == [200, 429]
    assert await clients.control("GET", "/state?part=discord.over_limit") == {"GET /users/@me": 2}
