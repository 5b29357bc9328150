"""What a student's life does to the contact in ManyChat: tags, custom fields, flows."""

import uuid

import pytest

from hotmart import CHESS, CLUB, Person, Sale
from hotmart_api import run_job
from manychat_contacts import NAMES, both, choose_flows, flows_of, wait_for_flows, wait_for_tags, wait_until_settled
from waiting import wait_until


@pytest.fixture(scope="module", autouse=True)
def flows(shared_ciclo):
    choose_flows(shared_ciclo)


@pytest.fixture(autouse=True)
def usual_page(ciclo):
    usual = {"imports": {"wa_id": True, "phone": True, "email": True}, "find_shape": "object",
             "not_found": "empty_array", "error_shape": "object", "empty_values": True}
    ciclo.sandbox.control("PUT", "/manychat", usual)
    yield
    ciclo.sandbox.control("PUT", "/manychat", usual)


def test_a_purchase_makes_the_contact_with_tags_fields_and_the_onboarding_flow(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())

    wait_for_tags(ciclo, person, *both(CLUB, "Ativo"))
    wait_for_flows(ciclo, person, NAMES["onboarding"])
    wait_until_settled(ciclo, person)
    sent = ciclo.sandbox.contact_of(person)["flows"][0]
    token = ciclo.database.value(
        "SELECT token FROM onboarding_tokens JOIN users ON users.id = user_id WHERE email = %s", person.email)
    invite = ciclo.database.value(
        "SELECT code FROM discord_invites JOIN users ON users.id = user_id WHERE email = %s", person.email)
    # As they stood when the flow was sent: nothing can be given along with it.
    assert sent["fields"] == {
        "name": person.name, "email": person.email, "lifecycle_status": "pending_onboarding", "onboarding_token": token,
        "phone_number": person.phone_digits, "product": CLUB.name, "invite_link": f"https://discord.gg/{invite}"}
    assert set(sent["tags"]) == both(CLUB, "Ativo")
    assert ciclo.database.value("SELECT manychat_subscriber_id FROM users WHERE email = %s", person.email) == \
        ciclo.sandbox.contact_of(person)["id"]
    assert {"manychat.tag_added", "manychat.flow_triggered"} <= set(ciclo.audit_types(person))


def test_registering_and_leaving_and_coming_back_change_status_and_send_a_flow_each(ciclo, member):
    sale = Sale(member)
    ciclo.gateway.accept(sale.approved())
    wait_for_flows(ciclo, member, NAMES["welcome"])
    assert ciclo.sandbox.contact_of(member)["fields"]["lifecycle_status"] == "active"

    ciclo.gateway.accept(sale.cancelled())
    wait_for_tags(ciclo, member, *both(CLUB, "Cancelado"))
    wait_for_flows(ciclo, member, NAMES["welcome"], NAMES["churn"])

    ciclo.gateway.accept(Sale(member).approved())
    wait_for_tags(ciclo, member, *both(CLUB, "Ativo"))
    wait_for_flows(ciclo, member, NAMES["welcome"], NAMES["churn"], NAMES["welcome_back"])
    changes = ciclo.sandbox.contact_of(member)["tag_changes"]
    assert changes == [["add", CLUB.name], ["add", f"{CLUB.name}, Ativo"], ["remove", f"{CLUB.name}, Ativo"],
                       ["add", f"{CLUB.name}, Cancelado"], ["remove", f"{CLUB.name}, Cancelado"],
                       ["add", f"{CLUB.name}, Ativo"]]


def test_two_courses_give_four_tags_and_tags_of_others_are_left_alone(ciclo, member):
    # Known to the school before, without the ninth digit, and with an old status that somebody gave by hand.
    old_form = member.phone_digits[:4] + member.phone_digits[5:]
    old_form = old_form if member.phone_digits[5] in "6789" else member.phone_digits
    ciclo.sandbox.control("POST", "/manychat/subscribers", {
        "whatsapp_phone": old_form, "fields": {"phone_number": old_form},
        "tags": ["lead", f"{CLUB.name}, Inadimplente", f"{CHESS.name}, VIP"]})

    ciclo.gateway.accept(Sale(member).approved())
    chess = Sale(member, CHESS, subscription=False)
    ciclo.gateway.accept(chess.approved())
    wait_for_tags(ciclo, member, "lead", f"{CHESS.name}, VIP", *both(CLUB, "Ativo"), *both(CHESS, "Ativo"))
    assert ciclo.sandbox.contact_of(member)["whatsapp_phone"] == old_form, "no second contact was made"

    ciclo.gateway.accept(chess.refunded())
    wait_for_tags(ciclo, member, "lead", f"{CHESS.name}, VIP", *both(CLUB, "Ativo"), *both(CHESS, "Reembolsado"))


def test_the_same_again_costs_no_call(ciclo, member):
    sale = Sale(member)
    ciclo.gateway.accept(event := sale.approved())
    wait_for_tags(ciclo, member, *both(CLUB, "Ativo"))
    wait_until_settled(ciclo, member)
    before = {key: calls["total"] for key, calls in ciclo.sandbox.state("calls").items() if key.startswith("manychat")}

    ciclo.gateway.accept(event)
    ciclo.gateway.accept({**event, "id": str(uuid.uuid4())})
    ciclo.gateway.accept(again := sale.complete())
    ciclo.wait_for_status(again)
    wait_until_settled(ciclo, member)

    after = {key: calls["total"] for key, calls in ciclo.sandbox.state("calls").items() if key.startswith("manychat")}
    assert after == before


def test_without_a_phone_the_status_is_recorded_and_nothing_is_called(ciclo, member):
    event = Sale(member).approved()
    for name in ("checkout_phone_code", "checkout_phone"):
        event["data"]["buyer"][name] = ""
    ciclo.gateway.accept(event)
    ciclo.wait_for_lifecycle(member, "active")
    wait_until_settled(ciclo, member)

    assert ciclo.sandbox.contact_of(member) is None
    assert ciclo.database.column(
        "SELECT status FROM student_course_status JOIN users ON users.id = user_id WHERE email = %s AND is_current",
        member.email) == ["Ativo"]
    assert ciclo.database.column(
        "SELECT status FROM messages JOIN users ON users.id = user_id WHERE email = %s AND channel = 'manychat_flow'",
        member.email) == ["expired"]
    assert member.email not in ciclo.cli("failures", "list")


def test_without_a_contact_the_failure_is_visible_and_a_retry_by_hand_mends_it(ciclo, member):
    ciclo.sandbox.control("PUT", "/manychat", {"imports": {"wa_id": False}})
    other = Person()
    ciclo.link(other)
    contact = ciclo.sandbox.add_contact(other)
    ciclo.gateway.accept(Sale(member).approved())
    user = lambda: ciclo.database.value("SELECT id::text FROM users WHERE email = %s", member.email)  # noqa: E731
    wait_until(lambda: user() and "manychat" in ciclo.cli("failures", "list") and user() in ciclo.cli("failures", "list"),
               "the failure waits for a person", 20)

    # The rest goes on.
    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.gateway.accept(Sale(other).approved())
    wait_for_tags(ciclo, other, *both(CLUB, "Ativo"))
    assert ciclo.sandbox.contact_of(other)["id"] == contact
    warnings = [line for line in ciclo.log_lines("manychat-worker") if line.get("user_id") == user()
                and line.get("level") == "warning"]
    assert any(line.get("email", "").endswith("@escola.example") for line in warnings)
    assert not any(member.email in str(line) for line in warnings)

    ciclo.sandbox.control("PUT", "/manychat", {"imports": {"wa_id": True}})
    ciclo.cli("failures", "retry", user())
    wait_for_tags(ciclo, member, *both(CLUB, "Ativo"))


def test_a_contact_whose_making_was_cut_off_is_mended_by_filling_its_field(ciclo, member):
    """ManyChat finds nobody by a number that only WhatsApp knows, so what was made unseen needs a person, or a rule there."""
    ciclo.sandbox.fault(provider="manychat", path="/fb/subscriber/createSubscriber", contains=member.phone_digits,
                        kind="drop_after", times=1)
    ciclo.gateway.accept(Sale(member).approved())
    wait_until(lambda: "fill the custom field phone_number" in ciclo.cli("failures", "list"),
               "the failure says what to do", 40)
    contact = ciclo.sandbox.contact_of(member)
    assert contact["tags"] == []

    field = {"subscriber_id": int(contact["id"]), "field_name": "phone_number", "field_value": member.phone_digits}
    ciclo.sandbox.as_manychat_user("/subscriber/setCustomFieldByName", field)
    ciclo.cli("failures", "retry")

    wait_for_tags(ciclo, member, *both(CLUB, "Ativo"))
    wait_until_settled(ciclo, member)
    assert ciclo.sandbox.contact_of(member)["id"] == contact["id"]


@pytest.mark.parametrize("page", [
    {"find_shape": "array", "not_found": "null", "error_shape": "array"},
    {"find_shape": "object", "not_found": "error", "error_shape": "string", "empty_values": False},
])
def test_a_contact_is_found_again_in_every_shape_of_answers(ciclo, page):
    person = Person()
    ciclo.sandbox.control("PUT", "/manychat", page)
    made = ciclo.sandbox.control("POST", "/manychat/subscribers", {"email": person.email})["id"]
    ciclo.gateway.accept(Sale(person).approved())
    wait_until(lambda: set(ciclo.sandbox.state(f"manychat.subscribers.{made}")["tags"]) == both(CLUB, "Ativo"),
               "the contact of that e-mail has the tags", 20)


def test_a_flow_whose_answer_is_lost_is_not_sent_again(ciclo, member):
    # Whoever came before may still be waiting for a flow: the fault is for this contact's.
    contact = ciclo.sandbox.add_contact(member)
    ciclo.sandbox.fault(provider="manychat", path="/fb/sending/sendFlow", contains=contact, kind="drop_after", times=1)
    ciclo.gateway.accept(Sale(member).approved())
    status = lambda: ciclo.database.column(  # noqa: E731
        "SELECT status FROM messages JOIN users ON users.id = user_id WHERE email = %s AND channel = 'manychat_flow'",
        member.email)
    wait_until(lambda: status() == ["unknown"], "the flow waits for a person", 20)
    assert flows_of(ciclo, member) == [NAMES["welcome"]]
    assert "unknown" in ciclo.cli("failures", "list")
    # Neither by itself, nor by a retry of everything.
    ciclo.cli("failures", "retry")
    wait_until_settled(ciclo, member)
    assert flows_of(ciclo, member) == [NAMES["welcome"]] and status() == ["unknown"]


@pytest.mark.parametrize("fault", [
    {"kind": "status", "status": 500, "times": 2},
    {"kind": "status", "status": 200, "body": "<html>maintenance</html>", "times": 2},
    {"kind": "rate_limit", "times": 2},
    {"kind": "drop", "times": 2},
    {"kind": "drop_after", "times": 2},
])
def test_faults_of_any_kind_end_in_the_same_contact(ciclo, fault):
    person = Person()
    ciclo.link(person)
    ciclo.sandbox.add_contact(person)
    ciclo.sandbox.fault(provider="manychat", path="/fb/subscriber/**", **fault)
    ciclo.gateway.accept(Sale(person).approved())
    wait_for_tags(ciclo, person, *both(CLUB, "Ativo"), seconds=40)
    wait_for_flows(ciclo, person, NAMES["welcome"], seconds=40)


def test_the_sync_repairs_what_people_changed_and_writes_nothing_the_second_time(ciclo, member):
    ciclo.gateway.accept(Sale(member).approved())
    wait_for_tags(ciclo, member, *both(CLUB, "Ativo"))
    wait_until_settled(ciclo, member)
    ciclo.sandbox.control("PUT", f"/manychat/subscribers/{member.phone_digits}/tags",
                          {"tags": ["lead", CLUB.name, f"{CLUB.name}, Cancelado"]})
    ciclo.database.execute("UPDATE manychat_contacts SET seen_at = now() - interval '8 days'")

    first = run_job(ciclo, "sync_manychat_tags").counters
    wait_for_tags(ciclo, member, "lead", *both(CLUB, "Ativo"))
    assert first["status_changes"] >= 1 and first["synced"] >= 1
    contacts = ciclo.database.rows("SELECT * FROM manychat_contacts ORDER BY user_id")
    writes = writes_to_manychat(ciclo)

    second = run_job(ciclo, "sync_manychat_tags").counters
    assert second["status_changes"] == 0
    assert sum(second.values()) == sum(v for k, v in first.items() if k != "status_changes")
    assert ciclo.database.rows("SELECT * FROM manychat_contacts ORDER BY user_id") == contacts
    assert writes_to_manychat(ciclo) == writes


def writes_to_manychat(ciclo):
    return {key: calls["total"] for key, calls in ciclo.sandbox.state("calls").items() if key.startswith("manychat POST")}
