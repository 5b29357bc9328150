"""Parts that are turned off keep what is wanted, and apply it when they are turned on."""

from hotmart import CLUB, Person, Sale
from waiting import wait_until


def test_with_hotmart_off_events_are_stored_and_processed_after_turning_it_on(new_ciclo):
    ciclo = new_ciclo(HOTMART_ENABLED="false").start()
    person = Person()
    ciclo.link(person)
    events = [Sale(person).approved() for _ in range(3)]

    for event in events:
        assert ciclo.gateway.accept(event)["status"] == "accepted"
    # Two sweeps of the scheduler: time enough for anybody who would ring.
    sweeps_seen = len(ciclo.log_lines("scheduler"))
    ciclo.restart_with("scheduler")
    wait_until(lambda: len(ciclo.log_lines("scheduler")) > sweeps_seen, "the scheduler has started again")
    assert [ciclo.status_of(event) for event in events] == ["received"] * 3
    assert CLUB.role not in ciclo.sandbox.roles_of(person)

    for name in ("webhook-gateway", "lifecycle-worker", "scheduler"):
        ciclo.restart_with(name, HOTMART_ENABLED="true")

    for event in events:
        ciclo.wait_for_status(event, seconds=20)
    ciclo.wait_for_roles(person, CLUB.role)


def test_with_discord_off_roles_stay_wanted_and_are_given_after_turning_it_on(new_ciclo):
    ciclo = new_ciclo(DISCORD_ENABLED="false").start()
    buyer, newcomer = Person(), Person()
    ciclo.link(buyer)

    for person in (buyer, newcomer):
        ciclo.gateway.accept(Sale(person).approved())
    # Without Discord there is nothing to be onboarded to.
    for person in (buyer, newcomer):
        ciclo.wait_for_lifecycle(person, "active")
    assert ciclo.sandbox.roles_of(buyer) == set()
    assert ciclo.sandbox.invites() == []

    for name in ("lifecycle-worker", "discord-worker", "messaging-worker", "scheduler"):
        ciclo.restart_with(name, DISCORD_ENABLED="true")

    ciclo.wait_for_roles(buyer, CLUB.role, seconds=20)
    wait_until(lambda: ciclo.sandbox.emails_to(newcomer), "the newcomer is invited", 20)


def test_with_e_mail_off_invitations_wait_and_go_out_after_turning_it_on(new_ciclo):
    ciclo = new_ciclo(EMAIL_ENABLED="false").start()
    person = Person()

    ciclo.gateway.accept(Sale(person).approved())
    ciclo.wait_for_lifecycle(person, "pending_onboarding")
    wait_until(lambda: ciclo.database.value("SELECT count(*) FROM messages WHERE channel = 'email'") == 1,
               "the e-mail is wanted")
    assert ciclo.sandbox.emails_to(person) == []

    for name in ("lifecycle-worker", "discord-worker", "messaging-worker", "scheduler"):
        ciclo.restart_with(name, EMAIL_ENABLED="true")

    wait_until(lambda: ciclo.sandbox.emails_to(person), "the e-mail has gone out", 20)
    ciclo.wait_until_idle()
    assert len(ciclo.sandbox.emails_to(person)) == 1
