"""Flows once for each cause, the job over everybody, ManyChat turned off or refusing us, and what the doctor says."""

import uuid

import pytest

from hotmart import CHESS, CLUB, Person, Product, Sale, now_ms
from hotmart_api import run_job, wait_for_job
from http_calls import call
from manychat_contacts import (FLOWS, NAMES, both, choose_flows, flows_of, tags_of, wait_for_flows, wait_for_tags,
                               wait_until_settled)
from waiting import wait_until

# Without a role nobody has to register: access begins with the payment.
GUIDED = Product(4100910, "9b1d3c5e-7a2f-4e60-8b9c-1d0e2f3a4b5c", "Xadrez guiado", "")
GUIDED_FLOW = ("content20260101120000_000006", "Aula de xadrez")


@pytest.fixture(scope="module", autouse=True)
def set_up(shared_ciclo):
    choose_flows(shared_ciclo)
    shared_ciclo.cli("product", "add", "--name", GUIDED.name, "--identifier", f"product.id={GUIDED.id}",
                     "--manychat-flow", GUIDED_FLOW[0])


def user_id(ciclo, person):
    return ciclo.database.value("SELECT id::text FROM users WHERE email = %s", person.email)


def open_alerts(ciclo):
    return ciclo.database.column("SELECT kind || ':' || subject FROM alerts WHERE closed_at IS NULL ORDER BY 1")


def flow_states(ciclo, person):
    return ciclo.database.rows(
        """SELECT template, status FROM messages JOIN users ON users.id = user_id
           WHERE email = %s AND channel = 'manychat_flow' ORDER BY messages.created_at""", person.email)


def test_the_flow_of_an_access_rule_is_started_once_for_each_beginning_of_access(ciclo, person):
    sale = Sale(person, GUIDED, subscription=False)
    ciclo.gateway.accept(event := sale.approved())
    once = sorted([NAMES["welcome"], GUIDED_FLOW[1]])
    wait_until(lambda: sorted(flows_of(ciclo, person)) == once, "both flows are started", 20)
    sent = next(f for f in ciclo.sandbox.contact_of(person)["flows"] if f["flow"] == GUIDED_FLOW[1])
    assert sent["fields"]["product"] == GUIDED.name and sent["fields"]["name"] == person.name

    # The same, told again in other words; and folded anew from the beginning.
    ciclo.gateway.accept(event)
    ciclo.gateway.accept(again := sale.complete())
    ciclo.wait_for_status(again)
    ciclo.cli("replay", "--all")
    wait_until_settled(ciclo, person)
    assert sorted(flows_of(ciclo, person)) == once

    ciclo.gateway.accept(sale.refunded())
    wait_until(lambda: flows_of(ciclo, person)[2:] == [NAMES["churn"]], "the churn flow is started", 20)
    ciclo.gateway.accept(Sale(person, GUIDED, subscription=False, at=now_ms()).approved())
    wait_until(lambda: sorted(flows_of(ciclo, person)[3:]) == sorted([NAMES["welcome_back"], GUIDED_FLOW[1]]),
               "access has begun anew, and with it its flow", 20)


def test_the_follow_up_flow_goes_out_once_to_whoever_has_not_registered_for_a_day(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    wait_for_flows(ciclo, person, NAMES["onboarding"])
    assert run_job(ciclo, "follow_up_onboarding").counters == {"followed_up": 0}

    ciclo.database.execute(
        """WITH student AS (SELECT id FROM users WHERE email = %s),
                flow AS (UPDATE messages SET sent_at = sent_at - interval '25 hours'
                         WHERE user_id = (SELECT id FROM student) AND channel = 'manychat_flow')
           UPDATE onboarding_tokens SET created_at = created_at - interval '25 hours'
           WHERE user_id = (SELECT id FROM student)""", person.email)
    assert run_job(ciclo, "follow_up_onboarding").counters == {"followed_up": 1}
    wait_for_flows(ciclo, person, NAMES["onboarding"], NAMES["follow_up"])
    assert ciclo.sandbox.contact_of(person)["flows"][1]["fields"]["invite_link"].startswith("https://discord.gg/")

    assert run_job(ciclo, "follow_up_onboarding").counters == {"followed_up": 0}
    wait_until_settled(ciclo, person)
    assert flows_of(ciclo, person) == [NAMES["onboarding"], NAMES["follow_up"]]


def test_the_sync_of_one_product_looks_at_its_students_only(ciclo):
    club, chess = Person(), Person()
    for person, product in ((club, CLUB), (chess, CHESS)):
        ciclo.link(person)
        ciclo.gateway.accept(Sale(person, product, subscription=False).approved())
        wait_for_tags(ciclo, person, *both(product, "Ativo"))
        wait_until_settled(ciclo, person)
        ciclo.sandbox.control("PUT", f"/manychat/subscribers/{person.phone_digits}/tags", {"tags": ["lead"]})
    ciclo.database.execute("UPDATE manychat_contacts SET seen_at = now() - interval '8 days'")

    product_id, students = ciclo.database.rows(
        """SELECT products.id::text, count(*) FROM products JOIN student_course_status ON product_id = products.id
           WHERE name = %s AND is_current GROUP BY 1""", CHESS.name)[0]
    run = run_job(ciclo, "sync_manychat_tags", product=product_id)
    assert tags_of(ciclo, chess) == {"lead", *both(CHESS, "Ativo")}
    assert tags_of(ciclo, club) == {"lead"}
    assert run.counters["synced"] == run.total == students
    assert run.counters["status_changes"] == 1

    run_id = str(uuid.uuid4())
    ciclo.database.execute(
        """INSERT INTO job_runs (id, job, parameters, requested_by, correlation_id)
           VALUES (%s, 'sync_manychat_tags', '{"product_id": "Curso de Nada"}', 'queue', %s)""", run_id, run_id)
    assert "Curso de Nada" in wait_for_job(ciclo, run_id).error


def test_what_was_given_up_is_over_once_the_sync_has_found_the_contact(ciclo, member):
    ciclo.sandbox.control("PUT", "/manychat", {"imports": {"wa_id": False}})
    try:
        ciclo.gateway.accept(Sale(member).approved())
        wait_until(lambda: "reconciliations_failed:manychat" in open_alerts(ciclo), "the team is told", 20)
    finally:
        ciclo.sandbox.control("PUT", "/manychat", {"imports": {"wa_id": True}})
    assert user_id(ciclo, member) in ciclo.cli("failures", "list")

    # The student writes to the school at last.
    ciclo.sandbox.add_contact(member)
    ciclo.database.execute("UPDATE manychat_contacts SET sought_at = now() - interval '1 day' WHERE user_id = %s",
                           user_id(ciclo, member))
    run_job(ciclo, "sync_manychat_tags")
    wait_for_tags(ciclo, member, *both(CLUB, "Ativo"))
    wait_until(lambda: "reconciliations_failed:manychat" not in open_alerts(ciclo), "the alert closes by itself", 20)


def test_a_refused_token_stops_all_calls_and_is_told_once(ciclo):
    people = [Person() for _ in range(4)]
    for person in people:
        ciclo.link(person)
        ciclo.sandbox.add_contact(person)
    refused = ciclo.sandbox.fault(provider="manychat", path="/fb/**", kind="status", status=401,
                                  body={"status": "error", "message": "Wrong token"})
    for person in people:
        ciclo.gateway.accept(Sale(person).approved())
    wait_until(lambda: "provider_unauthorized:manychat" in open_alerts(ciclo), "the team is told", 20)
    wait_until(lambda: ciclo.sandbox.notifications("não aceita a nossa credencial"), "in its channel", 20)
    hits = next(f for f in ciclo.sandbox.state("faults") if f["id"] == refused)["hits"]
    assert 1 <= hits <= 6, "each lane, and the flows', at most once"
    assert ciclo.database.value(
        "SELECT max(attempts) FROM reconciliations WHERE target = 'manychat' AND applied_version < wanted_version") == 0

    ciclo.sandbox.clear_faults()
    ciclo.stop("manychat-worker")
    for table in ("reconciliations", "messages"):
        ciclo.database.execute(f"UPDATE {table} SET next_attempt_at = now() WHERE next_attempt_at > now()")
    ciclo.start("manychat-worker")  # with its new token
    for person in people:
        wait_for_tags(ciclo, person, *both(CLUB, "Ativo"))
        wait_for_flows(ciclo, person, NAMES["welcome"])
    wait_until(lambda: "provider_unauthorized:manychat" not in open_alerts(ciclo), "the alert closes by itself", 20)
    assert len(ciclo.sandbox.notifications("não aceita a nossa credencial")) == 1


def test_what_was_wanted_while_manychat_was_off_is_applied_when_it_is_turned_on_and_only_the_end_of_it(new_ciclo):
    ciclo = new_ciclo(MANYCHAT_ENABLED="false", DISCORD_ENABLED="false")
    ciclo.start("webhook-gateway", "lifecycle-worker", "manychat-worker", "scheduler")
    choose_flows(ciclo)
    returned, gone = Person(), Person()
    for person in (returned, gone):
        sale = Sale(person)
        ciclo.gateway.accept(sale.approved())
        ciclo.wait_for_lifecycle(person, "active")
        ciclo.gateway.accept(sale.cancelled())
        ciclo.wait_for_lifecycle(person, "churned")
    ciclo.gateway.accept(Sale(returned).approved())
    ciclo.wait_for_lifecycle(returned, "active")
    assert not [key for key in ciclo.sandbox.state("calls") if key.startswith("manychat")]

    for service in ("lifecycle-worker", "manychat-worker", "scheduler"):
        ciclo.restart_with(service, MANYCHAT_ENABLED="true")
    wait_for_tags(ciclo, returned, *both(CLUB, "Ativo"))
    wait_for_tags(ciclo, gone, *both(CLUB, "Cancelado"))
    for person, status in ((returned, "Ativo"), (gone, "Cancelado")):
        wait_until_settled(ciclo, person)
        assert ciclo.sandbox.contact_of(person)["tag_changes"] == [["add", CLUB.name], ["add", f"{CLUB.name}, {status}"]]
    assert flows_of(ciclo, returned) == [NAMES["welcome_back"]]
    assert flows_of(ciclo, gone) == [NAMES["churn"]]
    assert flow_states(ciclo, returned) == [("welcome", "expired"), ("churn", "expired"), ("welcome_back", "sent")]


def test_the_doctor_says_what_to_do_about_token_flows_and_fields(ciclo, monkeypatch):
    def page(method, path, body):
        return call(ciclo.sandbox.port, method, "/manychat/fb" + path, body, {
            "Authorization": "Bearer 100200300:sandbox-token", "Content-Type": "application/json"})

    assert "Escola Exemplo" in ciclo.cli("doctor", code=None)
    with monkeypatch.context() as other:
        other.setitem(ciclo.settings, "MANYCHAT_API_TOKEN", "100200300:old")
        assert "troque MANYCHAT_API_TOKEN" in ciclo.cli("doctor", code=1)

    ciclo.cli("setting", "set", "manychat_flow_churn", "content_gone")
    told = ciclo.cli("doctor", code=1)
    ciclo.cli("setting", "set", "manychat_flow_churn", FLOWS["churn"])
    assert "não tem o fluxo content_gone" in told and "ciclo setting set manychat_flow_churn" in told
    assert f'"Cancelamento" {FLOWS["churn"]}' in told, "those to choose from"

    monkeypatch.setitem(ciclo.settings, "MANYCHAT_PHONE_FIELD", "Celular")
    assert "ainda não existem: Celular" in ciclo.cli("doctor", code=None)
    assert page("POST", "/page/createCustomField", '{"caption": "celular", "type": "number"}').status == 200
    assert "o campo \"celular\" é do tipo number" in ciclo.cli("doctor", code=1)
