"""Discord as it is in production: both its APIs behind TLS."""

import discord_people as people
import pytest

from hotmart import CLUB, Sale
from tls_front import TlsFront, make_certificate
from waiting import wait_until


@pytest.fixture
def front_of(tmp_path):
    fronts = []

    def make(port):
        fronts.append(TlsFront(port, *make_certificate(tmp_path)))
        return fronts[-1]

    yield make
    for front in fronts:
        front.end()


def test_the_way_from_a_purchase_to_the_role_works_over_tls_and_a_restart_resumes(new_ciclo, front_of, tmp_path, person):
    ciclo = new_ciclo()
    front = front_of(ciclo.sandbox.port)
    ciclo.settings |= {"DISCORD_API_URL": f"https://localhost:{front.port}/api/v10",
                       "DISCORD_GATEWAY_URL": f"wss://localhost:{front.port}",
                       "SSL_CERT_FILE": str(tmp_path / "certificate.pem")}
    ciclo.start()

    ciclo.gateway.accept(Sale(person).approved())
    people.invite_code(ciclo, person)
    people.come_by_invite(ciclo, person)
    wait_until(lambda: people.linked_account(ciclo, person), "the invite tells who came", 20)
    before = people.newest_connection(ciclo)
    ciclo.kill_and_start("discord-bot")
    people.accept_rules(ciclo, person)

    ciclo.wait_for_roles(person, CLUB.role, seconds=20)
    connection = people.wait_for_session(ciclo, after=before)
    assert [frame["op"] for frame in connection["received"] if frame["op"] in (2, 6)] == [6], "the session was resumed"
    assert front.connections >= 3, "two sessions of the bot, and the worker"


def test_without_the_certificate_nobody_is_trusted(new_ciclo, front_of):
    ciclo = new_ciclo()
    front = front_of(ciclo.sandbox.port)
    ciclo.settings |= {"DISCORD_GATEWAY_URL": f"wss://localhost:{front.port}"}
    ciclo.start_sandbox()
    ciclo.launch("discord-bot")

    wait_until(lambda: any("certificate" in str(line) for line in ciclo.log_lines("discord-bot")), "the log says why", 20)

    assert ciclo.readiness("discord-bot").status == 503
    assert not front.connections
