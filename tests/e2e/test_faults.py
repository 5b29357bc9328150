"""Whatever dies while events flow: what was answered 200 is there, was processed once, and the end is right."""

import collections
from concurrent.futures import ThreadPoolExecutor

import pytest

from ciclo import SERVICES, run_cli
from expectation import expect
from hotmart import CHESS, CLUB, Person
from traffic import CHANGING, STEADY, Traffic

pytestmark = pytest.mark.alone

LINKED, NEWCOMERS = 108, 42
PER_SECOND = 90
FAULTS = [f"{service} killed" for service in SERVICES] + [
    "rabbitmq restarted", "rabbitmq wiped", "postgresql restarted", "postgresql killed"]


@pytest.fixture(scope="module")
def school(servers, template):
    """A database in which most students are linked to Discord, copied for each case."""
    name = "e2e_school"
    servers.create_database(name, template)
    linked = [Person() for _ in range(LINKED)]
    url = servers.database_url_of(name)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(
            lambda person: run_cli(servers, url, "", "student", "link", person.email, person.discord_id),
            linked))
    yield name, linked
    servers.drop_database(name)


def break_something(fault, ciclo, servers, traffic):
    service, _, kind = fault.rpartition(" ")
    if service in SERVICES:
        for share in (0.25, 0.5, 0.75):
            traffic.wait_for(share)
            ciclo.kill_and_start(service)
        return
    traffic.wait_for(0.3)
    {
        "rabbitmq restarted": servers.restart_rabbitmq,
        "rabbitmq wiped": servers.wipe_rabbitmq,
        "postgresql restarted": servers.restart_postgres,
        "postgresql killed": servers.kill_and_start_postgres,
    }[fault]()


def histories_of(linked, newcomers):
    """Newcomers keep their access, so that the number of their invitations is certain."""
    histories = {}
    lives = STEADY + CHANGING
    for number, person in enumerate(linked):
        histories[person.email] = lives[number % len(lives)](person)
    for number, person in enumerate(newcomers):
        histories[person.email] = STEADY[number % len(STEADY)](person)
    return histories


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost_and_nothing_is_doubled_when(fault, new_ciclo, servers, school):
    database, linked = school
    # After a wipe the broker has only its default vhost.
    ciclo = new_ciclo(base=database, amqp_url=servers.empty_default_vhost())
    ciclo.start_sandbox()
    ciclo.sandbox.lift_limits()
    for person in linked:
        ciclo.sandbox.add_member(person)
    ciclo.start()
    newcomers = [Person() for _ in range(NEWCOMERS)]
    histories = histories_of(linked, newcomers)
    traffic = Traffic(histories.values(), PER_SECOND)

    traffic.start(ciclo.gateway)
    break_something(fault, ciclo, servers, traffic)
    traffic.join()

    assert [name for name in SERVICES if not ciclo.processes[name].is_running()] == []
    for name in SERVICES:
        ciclo.wait_ready(name)
    ciclo.wait_until_idle(30)
    assert_all_stored_and_processed_once(ciclo, traffic)
    assert_tables_follow_from_the_events(ciclo, histories, {person.email for person in linked})
    assert_discord_is_as_wanted(ciclo, linked, histories)
    assert_nobody_was_written_to_twice(ciclo, newcomers)


def assert_all_stored_and_processed_once(ciclo, traffic):
    events = {event["id"]: event for event in traffic.events}
    assert set(traffic.answers) == set(events)
    assert all(answers.count("accepted") <= 1 for answers in traffic.answers.values())

    statuses = dict(ciclo.database.rows("SELECT id::text, status FROM webhook_events"))
    assert set(statuses) == set(events)
    # A cancellation that came before its purchase says so for good; it was processed all the same.
    wrong = {event_id: status for event_id, status in statuses.items()
             if status != "processed" and not (status == "no_match"
                                               and events[event_id]["event"] == "SUBSCRIPTION_CANCELLATION")}
    assert wrong == {}

    audit = collections.Counter(ciclo.database.rows(
        "SELECT payload->>'correlation_id', type FROM events WHERE type LIKE 'hotmart.%' AND status <> 'ignored'"))
    assert audit == collections.Counter((event_id, f"hotmart.{event['event'].lower()}")
                                        for event_id, event in events.items())


def assert_tables_follow_from_the_events(ciclo, histories, linked):
    database = ciclo.database
    wanted = {email: expect(events, email in linked) for email, events in histories.items()}

    assert dict(database.rows("SELECT email, lifecycle FROM users")) == {
        email: expectation.lifecycle for email, expectation in wanted.items()}
    assert dict(database.rows("SELECT code, status FROM transactions")) == {
        code: status for expectation in wanted.values() for code, status in expectation.transactions.items()}
    names = {str(product.id): product.name for product in (CLUB, CHESS)}
    assert {(email, name): status for email, name, status in database.rows(
        """SELECT email, products.name, status FROM enrollments
           JOIN users ON users.id = user_id JOIN products ON products.id = product_id""")} == {
        (email, names[product]): status
        for email, expectation in wanted.items() for product, status in expectation.enrollments.items()}


def assert_discord_is_as_wanted(ciclo, linked, histories):
    members = ciclo.sandbox.state("discord.members")
    steady = {life.__name__ for life in STEADY}
    lives = STEADY + CHANGING
    wrong = {}
    for number, person in enumerate(linked):
        member = members[person.discord_id]
        wanted = expect(histories[person.email], is_linked=True).roles
        if set(member["roles"]) != wanted:
            wrong[person.email] = (member["roles"], wanted)
        if lives[number % len(lives)].__name__ in steady:
            # Nothing ever took these away, so each was given exactly once.
            given = [(entry["op"], entry["role"]) for entry in member["role_changes"]
                     if entry["changed"] and entry["role"] in wanted]
            assert sorted(given) == sorted(("add", role) for role in wanted), person.email
    assert wrong == {}
    assert ciclo.database.rows("SELECT user_id, last_error FROM reconciliations WHERE failed") == []


def assert_nobody_was_written_to_twice(ciclo, newcomers):
    mails = ciclo.sandbox.state("resend.emails")
    assert sorted(mail["to"][0] for mail in mails) == sorted(person.email for person in newcomers)
    assert ciclo.database.rows("SELECT status, count(*) FROM messages WHERE channel = 'email' GROUP BY 1") == [
        ("sent", len(newcomers))]
    posted = len(ciclo.sandbox.notifications())
    wanted = ciclo.database.value("SELECT count(*) FROM messages WHERE channel = 'discord_notification'")
    assert posted <= wanted
