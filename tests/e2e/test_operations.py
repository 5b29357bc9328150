"""What operators rely on: logs, metrics, readiness, clear faults at start, an orderly end."""

import subprocess
import threading
import time

import pytest

from ciclo import SERVICES, SYSTEM
from hotmart import CLUB, Person, Sale
from sandbox_client import VISITOR_ROLE
from waiting import wait_until

REQUIRED = {
    "webhook-gateway": ["LISTEN_ADDRESS", "HOTMART_HOTTOK"],
    "lifecycle-worker": [],
    "discord-bot": ["DISCORD_BOT_TOKEN", "DISCORD_GUILD_ID"],
    "discord-worker": ["DISCORD_BOT_TOKEN", "DISCORD_GUILD_ID"],
    "manychat-worker": ["MANYCHAT_API_TOKEN"],
    "messaging-worker": ["RESEND_API_KEY", "EMAIL_FROM"],
    "scheduler": [],
    "sync-worker": [],
    "admin-api": ["LISTEN_ADDRESS"],
}


def test_the_correlation_id_of_a_webhook_is_in_the_logs_up_to_the_effect(ciclo, member):
    ciclo.gateway.accept(event := Sale(member).approved())
    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.wait_until_idle()

    for service in ("webhook-gateway", "lifecycle-worker", "discord-worker"):
        lines = [line for line in ciclo.log_lines(service) if line.get("correlation_id") == event["id"]]
        assert lines, f"{service} says nothing about {event['id']}"
        assert all(line["service"] == service and line["time"] and line["level"] for line in lines)
    audit = ciclo.database.column("SELECT type FROM events WHERE payload->>'correlation_id' = %s", event["id"])
    assert {"hotmart.purchase_approved", "lifecycle.transition", "discord.role_assigned"} <= set(audit)


def test_no_log_names_a_student_or_a_secret(ciclo, member):
    ciclo.gateway.accept(Sale(member).approved())
    ciclo.wait_for_roles(member, CLUB.role)

    for service in SERVICES:
        text = ciclo.processes[service].log_text()
        for secret in (member.email, member.name, "sandbox-bot-token", "sandbox-webhook-token", "re_sandbox",
                       "sandbox-meta-token", "e2e-hottok"):
            assert secret not in text, f"{service} has written {secret} into its log"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_metrics_of_its_own_from_the_start(ciclo, service):
    assert any(key.startswith("ciclo_") for key in ciclo.metrics(service)), list(ciclo.metrics(service))[:20]


def test_metrics_count_what_was_done(ciclo, person):
    def total(service):
        return sum(value for key, value in ciclo.metrics(service).items()
                   if key.startswith("ciclo_") and "_total" in key)

    idle = ("scheduler", "sync-worker", "admin-api")
    before = {service: total(service) for service in SERVICES if service not in idle}
    ciclo.gateway.accept(Sale(person).approved())
    wait_until(lambda: ciclo.sandbox.emails_to(person), "the invitation is sent")

    for service, count in before.items():
        wait_until(lambda s=service, c=count: total(s) > c, f"{service} has counted something")


@pytest.mark.parametrize("service", SERVICES)
def test_all_faults_of_the_configuration_are_named_at_once(servers, service):
    wrong = {"LOG_LEVEL": "loud", "OPS_ADDRESS": "nowhere", "MANYCHAT_ENABLED": "true"}

    result = subprocess.run([str(servers.binaries / service)], env={**SYSTEM, **wrong}, capture_output=True,
                            text=True, timeout=10, stdin=subprocess.DEVNULL, check=False)

    assert result.returncode == 1
    for name in ("DATABASE_URL", "AMQP_URL", "OPS_ADDRESS", "LOG_LEVEL", *REQUIRED[service]):
        assert name in result.stderr, f"{service} does not name {name}:\n{result.stderr}"


def test_the_doctor_is_content_with_a_sound_installation(ciclo):
    ciclo.cli("doctor")


def test_the_doctor_says_what_is_wrong_with_hotmart_and_how_to_mend_it(ciclo):
    good = {"id": "sandbox-client", "secret": "sandbox-secret"}
    ciclo.sandbox.control("PUT", "/hotmart", {"client": {**good, "secret": "trocado"}})
    try:
        assert "Ferramentas > Credenciais Hotmart" in ciclo.cli("doctor", code=1)
    finally:
        ciclo.sandbox.control("PUT", "/hotmart", {"client": good})
    ciclo.sandbox.fault(provider="hotmart", path="**", kind="drop", times=1)
    assert "HOTMART_TOKEN_URL" in ciclo.cli("doctor", code=1)
    assert "as credenciais são aceitas" in ciclo.cli("doctor")


def test_the_doctor_says_which_templates_may_be_sent_and_what_is_wrong_with_metas_account(ciclo):
    said = ciclo.cli("doctor")
    assert "2 modelos de mensagem aprovados" in said and "INVALID_FORMAT" in said
    ciclo.sandbox.control("PUT", "/meta", {"tokens": ["outro"]})
    try:
        assert "Usuários do sistema" in ciclo.cli("doctor", code=1)
    finally:
        ciclo.sandbox.control("PUT", "/meta", {"tokens": ["sandbox-meta-token"]})
    refusal = {"error": {"message": "Object does not exist", "code": 100, "error_subcode": 33}}
    ciclo.sandbox.fault(provider="meta", path="**", kind="status", status=400, body=refusal, times=1)
    assert "Confira META_WABA_ID" in ciclo.cli("doctor", code=1)
    ciclo.sandbox.fault(provider="meta", path="**", kind="drop", times=1)
    assert "META_API_URL" in ciclo.cli("doctor", code=1)


@pytest.mark.alone
def test_while_rabbitmq_is_away_nothing_is_ready_and_webhooks_are_taken_all_the_same(new_ciclo, servers):
    ciclo = new_ciclo().start()
    person = Person()
    ciclo.link(person)
    ciclo.wait_for_roles(person, VISITOR_ROLE)
    ciclo.wait_until_idle()

    servers.kill_rabbitmq()
    try:
        for service in SERVICES:
            wait_until(lambda s=service: ciclo.readiness(s).status == 503, f"{service} is not ready")
        assert "rabbitmq" in ciclo.readiness("webhook-gateway").text.lower()
        ciclo.gateway.accept(Sale(person).approved())
    finally:
        servers.start_rabbitmq()

    for service in SERVICES:
        ciclo.wait_ready(service, seconds=30)
    ciclo.wait_for_roles(person, CLUB.role, seconds=20)


@pytest.mark.alone
def test_while_postgresql_is_away_the_answer_is_503_within_two_seconds(new_ciclo, servers):
    ciclo = new_ciclo().start()
    person = Person()
    ciclo.link(person)
    ciclo.wait_for_roles(person, VISITOR_ROLE)
    event = Sale(person).approved()

    servers.stop_postgres()
    try:
        for _ in range(3):
            started = time.monotonic()
            answer = ciclo.gateway.post(event)
            assert time.monotonic() - started < 2
            assert answer.status == 503, answer.text
            assert int(answer.headers["Retry-After"]) >= 1
            assert answer.headers["Content-Type"].startswith("application/problem+json")
        wait_until(lambda: ciclo.readiness("webhook-gateway").status == 503, "the gateway is not ready")
    finally:
        servers.start_postgres()

    ciclo.gateway.deliver(event, seconds=10)
    ciclo.wait_for_roles(person, CLUB.role, seconds=20)
    for service in SERVICES:
        ciclo.wait_ready(service)


def test_an_orderly_restart_of_each_service_under_load_loses_nothing(new_ciclo):
    ciclo = new_ciclo().start()
    ciclo.sandbox.lift_limits()
    people = [Person() for _ in range(120)]
    events = [Sale(person).approved() for person in people]
    waiting = list(events)
    failures = []

    def deliver():
        try:
            while waiting:
                ciclo.gateway.deliver(waiting.pop())
                time.sleep(0.05)
        except (AssertionError, IndexError) as failure:
            failures.append(failure)

    senders = [threading.Thread(target=deliver) for _ in range(4)]
    for sender in senders:
        sender.start()
    for service in SERVICES:
        ciclo.stop(service)
        ciclo.launch(service)
    for sender in senders:
        sender.join()

    assert not [f for f in failures if isinstance(f, AssertionError)]
    ciclo.wait_until_idle(30)
    assert ciclo.database.rows("SELECT status, count(*) FROM webhook_events GROUP BY 1") == [("processed", len(events))]
    assert ciclo.database.column("SELECT count(*) FROM messages WHERE channel = 'email' AND status = 'sent'") == [
        len(people)]
    assert len(ciclo.sandbox.state("resend.emails")) == len(people)
