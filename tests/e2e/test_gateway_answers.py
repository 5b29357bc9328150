"""Every answer of the gateway, and what it keeps."""

import hashlib
import hmac
import json

import pytest

from gateway import HOTTOK, Gateway
from hotmart import Person, Sale
from waiting import wait_until


def stored(ciclo, event):
    return ciclo.database.value("SELECT count(*) FROM webhook_events WHERE id = %s", event["id"])


def rejected(ciclo, mark):
    return ciclo.database.rows(
        "SELECT reason, content_type FROM rejected_webhooks WHERE position(convert_to(%s, 'UTF8') IN body) > 0", mark)


def assert_problem(answer, status):
    assert answer.status == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json
    assert problem["status"] == status
    assert problem["title"] and problem["detail"], "it has to say what to do"


@pytest.mark.parametrize("token", [None, "", "wrong", HOTTOK[:-1], HOTTOK + "x"])
def test_a_missing_or_wrong_token_is_401_and_stores_nothing(ciclo, token):
    event = Sale(Person()).approved()

    assert_problem(ciclo.gateway.post(event, token=token), 401)

    assert stored(ciclo, event) == 0
    assert rejected(ciclo, event["id"]) == []


def test_the_token_in_the_body_does_not_count(ciclo):
    event = {**Sale(Person()).approved(), "hottok": HOTTOK}

    assert_problem(ciclo.gateway.post(event, token=None), 401)


@pytest.mark.parametrize("make", [
    pytest.param(lambda mark: f'{{"event": "{mark}"', id="cut off"),
    pytest.param(lambda mark: f"event={mark}", id="form"),
    pytest.param(lambda mark: f'["{mark}"]', id="array"),
    pytest.param(lambda mark: f'"{mark}"', id="string"),
    pytest.param(lambda mark: f'{{"id": "{mark}", "data": {{}}}}', id="no event"),
    pytest.param(lambda mark: f'{{"id": "{mark}", "event": "PURCHASE_APPROVED"}}', id="no data"),
])
def test_what_cannot_be_understood_is_400_and_kept_for_the_admin(ciclo, person, make):
    mark = f"mark-{person.number}"

    assert_problem(ciclo.gateway.post(make(mark).encode()), 400)

    ((reason, content_type),) = rejected(ciclo, mark)
    assert reason
    assert content_type == "application/json"


def test_a_body_that_is_no_text_is_400_and_kept_byte_by_byte(ciclo, person):
    body = b"\xff\x00{" + str(person.number).encode()

    assert_problem(ciclo.gateway.post(body), 400)

    assert ciclo.database.value("SELECT count(*) FROM rejected_webhooks WHERE body = %s", body) == 1


def test_an_empty_body_is_400(ciclo):
    assert_problem(ciclo.gateway.post(b""), 400)


def test_a_body_of_one_mebibyte_is_taken_and_a_larger_one_is_413(ciclo, person):
    event = Sale(person).approved()
    event["data"]["filler"] = ""
    event["data"]["filler"] = "x" * (2**20 - len(json.dumps(event, ensure_ascii=False).encode()))
    assert ciclo.gateway.accept(event)["status"] == "accepted"

    event["id"] = event["id"][::-1]
    event["data"]["filler"] += "x"
    try:
        answer = ciclo.gateway.post(event)
    except OSError:
        return  # the gateway may close before all of it was sent
    assert_problem(answer, 413)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_another_content_type_is_415(ciclo, content_type):
    event = Sale(Person()).approved()

    assert_problem(ciclo.gateway.post(event, headers={"Content-Type": content_type}), 415)

    assert stored(ciclo, event) == 0


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_with_a_charset_or_in_capitals_is_taken(ciclo, content_type):
    assert ciclo.gateway.post(Sale(Person()).approved(), headers={"Content-Type": content_type}).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_405_and_names_the_right_one(ciclo, method):
    answer = ciclo.gateway.post(b"{}", method=method)

    assert_problem(answer, 405)
    assert "POST" in answer.headers["Allow"]


def test_another_path_is_404(ciclo):
    assert_problem(ciclo.gateway.post(b"{}", path="/webhooks/other"), 404)


def test_header_names_are_taken_in_any_case(ciclo):
    event = Sale(Person()).approved()

    assert ciclo.gateway.post(event, token=None, headers={"x-hotmart-hottok": HOTTOK}).status == 200


def test_an_event_type_that_nobody_knows_is_stored_as_ignored(ciclo):
    event = {**Sale(Person()).approved(), "event": "PURCHASE_WRAPPED_AS_A_GIFT"}

    assert ciclo.gateway.accept(event)["status"] == "accepted"

    ciclo.wait_for_status(event, "ignored")


def test_a_change_of_plan_that_does_not_name_the_new_plan_is_unprocessed_and_says_why(ciclo):
    sale = Sale(Person())
    event = {**sale.approved(), "event": "SWITCH_PLAN"}
    event["data"] = {"subscription": {"subscriber_code": "QX7PL2AB", "user": {"email": sale.person.email}}, "plans": []}

    ciclo.gateway.accept(event)

    ciclo.wait_for_status(event, "unprocessed")
    assert "data.plans" in ciclo.database.value("SELECT outcome FROM webhook_events WHERE id = %s", event["id"])


def test_a_purchase_of_a_subscription_without_its_code_is_unprocessed_and_says_why(ciclo):
    event = Sale(Person()).approved()
    del event["data"]["subscription"]["subscriber"]["code"]

    ciclo.gateway.accept(event)

    ciclo.wait_for_status(event, "unprocessed")
    assert "subscriber.code" in ciclo.database.value("SELECT outcome FROM webhook_events WHERE id = %s", event["id"])


def test_an_event_whose_id_is_no_uuid_is_recognised_when_it_comes_again(ciclo, person):
    event = {**Sale(person).approved(), "id": f"2026{person.number}"}

    first = ciclo.gateway.accept(event)
    second = ciclo.gateway.accept(event)

    assert (first["status"], second["status"]) == ("accepted", "duplicate")
    assert first["id"] == second["id"]
    assert ciclo.database.value("SELECT provider_event_id FROM webhook_events WHERE id = %s", first["id"]) == event["id"]


def test_the_raw_event_is_kept_as_it_came(ciclo):
    body = json.dumps(Sale(Person()).approved(), ensure_ascii=False, indent=1).encode()

    answer = ciclo.gateway.post(body)

    kept = ciclo.database.value("SELECT payload FROM webhook_events WHERE id = %s", answer.json["id"])
    assert kept.encode() == body


def test_answers_are_counted(ciclo):
    def counted():
        return sum(value for key, value in ciclo.metrics("webhook-gateway").items()
                   if "webhook" in key and "bucket" not in key and "sum" not in key)

    before = counted()

    ciclo.gateway.accept(Sale(Person()).approved())
    ciclo.gateway.post(b"{}", token="wrong")

    wait_until(lambda: counted() >= before + 2, "both deliveries are counted")


def test_a_secret_can_be_rotated_without_losing_a_delivery(new_ciclo):
    ciclo = new_ciclo(HOTMART_HOTTOK="the-old-secret, the-new-secret").start("webhook-gateway")

    assert ciclo.gateway.post(Sale(Person()).approved(), token="the-old-secret").status == 200
    assert ciclo.gateway.post(Sale(Person()).approved(), token="the-new-secret").status == 200
    assert ciclo.gateway.post(Sale(Person()).approved(), token="the-old-secret, the-new-secret").status == 401
    ciclo.restart_with("webhook-gateway", HOTMART_HOTTOK="the-new-secret")
    assert ciclo.gateway.post(Sale(Person()).approved(), token="the-old-secret").status == 401
    assert ciclo.gateway.post(Sale(Person()).approved(), token="the-new-secret").status == 200


def test_with_an_hmac_secret_the_signature_has_to_fit_the_body(new_ciclo):
    ciclo = new_ciclo(HOTMART_HMAC_SECRET="a-shared-secret").start("webhook-gateway")
    body = json.dumps(Sale(Person()).approved()).encode()
    signature = hmac.new(b"a-shared-secret", body, hashlib.sha256).hexdigest()

    assert ciclo.gateway.post(body).status == 401
    assert ciclo.gateway.post(body, headers={"X-Hotmart-Signature": "0" * 64}).status == 401
    assert ciclo.gateway.post(body + b" ", headers={"X-Hotmart-Signature": signature}).status == 401
    assert ciclo.gateway.post(body, token="wrong", headers={"X-Hotmart-Signature": signature}).status == 401
    assert ciclo.gateway.post(body, headers={"X-Hotmart-Signature": signature}).status == 200


def test_a_hotmart_event_with_a_wrong_token_alerts_the_admin_once(new_ciclo):
    ciclo = new_ciclo().start()
    strangers = Gateway(ciclo.gateway.port)

    assert strangers.post(b'{"hello": "world"}', token="guess").status == 401
    for _ in range(3):
        assert strangers.post(Sale(Person()).approved(), token="changed-token").status == 401

    wait_until(lambda: ciclo.sandbox.notifications("hottok"), "the alert is posted")
    # The gateway stores one after the other: with this event any second alert would be there too.
    ciclo.gateway.accept(Sale(Person()).approved())
    ciclo.wait_until_idle()
    assert len(ciclo.sandbox.notifications("hottok")) == 1
    assert ciclo.database.value("SELECT count(*) FROM webhook_events") == 1
