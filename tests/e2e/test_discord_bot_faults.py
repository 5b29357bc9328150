"""The bot's connection breaks, its session ends, it is killed, it is not there: what students have in the end is the same."""

import pytest

import discord_people as people
from ciclo import Ciclo
from conftest import ended
from hotmart import CLUB, Person, Sale
from sandbox_client import GUILD
from waiting import wait_until


@pytest.fixture(scope="module")
def shared_ciclo(servers, template, tmp_path_factory):
    """Heartbeats are close together, so that silence is noticed soon."""
    ciclo = Ciclo(servers, tmp_path_factory.mktemp("ciclo"), template)
    try:
        ciclo.start_sandbox()
        ciclo.sandbox.lift_limits()
        ciclo.sandbox.control("PUT", "/discord/gateway", {"heartbeat_interval_ms": 1000, "resume_path": "/resume",
                                                          "identify_window_seconds": 0})
        ciclo.start()
        yield ciclo
    finally:
        ended(ciclo)


@pytest.fixture
def newcomer(ciclo, person):
    """Linked through the invite, in the server, and has not accepted the rules yet."""
    ciclo.gateway.accept(Sale(person).approved())
    people.come_by_invite(ciclo, person)
    wait_until(lambda: people.linked_account(ciclo, person) == person.discord_id, "the invite tells who came", 15)
    ciclo.wait_until_idle()
    return person


@pytest.fixture
def rested_bot(ciclo):
    """Starts again, because it waits longer and longer while its connections break soon."""
    before = people.newest_connection(ciclo)
    ciclo.stop("discord-bot")
    ciclo.start("discord-bot")
    return people.wait_for_session(ciclo, after=before)["id"]


def silence(ciclo):
    ciclo.sandbox.control("PUT", "/discord/gateway", {"acks": False})
    try:
        before = people.newest_connection(ciclo)
        wait_until(lambda: people.newest_connection(ciclo) > before, "the silence is noticed", 15)
    finally:
        ciclo.sandbox.control("PUT", "/discord/gateway", {"acks": True})


def upset(path, **body):
    return lambda ciclo: ciclo.sandbox.control("POST", "/discord/gateway/" + path, body)


RESUMED = {
    "asked to reconnect": upset("reconnect"),
    "invalid session that may be resumed": upset("invalidate", resumable=True),
    "connection dropped": upset("drop"),
    "closed for an unknown error": upset("close", code=4000),
    "closed by going away": upset("close", code=1001),
    "heartbeats without an answer": silence,
}
BEGUN_ANEW = {
    "invalid session": upset("invalidate", resumable=False),
    "closed with an invalid sequence number": upset("close", code=4007),
    "session timed out": upset("close", code=4009),
}


@pytest.mark.parametrize("how", RESUMED)
def test_a_session_that_is_resumed_misses_nothing(ciclo, rested_bot, newcomer, how):
    before = rested_bot

    RESUMED[how](ciclo)
    people.accept_rules(ciclo, newcomer)

    ciclo.wait_for_roles(newcomer, CLUB.role, seconds=20)
    connection = people.wait_for_session(ciclo, after=before)
    assert connection["path"].startswith("/resume")
    assert [frame["op"] for frame in connection["received"] if frame["op"] in (2, 6)] == [6]
    ciclo.wait_until_idle()
    assert ciclo.sandbox.role_changes(newcomer) == [("add", CLUB.role)]


@pytest.mark.parametrize("how", BEGUN_ANEW)
def test_after_a_lost_session_the_bot_looks_for_itself_who_has_accepted_meanwhile(ciclo, rested_bot, newcomer, how):
    before = rested_bot
    ciclo.sandbox.control("PUT", "/discord/gateway", {"copies": {"GUILD_MEMBER_UPDATE": 0}})  # that event is lost

    people.accept_rules(ciclo, newcomer)
    ciclo.sandbox.control("PUT", "/discord/gateway", {"copies": {}})
    BEGUN_ANEW[how](ciclo)

    ciclo.wait_for_roles(newcomer, CLUB.role, seconds=30)
    connection = people.wait_for_session(ciclo, after=before)
    assert 2 in [frame["op"] for frame in connection["received"]]


def test_unknown_events_operations_and_duplicates_are_harmless(ciclo, rested_bot, newcomer):
    before = rested_bot
    ciclo.sandbox.control("POST", "/discord/gateway/dispatch", {"t": "SOMETHING_NEW", "d": {"deep": [{"er": None}]}, "times": 3})
    ciclo.sandbox.control("POST", "/discord/gateway/dispatch", {"t": "GUILD_MEMBER_UPDATE", "d": {"guild_id": GUILD}})
    ciclo.sandbox.control("POST", "/discord/gateway/send", {"payload": {"op": 77, "d": None, "s": None, "t": None}})
    ciclo.sandbox.control("POST", "/discord/gateway/heartbeat")
    ciclo.sandbox.control("PUT", "/discord/gateway", {"copies": {"GUILD_MEMBER_UPDATE": 3}})

    people.accept_rules(ciclo, newcomer)

    ciclo.wait_for_roles(newcomer, CLUB.role)
    ciclo.sandbox.control("PUT", "/discord/gateway", {"copies": {}})
    ciclo.wait_until_idle()
    assert ciclo.sandbox.role_changes(newcomer) == [("add", CLUB.role)]
    assert people.newest_connection(ciclo) == before, "the connection did not even break"


STEPS = ("joining", "accepting", "registering", "leaving and returning")


@pytest.mark.parametrize("step", STEPS)
def test_a_bot_that_is_killed_in_the_middle_comes_to_the_same_end(ciclo, step):
    person = Person()
    people.wait_for_session(ciclo)
    ciclo.gateway.accept(Sale(person).approved())
    token = people.token_of(ciclo, person)
    people.invite_code(ciclo, person)
    ciclo.wait_until_idle()

    def and_kill(act, *arguments):
        found = act(ciclo, person, *arguments)
        ciclo.kill_and_start("discord-bot")
        return found

    if step == "joining":
        and_kill(people.come_by_invite)
        wait_until(lambda: people.linked_account(ciclo, person), "the invite tells who came", 20)
        people.accept_rules(ciclo, person)
    elif step == "accepting":
        people.come_by_invite(ciclo, person)
        wait_until(lambda: people.linked_account(ciclo, person), "the invite tells who came", 20)
        and_kill(people.accept_rules)
    elif step == "registering":
        ciclo.sandbox.add_member(person)
        and_kill(people.run_command, token)
    else:
        people.come_by_invite(ciclo, person, pending=False)
        ciclo.wait_for_roles(person, CLUB.role, seconds=20)
        and_kill(people.leave)
        and_kill(people.come)

    ciclo.wait_for_roles(person, CLUB.role, seconds=30)
    ciclo.wait_ready("discord-bot")
    ciclo.wait_until_idle()
    assert people.linked_account(ciclo, person) == person.discord_id
    assert ciclo.audit_types(person).count("discord.registration_completed") == 1
    assert len(ciclo.sandbox.emails_to(person)) <= 2
    gateway = ciclo.sandbox.control("GET", "/discord/gateway")
    assert gateway["starts_left"] > 1000 - 30, "starts are counted, so resuming comes first"


def test_without_the_bot_everything_else_goes_on_and_it_catches_up_when_it_is_back(ciclo, newcomer):
    ciclo.stop("discord-bot")
    known, stranger = Person(), Person()
    ciclo.link(known)

    ciclo.gateway.accept(Sale(known).approved())
    ciclo.gateway.accept(Sale(stranger).approved())
    people.accept_rules(ciclo, newcomer)

    ciclo.wait_for_roles(known, CLUB.role)
    wait_until(lambda: ciclo.sandbox.emails_to(stranger), "the invite is sent")
    people.come_by_invite(ciclo, stranger, pending=False)
    ciclo.sandbox.control("POST", "/discord/gateway/forget")
    ciclo.start("discord-bot")
    ciclo.wait_for_roles(newcomer, CLUB.role, seconds=20)
    # Nobody saw which invite they used, so there is only the code, of which they are told.
    greeting = wait_until(lambda: ciclo.sandbox.state("discord.direct_messages." + stranger.discord_id), "the greeting")
    assert len(greeting) == 1 and "/registrar" in greeting[0]["content"]
    people.register(ciclo, stranger, people.token_of(ciclo, stranger))
    ciclo.wait_for_roles(stranger, CLUB.role)


def test_a_bot_that_is_refused_is_told_once_and_until_it_is_let_in_again(ciclo, rested_bot):
    def open_alerts():
        return ciclo.database.column("SELECT kind FROM alerts WHERE closed_at IS NULL")

    upset("close", code=4014)(ciclo)
    wait_until(lambda: "discord_bot_refused" in open_alerts(), "an alert is opened", 30)
    wait_until(lambda: ciclo.sandbox.notifications("Server Members"), "the team is told what to switch on")

    ciclo.stop("discord-bot")
    ciclo.start("discord-bot")
    wait_until(lambda: "discord_bot_refused" not in open_alerts(), "it closes by itself", 30)
    wait_until(lambda: ciclo.sandbox.notifications("O bot voltou"), "the team is told")
    assert len(ciclo.sandbox.notifications("O bot ")) == 2
