"""/registrar: its answers, its channel, its throttle, and what it brings about."""

import pytest

import discord_people as people
from ciclo import Ciclo
from conftest import ended
from hotmart import CLUB, Person, Sale
from waiting import wait_until


@pytest.fixture(scope="module")
def shared_ciclo(servers, template, tmp_path_factory):
    """Here the command belongs in one channel."""
    settings = {"DISCORD_REGISTRATION_CHANNEL_ID": people.REGISTRATION_CHANNEL}
    ciclo = Ciclo(servers, tmp_path_factory.mktemp("ciclo"), template, settings=settings)
    try:
        ciclo.start()
        ciclo.sandbox.lift_limits()
        yield ciclo
    finally:
        ended(ciclo)


@pytest.fixture
def buyer(ciclo, person):
    """Paid, is in the server, and nobody knows that it is the same person; answers (person, token, sale)."""
    sale = Sale(person)
    ciclo.gateway.accept(sale.approved())
    token = people.token_of(ciclo, person)
    ciclo.sandbox.add_member(person)
    return person, token, sale


def test_a_right_code_links_the_account_and_the_role_arrives(ciclo, buyer):
    person, token, _ = buyer

    answer = people.register(ciclo, person, token)

    assert "✅" in answer
    ciclo.wait_for_roles(person, CLUB.role)
    ciclo.wait_for_lifecycle(person, "active")
    assert people.linked_account(ciclo, person) == person.discord_id
    assert ciclo.audit_types(person).count("discord.registration_completed") == 1
    stored = ciclo.database.rows("SELECT token, code FROM discord_interactions WHERE discord_id = %s", person.discord_id)
    assert stored == [(None, None)], "secrets are kept no longer than needed"


def test_people_may_type_the_code_as_they_like(ciclo, buyer):
    person, token, _ = buyer

    assert "✅" in people.register(ciclo, person, f" {token[:4].lower()}-{token[4:].lower()} ")


def test_an_unknown_code_is_invalid(ciclo, buyer):
    person, _, _ = buyer

    assert "não encontrei" in people.register(ciclo, person, "ZZZZ9999").lower()
    assert people.linked_account(ciclo, person) is None


def test_a_code_that_is_too_old_has_expired(ciclo, buyer):
    person, token, _ = buyer
    ciclo.database.execute("UPDATE onboarding_tokens SET expires_at = now() - interval '1 second' WHERE token = %s", token)

    assert "não vale mais" in people.register(ciclo, person, token)
    assert people.linked_account(ciclo, person) is None


def test_a_code_works_once_and_for_one_account(ciclo, buyer):
    person, token, _ = buyer
    assert "✅" in people.register(ciclo, person, token)
    wait_until(lambda: people.linked_account(ciclo, person), "the account is linked")
    thief = Person()
    ciclo.sandbox.add_member(thief)

    for who in (person, thief):
        assert "já foi feito" in people.register(ciclo, who, token)
    assert people.linked_account(ciclo, person) == person.discord_id


def test_an_account_belongs_to_one_student(ciclo, buyer):
    person, token, _ = buyer
    assert "✅" in people.register(ciclo, person, token)
    other = Person()
    ciclo.gateway.accept(Sale(other).approved())

    assert "já foi feito" in people.register(ciclo, person, people.token_of(ciclo, other))
    assert people.linked_account(ciclo, other) is None


def test_in_another_channel_the_member_is_sent_to_the_right_one_and_the_code_stays_good(ciclo, buyer):
    person, token, _ = buyer

    answer = people.register(ciclo, person, token, channel=people.OTHER_CHANNEL)

    assert f"<#{people.REGISTRATION_CHANNEL}>" in answer
    assert people.linked_account(ciclo, person) is None
    assert "✅" in people.register(ciclo, person, token)


def test_after_a_refund_the_code_of_the_e_mail_is_dead(ciclo, buyer):
    person, token, sale = buyer
    ciclo.gateway.accept(event := sale.refunded())
    ciclo.wait_for_status(event)

    answer = people.register(ciclo, person, token)

    assert "não encontrei" in answer.lower() or "não vale mais" in answer
    ciclo.wait_until_idle()
    assert people.linked_account(ciclo, person) is None
    assert ciclo.lifecycle_of(person) == "churned"
    assert ciclo.sandbox.roles_of(person) == set()


def test_guessing_is_slowed_down_even_for_the_right_code_and_for_nobody_else(ciclo, buyer):
    person, token, _ = buyer

    answers = []
    while not answers or "muitas tentativas" not in answers[-1].lower():
        answers.append(people.register(ciclo, person, f"ZZZZ{len(answers):04d}".replace("0", "X").replace("1", "Y")))
        assert len(answers) < 20, "guessing goes on and on"

    assert "muitas tentativas" in people.register(ciclo, person, token).lower()
    assert people.linked_account(ciclo, person) is None
    other = Person()
    ciclo.gateway.accept(Sale(other).approved())
    ciclo.sandbox.add_member(other)
    assert "✅" in people.register(ciclo, other, people.token_of(ciclo, other))


def test_many_who_register_at_once_are_all_answered_in_time(ciclo):
    crowd = [Person() for _ in range(25)]
    for person in crowd:
        ciclo.gateway.accept(Sale(person).approved())
    tokens = [people.token_of(ciclo, person) for person in crowd]
    for person in crowd:
        ciclo.sandbox.add_member(person)

    interactions = [people.run_command(ciclo, person, token) for person, token in zip(crowd, tokens)]

    for interaction in interactions:
        assert "✅" in people.answer_to(ciclo, interaction, 20)
    for person in crowd:
        ciclo.wait_for_roles(person, CLUB.role, seconds=20)
