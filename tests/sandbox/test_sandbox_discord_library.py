"""A client library that others wrote finds Discord here, so that ours is not only held against our own idea of it."""
import asyncio
import contextlib

import discord
import pytest
import yarl
from discord import app_commands

from sandbox_testing import CHESS, CLUB, GUILD, LEO, REGISTER, RITA

TOKEN = "sandbox-bot-token"
ROLE = "/guilds/{guild}/members/{user}/roles/{role}"


class Bot(discord.Client):
    """Keeps what it hears, by the name of the event."""

    def __init__(self):
        intents = discord.Intents.none()
        intents.guilds = intents.members = True
        super().__init__(intents=intents, max_ratelimit_timeout=60, guild_ready_timeout=0.05)
        self.heard = {}

    def queue(self, event):
        return self.heard.setdefault(event, asyncio.Queue())

    def dispatch(self, event, *arguments, **named):
        super().dispatch(event, *arguments, **named)
        self.queue(event).put_nowait(arguments)

    async def next(self, event):
        return await asyncio.wait_for(self.queue(event).get(), 10)


def library_test(story):
    """Makes a plain test of `async def story(bot, control)`, with a bot that is logged in and ready."""
    def test(sandbox, monkeypatch):
        monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{sandbox.port}/api/v10")
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(f"ws://127.0.0.1:{sandbox.port}/"))

        async def control(method, path, body=None):
            return await asyncio.to_thread(sandbox.control, method, path, body)

        async def run():
            await control("PUT", "/discord/gateway", {"heartbeat_interval_ms": 1000, "resume_path": "/resume"})
            async with Bot() as bot:
                life = asyncio.ensure_future(bot.start(TOKEN))
                ready = asyncio.ensure_future(bot.next("ready"))
                try:
                    await asyncio.wait({life, ready}, return_when=asyncio.FIRST_COMPLETED)
                    if life.done():
                        life.result()  # tells why it could not even begin
                    await asyncio.wait_for(story(bot, control), 20)
                finally:
                    await bot.close()
                    life.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await life

        asyncio.run(run())
    test.__name__ = story.__name__
    return test


async def connections(control):
    return (await control("GET", "/discord/gateway"))["connections"]


async def until(check):
    for _ in range(500):
        if await check():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("did not happen")


@library_test
async def test_it_logs_in_over_a_compressed_stream_and_sees_the_members(bot, control):
    guild = bot.get_guild(int(GUILD))
    assert {str(m.id) for m in guild.members} >= {RITA, LEO} and guild.me.guild_permissions.manage_roles
    assert [m.name async for m in guild.fetch_members(limit=10) if str(m.id) == RITA] == ["rita.alves"]
    (connection,) = await connections(control)
    assert connection["query"]["compress"] == "zlib-stream"


@library_test
async def test_its_heartbeats_are_acknowledged(bot, control):
    async def several_beats():
        return sum(r["op"] == 1 for r in (await connections(control))[0]["received"]) >= 2

    await until(several_beats)
    assert bot.latency < 5 and (await connections(control))[0]["closed"] is None


@library_test
async def test_it_hears_of_a_role_that_it_gave_itself(bot, control):
    guild = bot.get_guild(int(GUILD))
    await guild.get_member(int(RITA)).add_roles(discord.Object(int(CLUB)), reason="compra / aprovada")
    before, after = await bot.next("member_update")
    assert before.roles == [guild.default_role] and {str(r.id) for r in after.roles} == {GUILD, CLUB}
    changes = (await control("GET", "/state?part=discord.members." + RITA))["role_changes"]
    assert changes[0]["reason"] == "compra / aprovada"


@library_test
async def test_it_follows_a_member_from_joining_to_leaving(bot, control):
    await control("POST", "/discord/members/55/join", {"username": "ana", "pending": True})
    (joined,) = await bot.next("member_join")
    assert joined.pending is True
    await control("POST", "/discord/members/55/accept")
    _, accepted = await bot.next("member_update")
    assert accepted.pending is False
    await control("DELETE", "/discord/members/55")
    (left,) = await bot.next("member_remove")
    assert left.name == "ana"


@library_test
async def test_it_registers_a_command_and_answers_it(bot, control):
    tree, guild = app_commands.CommandTree(bot), discord.Object(int(GUILD))

    @tree.command(name="registrar", description="Vincula sua compra", guild=guild)
    async def registrar(interaction: discord.Interaction, codigo: str):
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content=f"Código {codigo} recebido.")
        await interaction.followup.send("E mais isto.", ephemeral=True)

    await tree.sync(guild=guild)
    made = await control("POST", f"/discord/members/{RITA}/command",
                         {"channel_id": REGISTER, "name": "registrar", "options": {"codigo": "ABC12345"}})

    async def both_answers():
        return len((await control("GET", "/state?part=discord.interactions." + made["id"]))["messages"]) == 2

    await until(both_answers)
    state = await control("GET", "/state?part=discord.interactions." + made["id"])
    assert state["status"] == "answered" and state["callback"]["type"] == 5
    assert [(m["content"], m["ephemeral"]) for m in state["messages"]] == [
        ("Código ABC12345 recebido.", True), ("E mais isto.", True)]


@pytest.mark.parametrize("upset", [("/reconnect", {}), ("/drop", {}), ("/close", {"code": 4000}), ("/invalidate", {"resumable": True})])
def test_it_resumes(sandbox, monkeypatch, upset):
    @library_test
    async def story(bot, control):
        await control("POST", "/discord/gateway" + upset[0], upset[1])
        await control("PUT", f"/discord/members/{RITA}", {"username": "rita.alves", "roles": [CHESS]})
        await bot.next("resumed")
        _, after = await bot.next("member_update")
        assert {str(r.id) for r in after.roles} == {GUILD, CHESS}
        first, second = await connections(control)
        assert (first["path"], second["path"]) == ("/", "/resume")
        assert [r["op"] for r in second["received"] if r["op"] in (2, 6)] == [6]

    story(sandbox, monkeypatch)


@library_test
async def test_it_keeps_within_the_buckets_and_waits_out_a_429(bot, control):
    await control("PUT", "/discord/limits", {"routes": {"PUT " + ROLE: {"limit": 2, "window_seconds": 0.5}}})
    await control("POST", "/faults", {"provider": "discord", "method": "PUT", "kind": "rate_limit", "retry_after": 0.3, "times": 1})
    rita = bot.get_guild(int(GUILD)).get_member(int(RITA))
    for role in (CLUB, CHESS) * 3:
        await rita.add_roles(discord.Object(int(role)))
    state = await control("GET", "/state?part=calls")
    assert state[f"discord PUT {ROLE}"]["by_status"] == {"429": 1, "204": 6}  # only the one that was injected
    assert await control("GET", "/state?part=discord.over_limit") == {}
