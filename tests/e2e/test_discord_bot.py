"""The bot's own life: restarts that nobody notices, replicas, and the command's registration."""

import discord_people as people
from hotmart import CLUB, Person, Sale
from processes import Process
from waiting import wait_until


def sessions(ciclo):
    """How many were begun so far."""
    return len(ciclo.sandbox.control("GET", "/discord/gateway")["sessions"])


def test_a_restarted_bot_goes_on_with_its_session_and_hears_what_it_missed(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    people.invite_code(ciclo, person)
    people.wait_for_session(ciclo)
    begun = sessions(ciclo)
    before = people.newest_connection(ciclo)

    ciclo.stop("discord-bot")
    people.come_by_invite(ciclo, person, pending=False)
    ciclo.start("discord-bot")

    people.wait_for_session(ciclo, before)
    ciclo.wait_for_roles(person, CLUB.role, seconds=15)
    assert sessions(ciclo) == begun, "a new session was begun where the old one was to be resumed"


def test_of_two_bots_one_is_on_the_gateway_and_the_other_takes_over_its_session(ciclo, person):
    people.wait_for_session(ciclo)
    begun = sessions(ciclo)
    environment = ciclo.environment_of("discord-bot") | {"OPS_ADDRESS": "127.0.0.1:0"}
    second = Process("discord-bot", [ciclo.servers.binaries / "discord-bot"], environment,
                     ciclo.folder / "second-bot.log")
    second.start()
    try:
        wait_until(lambda: "standing_by" in second.log_text(), "the second one stands by")
        before = people.newest_connection(ciclo)
        ciclo.stop("discord-bot")
        people.wait_for_session(ciclo, before)
        assert sessions(ciclo) == begun
        ciclo.gateway.accept(Sale(person).approved())
        token = people.token_of(ciclo, person)
        ciclo.sandbox.add_member(person)
        people.register(ciclo, person, token)
        ciclo.wait_for_roles(person, CLUB.role)
    finally:
        assert second.end() == 0, second.log_tail()
        ciclo.start("discord-bot")


def test_the_command_is_registered_once_and_not_at_every_start(ciclo):
    wait_until(lambda: ciclo.sandbox.state("discord.commands"), "the command is registered")

    def registrations():
        return {key: entry["by_status"] for key, entry in ciclo.sandbox.state("calls").items() if "commands" in key}

    before = registrations()
    assert before, sorted(ciclo.sandbox.state("calls"))

    ciclo.stop("discord-bot")
    ciclo.start("discord-bot")
    person = Person()
    ciclo.sandbox.add_member(person)
    people.register(ciclo, person, "ZZZZ9999")

    assert registrations() == before
