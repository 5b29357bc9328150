"""From the payment to the role, or to the invitation."""

from hotmart import CHESS, CLUB, Person, Product, Sale
from sandbox_client import VISITOR_ROLE
from waiting import wait_until


def only_email_to(ciclo, person):
    mails = wait_until(lambda: ciclo.sandbox.emails_to(person), f"an e-mail to {person.email}")
    ciclo.wait_until_idle()
    mails = ciclo.sandbox.emails_to(person)
    assert len(mails) == 1, [mail["subject"] for mail in mails]
    return mails[0]


def test_a_known_member_who_buys_gets_the_role_and_no_invite(ciclo, member):
    sale = Sale(member)

    answer = ciclo.gateway.accept(event := sale.approved())

    assert answer == {"status": "accepted", "id": event["id"]}
    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.wait_for_lifecycle(member, "active")
    ciclo.wait_until_idle()
    assert ciclo.sandbox.role_changes(member).count(("add", CLUB.role)) == 1
    assert ciclo.sandbox.emails_to(member) == []
    assert ciclo.database.rows("SELECT * FROM discord_invites JOIN users ON users.id = user_id WHERE email = %s",
                               member.email) == []
    assert {"hotmart.purchase_approved", "lifecycle.transition", "enrollment.enrolled",
            "discord.role_assigned"} <= set(ciclo.audit_types(member))


def test_the_sale_is_kept_with_what_it_was_matched_by(ciclo, member):
    sale = Sale(member)

    ciclo.gateway.accept(event := sale.approved())

    ciclo.wait_for_status(event)
    assert ciclo.database.rows(
        "SELECT status, hotmart_status, matched_by, price::text, currency, subscriber_code FROM transactions WHERE code = %s",
        sale.transaction,
    ) == [("APPROVED", "APPROVED", f"product.id={CLUB.id}", "89.9", "BRL", sale.subscriber_code)]
    assert ciclo.database.value("SELECT status FROM subscriptions WHERE subscriber_code = %s",
                                sale.subscriber_code) == "ACTIVE"


def test_an_unknown_buyer_waits_for_onboarding_with_one_invite_and_one_e_mail(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())

    mail = only_email_to(ciclo, person)

    assert ciclo.lifecycle_of(person) == "pending_onboarding"
    token = ciclo.database.value(
        "SELECT token FROM onboarding_tokens JOIN users ON users.id = user_id WHERE email = %s", person.email)
    code = ciclo.database.value(
        "SELECT code FROM discord_invites JOIN users ON users.id = user_id WHERE email = %s", person.email)
    for text in (mail["html"], mail["text"]):
        if text is not None:
            assert f"discord.gg/{code}" in text
            assert token in text
    assert mail["idempotency_key"]
    assert mail["from"] == "Escola Exemplo <ola@escola.example>"
    invite = next(i for i in ciclo.sandbox.invites() if i["code"] == code)
    assert (invite["max_uses"], invite["max_age"], invite["live"]) == (1, 604800, True)
    assert {"discord.invite_sent", "email.sent"} <= set(ciclo.audit_types(person))


def test_every_newcomer_gets_an_invite_of_their_own(ciclo):
    newcomers = [Person() for _ in range(5)]

    for newcomer in newcomers:
        ciclo.gateway.accept(Sale(newcomer).approved())

    texts = [only_email_to(ciclo, newcomer)["text"] or only_email_to(ciclo, newcomer)["html"] for newcomer in newcomers]
    codes = ciclo.database.column("SELECT code FROM discord_invites JOIN users ON users.id = user_id"
                                  " WHERE email = ANY (%s)", [newcomer.email for newcomer in newcomers])
    assert len(set(codes)) == len(newcomers)
    assert sorted(sum(code in text for text in texts) for code in codes) == [1] * len(newcomers)


def test_a_student_linked_but_not_in_the_server_gets_an_invite(ciclo, person):
    ciclo.cli("student", "link", person.email, person.discord_id)

    ciclo.gateway.accept(Sale(person).approved())

    mail = only_email_to(ciclo, person)
    assert "discord.gg/" in (mail["text"] or mail["html"])


def test_linking_the_account_later_brings_the_role(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    ciclo.wait_for_lifecycle(person, "pending_onboarding")

    ciclo.link(person)

    ciclo.wait_for_roles(person, CLUB.role)
    ciclo.wait_for_lifecycle(person, "active")


def test_the_end_of_the_warranty_changes_nothing(ciclo, member):
    sale = Sale(member)
    ciclo.gateway.accept(sale.approved())
    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.wait_until_idle()
    changes = ciclo.sandbox.role_changes(member)

    ciclo.gateway.accept(event := sale.complete())

    ciclo.wait_for_status(event)
    ciclo.wait_until_idle()
    assert ciclo.database.value("SELECT status FROM transactions WHERE code = %s", sale.transaction) == "COMPLETED"
    assert ciclo.lifecycle_of(member) == "active"
    assert ciclo.sandbox.role_changes(member) == changes


def test_the_same_delivery_again_is_a_duplicate_and_nothing_happens_twice(ciclo, person):
    event = Sale(person).approved()
    assert ciclo.gateway.accept(event)["status"] == "accepted"
    only_email_to(ciclo, person)
    audit = ciclo.audit_types(person)

    assert ciclo.gateway.accept(event) == {"status": "duplicate", "id": event["id"]}

    ciclo.wait_until_idle()
    only_email_to(ciclo, person)
    assert ciclo.audit_types(person) == audit
    assert ciclo.database.value("SELECT count(*) FROM webhook_events WHERE id = %s", event["id"]) == 1


def test_the_same_sale_under_another_event_id_is_harmless(ciclo, member):
    sale = Sale(member)
    ciclo.gateway.accept(sale.approved())
    ciclo.wait_for_roles(member, CLUB.role)

    ciclo.gateway.accept(again := sale.approved())

    ciclo.wait_for_status(again)
    ciclo.wait_until_idle()
    assert ciclo.sandbox.role_changes(member).count(("add", CLUB.role)) == 1
    assert ciclo.audit_types(member).count("lifecycle.transition") == 1


def test_two_products_open_two_roles(ciclo, member):
    ciclo.gateway.accept(Sale(member, CLUB).approved())
    ciclo.gateway.accept(Sale(member, CHESS, subscription=False).approved())

    ciclo.wait_for_roles(member, CLUB.role, CHESS.role)


def test_roles_that_ciclo_does_not_manage_are_left_alone(ciclo, member):
    ciclo.sandbox.put_role("700000000000000150", "Monitora", 2)
    ciclo.sandbox.control("PUT", f"/discord/members/{member.discord_id}", {"roles": ["700000000000000150"]})
    sale = Sale(member)

    ciclo.gateway.accept(sale.approved())
    ciclo.wait_for_roles(member, CLUB.role, "700000000000000150")
    ciclo.gateway.accept(sale.refunded())

    ciclo.wait_for_roles(member, VISITOR_ROLE, "700000000000000150")


def test_a_sale_without_a_rule_is_kept_with_its_candidates(ciclo, member):
    sale = Sale(member, Product(4999001, "a3f0a1de-0000-4000-8000-000000000001", "Sem regra", ""))

    ciclo.gateway.accept(event := sale.approved())

    ciclo.wait_for_status(event, "unprocessed")
    assert ciclo.database.value("SELECT product_id FROM transactions WHERE code = %s", sale.transaction) is None
    assert "4999001" in ciclo.database.value("SELECT candidates FROM transactions WHERE code = %s", sale.transaction)
    assert event["id"] in ciclo.cli("failures", "list")


def test_a_sale_without_a_rule_is_served_once_there_is_one(ciclo, member):
    product = Product(4999002, "a3f0a1de-0000-4000-8000-000000000002", "Regra tardia", CHESS.role)
    ciclo.gateway.accept(event := Sale(member, product).approved())
    ciclo.wait_for_status(event, "unprocessed")

    ciclo.cli("product", "add", "--name", product.name, "--priority", 1, "--identifier", f"product.id={product.id}",
              "--discord-role", product.role)
    ciclo.cli("failures", "retry")

    ciclo.wait_for_status(event)
    ciclo.wait_for_roles(member, product.role)


def test_the_operator_sees_the_student_and_the_audit_log(ciclo, member):
    ciclo.gateway.accept(event := Sale(member).approved())
    ciclo.wait_for_status(event)

    shown = ciclo.cli("student", "show", member.email, "--wait", 10)

    assert member.email in shown
    assert "active" in shown
    assert CLUB.name in shown
    assert "hotmart.purchase_approved" in ciclo.cli("events", "tail")
