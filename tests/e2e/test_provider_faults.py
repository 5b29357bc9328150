"""Discord and Resend at their worst."""

import pytest

from hotmart import CLUB, Person, Product, Sale
from waiting import wait_until

ADD_ROLE = "discord PUT /guilds/{guild}/members/{user}/roles/{role}"
EMAILS = "resend POST /emails"


def user_id(ciclo, person):
    return ciclo.database.value("SELECT id::text FROM users WHERE email = %s", person.email)


def role_of(member):
    """The path of whatever role the member is given: a fault there is nobody else's."""
    return f"/guilds/*/members/{member.discord_id}/roles/*"


def email_status(ciclo, person):
    return ciclo.database.value("SELECT status FROM messages JOIN users ON users.id = user_id"
                                " WHERE channel = 'email' AND email = %s", person.email)


def test_discord_answering_500_twice_delays_the_role_and_nothing_more(ciclo, member):
    ciclo.sandbox.fault(provider="discord", method="PUT", path=role_of(member), kind="status", status=500, times=2)

    ciclo.gateway.accept(event := Sale(member).approved())

    ciclo.wait_for_roles(member, CLUB.role, seconds=20)
    ciclo.wait_until_idle()
    assert ciclo.sandbox.role_changes(member).count(("add", CLUB.role)) == 1
    assert ciclo.database.value("SELECT count(*) FROM events WHERE type = 'discord.role_assigned'"
                                " AND payload->>'correlation_id' = %s", event["id"]) == 1


def test_an_answer_of_discord_that_gets_lost_leads_to_one_role(ciclo, member):
    ciclo.sandbox.fault(provider="discord", method="PUT", path=role_of(member), kind="drop_after", times=1)

    ciclo.gateway.accept(Sale(member).approved())

    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.wait_until_idle()
    assert ciclo.sandbox.role_changes(member).count(("add", CLUB.role)) == 1
    assert ciclo.lifecycle_of(member) == "active"


def test_a_connection_that_breaks_before_discord_acts_is_tried_again(ciclo, member):
    ciclo.sandbox.fault(provider="discord", path="**", kind="drop", times=2)

    ciclo.gateway.accept(Sale(member).approved())

    ciclo.wait_for_roles(member, CLUB.role, seconds=20)


def test_the_time_that_discord_asks_for_is_waited(ciclo, member):
    refused = ciclo.sandbox.calls(ADD_ROLE).get("429", 0)
    ciclo.sandbox.fault(provider="discord", method="PUT", path=role_of(member), kind="rate_limit",
                        retry_after=2, times=1)

    ciclo.gateway.accept(event := Sale(member).approved())

    ciclo.wait_for_roles(member, CLUB.role, seconds=15)
    seconds = ciclo.database.value(
        "SELECT extract(epoch FROM %s::timestamptz - received_at)::float FROM webhook_events WHERE id = %s",
        ciclo.sandbox.state(f"discord.members.{member.discord_id}")["role_changes"][-1]["at"], event["id"])
    assert seconds >= 2
    assert ciclo.sandbox.calls(ADD_ROLE)["429"] == refused + 1, "it has asked again too early"
    ciclo.wait_until_idle()
    attempts = ciclo.database.value(
        "SELECT attempts FROM reconciliations JOIN users ON users.id = user_id WHERE target = 'discord' AND email = %s",
        member.email)
    assert attempts == 0


def test_the_limits_of_discord_are_kept_when_many_buy_at_once(new_ciclo):
    ciclo = new_ciclo().start()
    ciclo.sandbox.control("PUT", "/discord/limits", {"routes": {
        "PUT /guilds/{guild}/members/{user}/roles/{role}": {"limit": 5, "window_seconds": 2}}})
    people = [Person() for _ in range(13)]
    for person in people:
        ciclo.link(person)

    for person in people:
        ciclo.gateway.accept(Sale(person).approved())

    for person in people:
        ciclo.wait_for_roles(person, CLUB.role, seconds=25)
    # A full bucket shows in the headers of the answer before; one refusal can still come from not knowing it.
    assert ciclo.sandbox.calls(ADD_ROLE).get("429", 0) <= 1


@pytest.fixture
def board(ciclo):
    """A product whose role stands above the bot's own."""
    role = "700000000000000100"  # lower than the others, in case somebody goes through them in order
    ciclo.sandbox.put_role(role, "Diretoria", 30)
    product = Product(4100900, "7f9a2b1c-5d3e-4f60-8a7b-9c0d1e2f3a4b", "Mesa Diretora", role)
    ciclo.cli("product", "add", "--if-missing", "--name", product.name, "--priority", 1,
              "--identifier", f"product.id={product.id}", "--discord-role", role)
    return product


def test_a_role_above_the_bot_waits_for_a_person_and_a_retry_by_hand_brings_it(ciclo, board):
    person = Person()
    ciclo.link(person)
    before = sum(ciclo.sandbox.calls(ADD_ROLE).values())
    alerts = len(ciclo.sandbox.notifications(board.role)) + len(ciclo.sandbox.notifications("50013"))

    ciclo.gateway.accept(event := Sale(person, board).approved())

    def given_up():
        return ciclo.database.value("SELECT last_error FROM reconciliations JOIN users ON users.id = user_id"
                                    " WHERE target = 'discord' AND failed AND email = %s", person.email)

    assert "50013" in wait_until(given_up, "the role is given up")
    ciclo.wait_for_status(event)
    assert ciclo.lifecycle_of(person) == "active"
    wait_until(lambda: len(ciclo.sandbox.notifications(board.role)) + len(ciclo.sandbox.notifications("50013")) > alerts,
               "the admin is alerted")
    ciclo.wait_until_idle()
    assert sum(ciclo.sandbox.calls(ADD_ROLE).values()) <= before + 2, "a retry storm"
    assert user_id(ciclo, person) in ciclo.cli("failures", "list")

    ciclo.sandbox.put_role(board.role, "Diretoria", 5)
    ciclo.cli("failures", "retry")

    ciclo.wait_for_roles(person, board.role)
    ciclo.wait_until_idle()
    assert user_id(ciclo, person) not in ciclo.cli("failures", "list")


def test_one_failed_role_does_not_hold_back_the_other(ciclo, board):
    ciclo.sandbox.put_role(board.role, "Diretoria", 30)
    person = Person()
    ciclo.link(person)

    ciclo.gateway.accept(Sale(person, board).approved())
    ciclo.gateway.accept(Sale(person, CLUB).approved())

    wait_until(lambda: CLUB.role in ciclo.sandbox.roles_of(person), "the other role is given")


def test_a_lost_answer_of_resend_leads_to_one_e_mail(ciclo, person):
    fault = ciclo.sandbox.fault(provider="resend", method="POST", path="/emails", contains=person.email,
                                kind="drop_after", times=1)

    ciclo.gateway.accept(Sale(person).approved())

    wait_until(lambda: email_status(ciclo, person) == "sent", "the e-mail counts as sent", 20)
    assert next(f for f in ciclo.sandbox.state("faults") if f["id"] == fault)["hits"] == 1
    assert len(ciclo.sandbox.emails_to(person)) == 1


@pytest.mark.parametrize("fault", [
    {"kind": "status", "status": 500},
    {"kind": "rate_limit", "retry_after": 1},
    {"kind": "drop"},
], ids=lambda fault: fault["kind"])
def test_an_e_mail_goes_out_after_a_passing_fault_of_resend(ciclo, person, fault):
    ciclo.sandbox.fault(provider="resend", method="POST", path="/emails", contains=person.email, times=1, **fault)

    ciclo.gateway.accept(Sale(person).approved())

    wait_until(lambda: ciclo.sandbox.emails_to(person), "the e-mail has gone out", 15)
    ciclo.wait_until_idle()
    assert len(ciclo.sandbox.emails_to(person)) == 1


def test_an_e_mail_that_resend_refuses_waits_for_a_person_who_is_alerted(ciclo, person):
    calls = sum(ciclo.sandbox.calls(EMAILS).values())
    alerts = len(ciclo.sandbox.notifications())
    ciclo.sandbox.fault(provider="resend", method="POST", path="/emails", contains=person.email, kind="status",
                        status=422, times=1, body={"statusCode": 422, "name": "validation_error", "message": "Invalid `to` field."})

    ciclo.gateway.accept(Sale(person).approved())

    wait_until(lambda: email_status(ciclo, person) == "failed", "the e-mail is given up")
    wait_until(lambda: ciclo.sandbox.notifications("validation_error") or ciclo.sandbox.notifications("Invalid `to`"),
               f"the admin is alerted (before: {alerts} notifications)")
    ciclo.wait_until_idle()
    assert sum(ciclo.sandbox.calls(EMAILS).values()) == calls + 1
    message_id = ciclo.database.value("SELECT messages.id::text FROM messages JOIN users ON users.id = user_id"
                                      " WHERE channel = 'email' AND email = %s", person.email)
    assert message_id in ciclo.cli("failures", "list")

    ciclo.cli("failures", "retry")

    wait_until(lambda: email_status(ciclo, person) == "sent", "the retry by hand sends it")
    assert len(ciclo.sandbox.emails_to(person)) == 1


def test_a_broken_notification_webhook_stops_nothing(ciclo, member):
    ciclo.sandbox.fault(provider="discord", method="POST", path="/webhooks/**", kind="status", status=404,
                        body={"message": "Unknown Webhook", "code": 10015})

    ciclo.gateway.accept(Sale(member).approved())

    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.wait_for_lifecycle(member, "active")
