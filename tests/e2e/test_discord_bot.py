"""The bot's own life: its session, restarts in the middle of things, replicas, refusals."""

import discord_people as people
from hotmart import CLUB, Person, Sale
from processes import Process
from waiting import wait_until


def identifies(ciclo):
    """How many sessions were begun anew."""
    return len(ciclo.sandbox.control("GET", "/discord/gateway")["sessions"])


def restart_bot(ciclo):
    before = people.newest_connection(ciclo)
    ciclo.stop("discord-bot")
    ciclo.start("discord-bot")
    return people.wait_for_session(ciclo, before)


def test_a_restarted_bot_goes_on_with_its_session_and_hears_what_it_missed(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    people.invite_code(ciclo, person)
    people.wait_for_session(ciclo)
    sessions = identifies(ciclo)
    before = people.newest_connection(ciclo)

    ciclo.stop("discord-bot")
    people.come_by_invite(ciclo, person, pending=False)
    ciclo.start("discord-bot")

    people.wait_for_session(ciclo, before)
    ciclo.wait_for_roles(person, CLUB.role, seconds=15)
    assert identifies(ciclo) == sessions, "a new session was begun where the old one was to be resumed"


def test_a_bot_that_is_killed_goes_on_as_well(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    token = people.token_of(ciclo, person)
    ciclo.sandbox.add_member(person)
    before = people.newest_connection(ciclo)

    ciclo.kill_and_start("discord-bot")
    ciclo.wait_ready("discord-bot")

    people.wait_for_session(ciclo, before)
    people.register(ciclo, person, token)
    ciclo.wait_for_roles(person, CLUB.role)


def test_a_command_whose_answer_is_held_up_by_a_restart_is_answered_by_the_next_process(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    token = people.token_of(ciclo, person)
    ciclo.sandbox.add_member(person)
    ciclo.sandbox.fault(provider="discord", method="PATCH", path="/webhooks/*/*/messages/*", kind="status", status=503)
    interaction = people.run_command(ciclo, person, token)
    wait_until(lambda: ciclo.database.value(
        "SELECT outcome FROM discord_interactions WHERE id = %s", interaction), "it is decided")

    ciclo.kill_and_start("discord-bot")
    ciclo.wait_ready("discord-bot")
    ciclo.sandbox.clear_faults()

    found = wait_until(lambda: (lambda s: s if s["status"] == "answered" else None)(
        ciclo.sandbox.state("discord.interactions." + interaction)), "the command is answered", 30)
    assert "✅" in found["messages"][0]["content"]
    ciclo.wait_for_roles(person, CLUB.role)
    assert ciclo.audit_types(person).count("discord.registration_completed") == 1


def test_when_the_session_is_lost_the_rules_accepted_meanwhile_are_noticed(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    people.come_by_invite(ciclo, person)
    wait_until(lambda: people.linked_account(ciclo, person), "the invite tells who came", 15)
    before = people.newest_connection(ciclo)

    ciclo.stop("discord-bot")
    people.accept_rules(ciclo, person)
    ciclo.sandbox.control("POST", "/discord/gateway/forget")
    ciclo.start("discord-bot")

    people.wait_for_session(ciclo, before)
    ciclo.wait_for_roles(person, CLUB.role, seconds=15)


def test_of_two_bots_one_is_on_the_gateway_and_the_other_takes_over(ciclo, person):
    people.wait_for_session(ciclo)
    environment = ciclo.environment_of("discord-bot") | {"OPS_ADDRESS": "127.0.0.1:0"}
    second = Process("discord-bot", [ciclo.servers.binaries / "discord-bot"], environment, ciclo.folder / "second-bot.log")
    second.start()
    try:
        wait_until(lambda: "standing_by" in second.log_text(), "the second one stands by")
        before = people.newest_connection(ciclo)
        ciclo.stop("discord-bot")
        people.wait_for_session(ciclo, before)
        ciclo.gateway.accept(Sale(person).approved())
        token = people.token_of(ciclo, person)
        ciclo.sandbox.add_member(person)
        people.register(ciclo, person, token)
        ciclo.wait_for_roles(person, CLUB.role)
    finally:
        second.end()
        if "discord-bot" not in ciclo.processes:
            ciclo.start("discord-bot")


def test_the_command_is_registered_once_and_not_at_every_start(ciclo):
    key = "PUT /applications/{app}/guilds/{guild}/commands"
    wait_until(lambda: ciclo.sandbox.state("discord.commands"), "the command is registered")
    calls = ciclo.sandbox.state("calls")
    before = {name: entry for name, entry in calls.items() if "commands" in name}
    assert before, f"no call like {key}: {sorted(calls)}"

    restart_bot(ciclo)
    person = Person()
    ciclo.sandbox.add_member(person)
    people.register(ciclo, person, "ZZZZ9999")

    after = {name: entry for name, entry in ciclo.sandbox.state("calls").items() if "commands" in name}
    assert after == before


def test_a_session_that_is_interrupted_is_ready_again(ciclo, person):
    before = people.newest_connection(ciclo)
    for way, body in (("reconnect", {}), ("drop", {}), ("close", {"code": 4000}), ("invalidate", {"resumable": False})):
        ciclo.sandbox.control("POST", "/discord/gateway/" + way, body)
        before = people.wait_for_session(ciclo, before, seconds=30)["id"]
    ciclo.wait_ready("discord-bot")
    ciclo.sandbox.add_member(person)
    assert "não encontrei" in people.register(ciclo, person, "ZZZZ9999")


def test_a_bot_whose_token_is_refused_says_so_and_alerts_the_team(new_ciclo):
    ciclo = new_ciclo()
    ciclo.start("webhook-gateway", "lifecycle-worker", "discord-worker", "scheduler")
    ciclo.settings["DISCORD_BOT_TOKEN"] = "wrong"
    ciclo.launch("discord-bot")

    wait_until(lambda: ciclo.sandbox.notifications("DISCORD_BOT_TOKEN"), "the team is told", 20)
    assert ciclo.readiness("discord-bot").status == 503
    assert ciclo.processes["discord-bot"].is_running()
