import pytest

from sandbox_testing import BOT, BOT_ROLE, GUILD, HOOK, NOTICES, REGISTER

COMMANDS = f"/applications/{BOT}/guilds/{GUILD}/commands"
COMMAND = {"name": "registrar", "description": "Vincula sua compra", "options": [
    {"type": 3, "name": "codigo", "description": "Codigo do e-mail", "required": True}]}


def test_a_webhook_needs_no_token_header_and_answers_204_or_the_message(sandbox):
    assert sandbox.discord("POST", HOOK, {"content": "oi"}, Authorization=None).status == 204
    reply = sandbox.discord("POST", HOOK + "?wait=true", {"content": "de novo", "allowed_mentions": {"parse": []}}, Authorization=None)
    assert reply.status == 200 and reply.json["content"] == "de novo" and reply.json["webhook_id"] == "700000000000000401"
    messages = sandbox.state("discord.messages")
    assert [(m["channel_id"], m["content"]) for m in messages] == [(NOTICES, "oi"), (NOTICES, "de novo")]


def test_a_webhook_address_works_without_the_version(sandbox):
    reply = sandbox.send("POST", "/api" + HOOK, {"content": "oi"}, {"User-Agent": "DiscordBot (x, 1)", "Content-Type": "application/json"})
    assert reply.status == 204


def test_form_and_multipart_bodies_are_read_too(sandbox):
    sandbox.discord("POST", HOOK, "content=um+dois", Content_Type="application/x-www-form-urlencoded")
    parts = ('--b\r\nContent-Disposition: form-data; name="payload_json"\r\nContent-Type: application/json\r\n\r\n'
             '{"content":"com anexo"}\r\n'
             '--b\r\nContent-Disposition: form-data; name="files[0]"; filename="a.txt"\r\n\r\nabc\r\n--b--\r\n')
    assert sandbox.discord("POST", HOOK, parts, Content_Type="multipart/form-data; boundary=b").status == 204
    assert [m["content"] for m in sandbox.state("discord.messages")] == ["um dois", "com anexo"]


def test_a_webhook_shows_itself_to_whoever_knows_its_token(sandbox):
    path = "/webhooks/700000000000000401/"
    known = sandbox.discord("GET", path + "sandbox-webhook-token")
    assert known.status == 200 and known.json["channel_id"], known.json
    assert sandbox.discord("GET", path + "abc").json["code"] == 50027
    assert sandbox.discord("GET", "/webhooks/1/abc").json["code"] == 10015


def test_a_deleted_webhook_and_a_wrong_webhook_token_are_told_apart(sandbox):
    reply = sandbox.discord("POST", "/webhooks/1/abc", {"content": "x"})
    assert (reply.status, reply.code) == (404, 10015)
    reply = sandbox.discord("POST", "/webhooks/700000000000000401/abc", {"content": "x"})
    assert (reply.status, reply.code) == (401, 50027)


@pytest.mark.parametrize("body, code", [
    ({"content": "x" * 2001}, 50035),
    ({"content": "  "}, 50006),
    ({}, 50006),
    ({"embeds": [{"title": "x"}] * 11}, 50035),
    ({"embeds": [{"title": "x" * 257}]}, 50035),
    ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, 50035),
    ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, 50035),
])
def test_a_message_beyond_the_documented_sizes_is_refused(sandbox, body, code):
    reply = sandbox.discord("POST", HOOK, body)
    assert (reply.status, reply.code) == (400, code)
    assert sandbox.state("discord.messages") == []


def test_the_bot_posts_where_it_may(sandbox):
    reply = sandbox.discord("POST", f"/channels/{REGISTER}/messages", {"embeds": [{"title": "Lista nova"}]})
    assert reply.status == 200 and reply.json["author"]["bot"] is True
    assert sandbox.discord("POST", "/channels/9/messages", {"content": "x"}).code == 10003
    sandbox.control("PUT", "/discord/roles/" + BOT_ROLE, {"name": "porteiro", "position": 10, "permissions": "1024"})
    assert sandbox.discord("POST", f"/channels/{REGISTER}/messages", {"content": "x"}).code == 50013


def test_making_webhooks_needs_its_permission_and_stops_at_fifteen(sandbox):
    sandbox.no_limits()
    path = f"/channels/{REGISTER}/webhooks"
    assert sandbox.discord("POST", path, {"name": "avisos"}).code == 50013
    sandbox.control("PUT", "/discord/roles/" + BOT_ROLE, {"name": "porteiro", "position": 10, "permissions": str(1 << 29 | 1 << 10)})
    assert sandbox.discord("POST", path, {"name": "my Discord"}).code == 50035
    made = [sandbox.discord("POST", path, {"name": "avisos"}) for _ in range(15)]
    assert {r.status for r in made} == {200}
    assert sandbox.discord("POST", path, {"name": "avisos"}).code == 30007
    hook = made[0].json
    assert sandbox.discord("POST", f"/webhooks/{hook['id']}/{hook['token']}", {"content": "oi"}).status == 204


def test_commands_are_replaced_as_a_list_and_keep_their_ids(sandbox):
    first = sandbox.discord("PUT", COMMANDS, [COMMAND]).json
    assert first[0]["guild_id"] == GUILD and first[0]["application_id"] == BOT
    second = sandbox.discord("PUT", COMMANDS, [{**COMMAND, "description": "Outra"}, {"name": "ajuda", "description": "Ajuda"}]).json
    assert second[0]["id"] == first[0]["id"] and len(sandbox.state("discord.commands")) == 2


@pytest.mark.parametrize("command", [
    {"name": "Registrar", "description": "x"},
    {"name": "com espaço", "description": "x"},
    {"name": "registrar"},
    {"name": "registrar", "description": "x" * 101},
    {"name": "registrar", "description": "x", "options": [
        {"type": 3, "name": "a", "description": "x"}, {"type": 3, "name": "b", "description": "x", "required": True}]},
])
def test_a_badly_formed_command_is_a_form_error(sandbox, command):
    reply = sandbox.discord("PUT", COMMANDS, [command])
    assert reply.code == 50035 and "0" in reply.json["errors"]


def test_commands_of_another_application_are_20012(sandbox):
    assert sandbox.discord("PUT", f"/applications/5/guilds/{GUILD}/commands", []).code == 20012
