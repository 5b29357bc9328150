"""What people do with the admin API, and whether it is what proto-schemas/openapi.yaml says."""

import http.client
import json
import time
import uuid
from urllib.parse import quote

import jsonschema
import pytest

from admin_api import PASSWORD, AdminApi, assert_problem, caller
from hotmart import CLUB, Sale
from openapi import ENDPOINTS, NOBODY, example_path, operation_of, resolved, schema_of
from waiting import wait_until

ROLE = "700000000000000177"


@pytest.fixture(scope="module")
def admin(shared_ciclo):
    return caller(shared_ciclo, "admin", "work")


class Checked:
    """Every answer is compared with the description."""

    def __init__(self, api):
        self.api = api
        self.seen = set()

    def ask(self, status, method, path, body=None, query="", **values):
        answer = self.api.ask(method, example_path(path, **values) + query, body)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.text}"
        assert str(status) in operation_of(method, path)["responses"], f"{method} {path} may not answer {status}"
        self.seen.add((method, path))
        schema = schema_of(method, path, status)
        if schema is None:
            assert answer.text == ""
            return None
        (media,) = resolved(operation_of(method, path)["responses"][str(status)])["content"]
        assert answer.headers["Content-Type"] == media
        jsonschema.validate(answer.json, schema)
        return answer.json


def test_every_endpoint_answers_as_described(ciclo, admin, person):
    api = Checked(admin)
    ciclo.gateway.accept(Sale(person).approved())
    ciclo.wait_for_lifecycle(person, "pending_onboarding")
    student = ciclo.database.value("SELECT id FROM users WHERE email = %s", person.email)

    api.ask(400, "POST", "/admin/sign-in", {})
    api.ask(401, "POST", "/admin/sign-in", {"email": "nobody@escola.example", "password": "x"})
    session = api.ask(200, "POST", "/admin/sign-in", {"email": admin.email, "password": PASSWORD})
    api.ask(200, "GET", "/admin/me")
    api.ask(409, "POST", "/admin/sign-out")
    by_session = Checked(AdminApi(ciclo.admin_port, session["token"]))
    token = by_session.ask(201, "POST", "/admin/tokens", {"name": "described"})
    by_session.ask(409, "POST", "/admin/tokens", {"name": "described"})
    by_session.ask(200, "GET", "/admin/tokens")
    by_session.ask(204, "DELETE", "/admin/tokens/{id}", id=token["id"])
    by_session.ask(404, "DELETE", "/admin/tokens/{id}", id=token["id"])
    by_session.ask(204, "POST", "/admin/sign-out")

    api.ask(200, "GET", "/admin/events")
    api.ask(400, "GET", "/admin/events", query="?status=lost")
    api.ask(404, "POST", "/admin/events/{id}/retry")
    api.ask(200, "GET", "/admin/onboarding/stuck", query="?older_than_hours=0&limit=500")
    api.ask(201, "POST", "/admin/students/{id}/onboarding-token", id=student)
    api.ask(404, "POST", "/admin/students/{id}/onboarding-token")

    run = api.ask(202, "POST", "/admin/jobs/{name}", {}, name="expire_access")["task_id"]
    api.ask(404, "POST", "/admin/jobs/{name}", {})
    api.ask(202, "POST", "/admin/events/manychat-sync")
    api.ask(404, "POST", "/admin/events/manychat-sync", {"product_id": NOBODY})
    wait_until(lambda: api.ask(200, "GET", "/admin/jobs/runs/{id}", id=run)["status"] == "succeeded", "the run ends", 30)
    api.ask(404, "GET", "/admin/jobs/runs/{id}")
    api.ask(200, "GET", "/admin/jobs/runs", query="?job=expire_access")
    assert len(api.ask(200, "GET", "/admin/jobs")["jobs"]) == 16

    product = api.ask(201, "POST", "/admin/products", {
        "name": "Curso de Bordado", "priority": 3, "access_days": 90,
        "identifiers": [{"kind": "product.id", "value": "9100001"}], "access_rules": [{"kind": "discord_role", "value": ROLE}]})
    values = {"id": product["id"]}
    taken = api.ask(409, "POST", "/admin/products", {"name": "Outro", "identifiers": [{"kind": "product.id", "value": "9100001"}]})
    assert "Curso de Bordado" in taken["detail"]
    api.ask(200, "GET", "/admin/products")
    api.ask(200, "GET", "/admin/products/{id}", **values)
    changed = api.ask(200, "PATCH", "/admin/products/{id}", {"name": "Bordado", "active": False, "access_days": 0}, **values)
    assert (changed["name"], changed["active"], changed["access_days"], changed["priority"]) == ("Bordado", False, None, 3)
    api.ask(404, "PATCH", "/admin/products/{id}", {"name": "X"})
    link = {"kind": "payment.link", "value": "https://pay.example/a?b=c&d=é"}
    assert link in api.ask(201, "POST", "/admin/products/{id}/identifiers", link, **values)["identifiers"]
    api.ask(409, "POST", "/admin/products/{id}/identifiers", link, **values)
    place = {**values, "kind": "payment.link", "value": quote(link["value"], safe="")}
    api.ask(204, "DELETE", "/admin/products/{id}/identifiers/{kind}/{value}", **place)
    api.ask(404, "DELETE", "/admin/products/{id}/identifiers/{kind}/{value}", **place)
    rule = api.ask(201, "POST", "/admin/products/{id}/access-rules", {"kind": "manychat_tag", "value": "bordado"}, **values)
    again = api.ask(409, "POST", "/admin/products/{id}/access-rules", {"kind": "manychat_tag", "value": "bordado"}, **values)
    assert "already" in again["detail"]
    api.ask(400, "POST", "/admin/products/{id}/access-rules", {"kind": "discord_role", "value": "aluno"}, **values)
    api.ask(404, "POST", "/admin/products/{id}/access-rules", {"kind": "class_enrollment", "value": NOBODY}, **values)
    other = api.ask(200, "PATCH", "/admin/access-rules/{id}", {"value": "linha"}, id=rule["id"])
    assert other["value"] == "linha"
    api.ask(404, "PATCH", "/admin/access-rules/{id}", {"value": "bordado"}, id=rule["id"])
    rule = other
    api.ask(400, "DELETE", "/admin/access-rules/{id}", query="?apply_to_existing=maybe", id=rule["id"])
    api.ask(204, "DELETE", "/admin/access-rules/{id}", id=rule["id"])
    api.ask(404, "DELETE", "/admin/access-rules/{id}", id=rule["id"])


    ciclo.database.execute(
        """INSERT INTO hotmart_buyers (id, email, hotmart_product_id, status, last_synced_at, sale_transaction, sale_weight,
                                       sale_at)
           VALUES (gen_random_uuid(), 'compradora@escola.example', %s, 'COMPLETED', now(), 'HP777', 1, now())""", str(CLUB.id))
    bought = api.ask(200, "GET", "/admin/buyers/courses", query="?email=Compradora@escola.example")
    assert [course["product_name"] for course in bought["courses"]] == [CLUB.name] and not bought["has_account"]
    assert api.ask(200, "GET", "/admin/buyers/courses", query="?email=ninguem@escola.example") == \
        {"has_account": False, "courses": []}
    # Whom no sync has seen yet may have an account all the same.
    assert api.ask(200, "GET", "/admin/buyers/courses", query=f"?email={person.email}") == \
        {"has_account": True, "courses": []}
    api.ask(400, "GET", "/admin/buyers/courses", query="?email=ninguem")

    ciclo.database.execute(
        """INSERT INTO message_templates (id, waba_id, name, language, meta_template_id, status, category,
                                          parameter_format, components, changed_at)
           VALUES (gen_random_uuid(), '300', 'boleto', 'pt_BR', '9', 'PAUSED', 'UTILITY', 'POSITIONAL',
                   '[{"type":"BODY","text":"Olá {{1}}"}]', now())""")
    shown = api.ask(200, "GET", "/admin/message-templates", query="?status=PAUSED")["message_templates"]
    assert [(one["name"], one["may_be_sent"]) for one in shown] == [("boleto", False)]
    assert api.ask(200, "GET", "/admin/message-templates", query="?status=APPROVED") == {"message_templates": []}

    mapping = api.ask(201, "POST", "/admin/mappings",
                      {"source_hotmart_product_id": "9100002", "target_product_id": product["id"].upper()})
    api.ask(409, "POST", "/admin/mappings", {"source_hotmart_product_id": "9100002", "target_product_id": product["id"]})
    api.ask(404, "POST", "/admin/mappings", {"source_hotmart_product_id": "9100002", "target_product_id": NOBODY})
    api.ask(200, "GET", "/admin/mappings")
    mapping = api.ask(200, "PATCH", "/admin/mappings/{id}", {"source_hotmart_product_id": "9100003"}, id=mapping["id"])
    assert [m["source_hotmart_product_id"] for m in api.ask(200, "GET", "/admin/mappings")["mappings"]] == ["9100003"]
    api.ask(204, "DELETE", "/admin/mappings/{id}", id=mapping["id"])
    api.ask(404, "DELETE", "/admin/mappings/{id}", id=mapping["id"])
    api.ask(204, "DELETE", "/admin/products/{id}", **values)
    club = ciclo.database.value("SELECT product_id FROM product_identifiers WHERE value = %s", str(CLUB.id))
    assert "PATCH" in api.ask(409, "DELETE", "/admin/products/{id}", id=club)["detail"]

    missed = {(m, p) for m, p, _ in ENDPOINTS} - api.seen - by_session.seen - {("GET", "/admin/jobs/stream")}
    assert not missed, f"described and not tried: {missed}"
    admin_id = admin.get("/admin/me")["user_id"]
    done = {e["type"] for e in admin.get("/admin/events?type=admin.*&limit=500")["events"] if e["actor_id"] == admin_id}
    assert {"admin.product_created", "admin.mapping_changed", "admin.onboarding_token_renewed"} <= done


# --- events ---


def test_events_are_found_by_filters_and_come_in_pages_without_gaps(ciclo, admin, person):
    ciclo.gateway.accept(Sale(person).approved())
    ciclo.wait_for_lifecycle(person, "pending_onboarding")
    ciclo.wait_until_idle(notices=False)

    whole = admin.get(f"/admin/events?student={person.email}")["events"]
    assert {e["type"] for e in whole} >= {"hotmart.purchase_approved", "lifecycle.transition", "email.sent"}
    assert [e["id"] for e in whole] == sorted((e["id"] for e in whole), reverse=True)
    pages, cursor = [], ""
    while cursor is not None:
        page = admin.get(f"/admin/events?student={whole[0]['student_id']}&limit=1&cursor={cursor}")
        pages += page["events"]
        cursor = page["next_cursor"]
    assert pages == whole
    of_type = admin.get(f"/admin/events?student={person.email}&type=hotmart.*&status=processed")["events"]
    assert [e["type"] for e in of_type] == ["hotmart.purchase_approved"]
    moment = of_type[0]["created_at"]
    assert of_type[0] in admin.get(f"/admin/events?student={person.email}&from={moment}")["events"]
    assert of_type[0] not in admin.get(f"/admin/events?student={person.email}&to={moment}")["events"]
    assert admin.get("/admin/events?student=nobody@escola.example") == {"events": [], "next_cursor": None}


def failed_event(admin, person, event_type):
    events = admin.get(f"/admin/events?student={person.email}&status=failed&type={event_type}")["events"]
    return events[0] if events else None


def test_a_failed_e_mail_is_sent_again_and_the_failure_is_settled(ciclo, admin, person):
    ciclo.sandbox.fault(provider="resend", method="POST", path="/emails", contains=person.email, kind="status",
                        status=422, times=1)
    ciclo.gateway.accept(Sale(person).approved())
    event = wait_until(lambda: failed_event(admin, person, "email.sent"), "the e-mail failed", 20)
    assert ciclo.sandbox.emails_to(person) == []

    assert admin.expect(202, "POST", f"/admin/events/{event['id']}/retry")["message"] == "Retry enqueued"

    wait_until(lambda: ciclo.sandbox.emails_to(person), "the e-mail is sent", 20)
    wait_until(lambda: failed_event(admin, person, "email.sent") is None, "the failure is settled")
    ((actor, payload),) = ciclo.database.rows(
        "SELECT actor_id, payload FROM events WHERE type = 'admin.manual_retry' AND payload ->> 'event_id' = %s", event["id"])
    assert actor == admin.get("/admin/me")["user_id"]
    assert payload["effect"] == "email"
    assert_problem(admin.ask("POST", f"/admin/events/{event['id']}/retry"), 409)
    assert len(ciclo.sandbox.emails_to(person)) == 1


def test_a_purchase_without_product_is_applied_after_the_catalogue_was_mended(ciclo, admin, person):
    sale = Sale(person).approved()
    unknown = 9_200_000 + person.number
    sale["data"]["product"]["id"] = unknown
    ciclo.gateway.accept(sale)
    event = wait_until(lambda: failed_event(admin, person, "hotmart.*"), "the sale is unprocessed", 20)
    admin.expect(201, "POST", "/admin/products", {
        "name": f"Novo {person.number}", "identifiers": [{"kind": "product.id", "value": str(unknown)}],
        "access_rules": [{"kind": "discord_role", "value": CLUB.role}]})

    admin.expect(202, "POST", f"/admin/events/{event['id']}/retry")

    ciclo.wait_for_lifecycle(person, "pending_onboarding", seconds=20)
    wait_until(lambda: failed_event(admin, person, "hotmart.*") is None, "the failure is settled")


# --- onboarding ---


def test_a_stuck_student_is_found_and_gets_a_new_code(ciclo, admin, person):
    ciclo.gateway.accept(Sale(person).approved())
    ciclo.wait_for_lifecycle(person, "pending_onboarding")
    wait_until(lambda: len(ciclo.sandbox.emails_to(person)) == 1, "the invite has been sent")
    ciclo.wait_until_idle()
    ciclo.database.execute("UPDATE onboarding_tokens SET created_at = now() - interval '9 years', expires_at = now() "
                           "WHERE user_id = (SELECT id FROM users WHERE email = %s)", person.email)

    stuck = admin.get("/admin/onboarding/stuck?older_than_hours=8760")["students"][0]
    assert (stuck["email"], stuck["token_is_good"], stuck["last_message_status"]) == (person.email, False, "sent")
    made = admin.expect(201, "POST", f"/admin/students/{stuck['student_id']}/onboarding-token", {"send_email": True})

    assert made["email_queued"] is True
    wait_until(lambda: any(made["token"] in mail["text"] for mail in ciclo.sandbox.emails_to(person)), "the code is sent")
    assert ciclo.database.column(
        "SELECT token FROM onboarding_tokens JOIN users ON users.id = user_id "
        "WHERE email = %s AND used_at IS NULL AND expires_at > now()", person.email) == [made["token"]]
    ciclo.link(person)
    ciclo.wait_for_lifecycle(person, "active")
    assert_problem(admin.ask("POST", f"/admin/students/{stuck['student_id']}/onboarding-token"), 409)


# --- jobs ---


class Stream:
    def __init__(self, api, path="/admin/jobs/stream", headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=20)
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {api.token}", **(headers or {})})
        self.answer = self.connection.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answer.close()
        self.connection.close()

    def next_jobs(self):
        """The data of the next `jobs` event by name, or None at the end."""
        while line := self.answer.readline().decode():
            if line.startswith("data: "):
                data = json.loads(line[len("data: "):])
                jsonschema.validate(data, schema_of("GET", "/admin/jobs", 200))
                return {job["name"]: job for job in data["jobs"]}
        return None


@pytest.mark.parametrize("path, headers", [("/admin/jobs/stream", {}), ("/admin/jobs", {"Accept": "text/event-stream"})])
def test_a_job_is_watched_live_until_it_ends(ciclo, admin, path, headers):
    with Stream(admin, path, headers) as stream:
        assert stream.answer.status == 200
        assert stream.answer.headers["Content-Type"] == "text/event-stream"
        assert stream.next_jobs() is not None
        task = admin.expect(202, "POST", "/admin/jobs/expire_access", {})["task_id"]
        deadline = time.monotonic() + 60
        while True:
            jobs = stream.next_jobs()
            assert jobs is not None, "the stream has ended"
            assert time.monotonic() < deadline, f"not told within a minute: {jobs['expire_access']}"
            run = jobs["expire_access"]["last_run"]
            if run and run["id"] == task and run["status"] == "succeeded":
                break
    assert run["requested_by"] == admin.get("/admin/me")["user_id"]


def test_a_stream_ends_when_its_token_is_taken_back(ciclo, admin):
    other = caller(ciclo, "support", f"stream{uuid.uuid4().hex[:8]}")
    with Stream(other) as stream:
        stream.next_jobs()
        ciclo.cli("admin", "role", other.email, "student")
        while stream.next_jobs() is not None:
            pass


def test_the_service_stops_while_somebody_listens(new_ciclo):
    ciclo = new_ciclo().start("admin-api")
    with Stream(caller(ciclo, "admin", "stop")) as stream:
        stream.next_jobs()
        ciclo.stop("admin-api")
        assert stream.next_jobs() is None


def test_asking_twice_while_a_job_waits_is_one_task(new_ciclo):
    ciclo = new_ciclo().start("admin-api")
    admin = caller(ciclo, "admin", "twice")
    first = admin.expect(202, "POST", "/admin/events/manychat-sync")
    assert first == {"task_id": first["task_id"], "message": "Sync enqueued"}
    assert admin.expect(202, "POST", "/admin/jobs/sync_manychat_tags") == first
    club = ciclo.database.value("SELECT product_id FROM product_identifiers WHERE value = %s", str(CLUB.id))
    for_one = admin.expect(202, "POST", f"/admin/events/manychat-sync?product_id={club}")
    assert for_one["task_id"] != first["task_id"]
    assert admin.get(f"/admin/jobs/runs/{for_one['task_id']}")["parameters"] == {"product_id": club}
