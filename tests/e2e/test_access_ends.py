"""Money that goes back and subscriptions that end take the role away."""

import pytest

from hotmart import CLUB, Person, Sale
from sandbox_client import VISITOR_ROLE


@pytest.fixture
def student(ciclo, member):
    """An active student; answers (person, sale)."""
    sale = Sale(member)
    ciclo.gateway.accept(sale.approved())
    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.wait_for_lifecycle(member, "active")
    return member, sale


@pytest.mark.parametrize("ending", ["refunded", "chargeback", "cancelled"])
def test_the_role_goes_the_visitor_role_comes_and_the_student_has_churned(ciclo, student, ending):
    person, sale = student

    ciclo.gateway.accept(event := getattr(sale, ending)())

    ciclo.wait_for_roles(person, VISITOR_ROLE)
    ciclo.wait_for_lifecycle(person, "churned")
    ciclo.wait_for_status(event)
    ciclo.wait_until_idle()
    assert ciclo.sandbox.role_changes(person).count(("remove", CLUB.role)) == 1
    assert {"enrollment.unenrolled", "discord.role_revoked", f"hotmart.{event['event'].lower()}"} <= set(
        ciclo.audit_types(person))
    assert ciclo.database.column(
        "SELECT status FROM enrollments JOIN users ON users.id = user_id WHERE email = %s", person.email) == ["cancelled"]


def test_each_transition_says_from_where_to_where_and_why(ciclo, student):
    person, sale = student

    ciclo.gateway.accept(sale.refunded())

    ciclo.wait_for_lifecycle(person, "churned")
    transitions = ciclo.database.rows(
        """SELECT payload->>'from', payload->>'to', payload->>'trigger' FROM events JOIN users ON users.id = target_id
           WHERE type = 'lifecycle.transition' AND email = %s ORDER BY events.created_at""", person.email)
    assert [(start, end) for start, end, _ in transitions] == [("none", "active"), ("active", "churned")]
    assert "refund" in transitions[1][2].lower()


def test_another_live_purchase_of_the_same_product_keeps_the_role(ciclo, student):
    person, sale = student
    ciclo.gateway.accept(Sale(person, subscription=False).approved())

    ciclo.gateway.accept(event := sale.refunded())

    ciclo.wait_for_status(event)
    ciclo.wait_until_idle()
    assert ciclo.sandbox.roles_of(person) == {CLUB.role}
    assert ciclo.lifecycle_of(person) == "active"


def test_who_buys_again_after_leaving_is_active_at_once(ciclo, student):
    person, sale = student
    ciclo.gateway.accept(sale.cancelled())
    ciclo.wait_for_roles(person, VISITOR_ROLE)

    ciclo.gateway.accept(sale.renew().approved())

    ciclo.wait_for_roles(person, CLUB.role)
    ciclo.wait_for_lifecycle(person, "active")
    assert ciclo.sandbox.emails_to(person) == []


def test_a_refund_that_arrives_before_its_approval_gives_no_access(ciclo, member):
    sale = Sale(member)
    approved, refunded = sale.approved(), sale.refunded()

    ciclo.gateway.accept(refunded)
    ciclo.wait_for_status(refunded)
    ciclo.gateway.accept(approved)

    ciclo.wait_for_status(approved)
    ciclo.wait_until_idle()
    assert ciclo.lifecycle_of(member) == "churned"
    assert ("add", CLUB.role) not in ciclo.sandbox.role_changes(member)


def test_a_cancellation_before_its_purchase_is_no_match_and_still_counts_later(ciclo):
    person = Person()
    ciclo.link(person)
    sale = Sale(person)
    approved, cancelled = sale.approved(), sale.cancelled()

    ciclo.gateway.accept(cancelled)
    ciclo.wait_for_status(cancelled, "no_match")
    ciclo.gateway.accept(approved)

    ciclo.wait_for_status(approved)
    ciclo.wait_until_idle()
    assert ciclo.lifecycle_of(person) == "churned"
    assert ("add", CLUB.role) not in ciclo.sandbox.role_changes(person)
