"""The jobs that ask Hotmart's API, run by the real sync-worker against the stand-in."""

import pytest
from hotmart import CHESS, Person
from hotmart import Sale as WebhookSale
from hotmart_api import CHESS_ID, CLUB_ID, DAY, SALES, HotmartApi, now_ms, row_versions, run_job
from waiting import wait_until


@pytest.fixture
def sync(lone_sync_worker):
    return lone_sync_worker


@pytest.fixture
def api(sync):
    sync.sandbox.clear_faults()
    yield HotmartApi(sync.sandbox)
    sync.sandbox.clear_faults()


def buyer(ciclo, email, product=CHESS_ID):
    rows = ciclo.database.rows(
        "SELECT status, phone, user_id FROM hotmart_buyers WHERE email = %s AND hotmart_product_id = %s", email, product)
    assert len(rows) <= 1
    return rows[0] if rows else None


def enrollment(ciclo, email, name=CHESS.name):
    return ciclo.database.value(
        """SELECT enrollments.status FROM enrollments JOIN users ON users.id = user_id
           JOIN products ON products.id = product_id WHERE email = %s AND products.name = %s""", email, name)


# --- buyers ---


def test_buyers_with_and_without_an_account_are_listed_and_updated_without_duplicates(sync, api, person):
    stranger = Person()
    api.sale("HP1", stranger.email, cellphone="31988887777", phone="3133334444")
    api.sale("HP2", person.email, status="COMPLETE")
    first = run_job(sync, "sync_hotmart_buyers")
    assert {k: first.counters[k] for k in ("inserted", "updated", "errors")} == {"inserted": 2, "updated": 0, "errors": 0}
    assert buyer(sync, stranger.email) == ("APPROVED", "31988887777", None)
    assert f"{CHESS.name}: APPROVED" in sync.cli("buyers", "courses", stranger.email)
    assert "has no account" in sync.cli("buyers", "courses", stranger.email)

    run_job(sync, "sync_hotmart_students")
    api.sale("HP1", stranger.email, status="REFUNDED")
    second = run_job(sync, "sync_hotmart_buyers")
    assert (second.counters["inserted"], second.counters["updated"]) == (0, 2)  # one status, two new accounts
    assert buyer(sync, stranger.email)[0] == "REFUNDED"
    assert "has an account" in sync.cli("buyers", "courses", person.email)
    event = sync.database.rows("SELECT payload::text FROM events WHERE type = 'hotmart_buyers.sync_completed'")
    assert len(event) == 2 and all(word in event[0][0] for word in ("inserted", "updated", "total", "errors"))


def test_one_product_that_fails_leaves_the_others(sync, api, person):
    api.sale("HP11", person.email, product=CHESS_ID)
    api.sale("HP12", person.email, product=CLUB_ID)
    api.set(broken_products=[CHESS_ID])
    run = run_job(sync, "sync_hotmart_buyers")
    assert run.counters["errors"] == 1
    assert buyer(sync, person.email, CHESS_ID) is None and buyer(sync, person.email, CLUB_ID)[0] == "APPROVED"
    api.set(broken_products=[])
    run_job(sync, "sync_hotmart_buyers", product=CHESS.name)
    assert buyer(sync, person.email, CHESS_ID)[0] == "APPROVED"


def test_a_second_run_of_any_job_writes_nothing(sync, api, person):
    api.sale("HP21", person.email, cellphone="31977776666")
    api.sale("HP22", person.email, product=CLUB_ID, subscriber_code="S22", days_ago=2)
    api.subscription("S22", person.email, "HP22", date_next_charge=now_ms() + 28 * DAY)
    names = ("sync_hotmart_students", "sync_student_course_status", "sync_hotmart_subscriptions", "sync_hotmart_products",
             "sync_hotmart_buyers", "sync_club_progress")
    for name in names + names[2:]:
        run_job(sync, name)
    before = row_versions(sync)
    for name in names:
        run_job(sync, name)
    assert row_versions(sync) == before


# --- students ---


def test_sales_that_we_lack_give_access_and_the_phone(sync, api, person):
    api.sale("HP31", person.email, cellphone="31966665555", phone="3133332222")
    run = run_job(sync, "sync_hotmart_students")
    assert run.counters["students_created"] == 1
    assert enrollment(sync, person.email) == "active"
    assert sync.database.value("SELECT phone FROM users WHERE email = %s", person.email) == "31966665555"
    assert "hotmart.purchase_approved" in sync.audit_types(person)
    api.sale("HP31", person.email, cellphone="")
    run_job(sync, "sync_hotmart_students")
    assert sync.database.value("SELECT phone FROM users WHERE email = %s", person.email) == "31966665555"


def test_the_history_of_six_years_becomes_versions_of_the_course_status(sync, api, person):
    api.sale("HP41", person.email, days_ago=2000, status="COMPLETE")
    api.sale("HP42", person.email, days_ago=1000, status="REFUNDED", product=CHESS_ID)
    run = run_job(sync, "sync_student_course_status")
    assert run.done == run.total and run.counters["errors"] == 0
    statuses = sync.database.column(
        """SELECT status FROM student_course_status JOIN users ON users.id = user_id WHERE email = %s
           ORDER BY valid_from""", person.email)
    assert statuses == ["Ativo"]
    facts = sync.database.rows(
        """SELECT facts.type, occurred_at FROM facts JOIN users ON users.id = user_id WHERE email = %s
           ORDER BY occurred_at""", person.email)
    assert [fact[0] for fact in facts] == ["PURCHASE_COMPLETE", "PURCHASE_REFUNDED"]


def test_a_renewal_belongs_to_its_subscription_and_ends_with_it(sync, api, person):
    api.sale("HP51", person.email, product=CLUB_ID, subscriber_code="S51", recurrency_number=1)
    assert run_job(sync, "sync_hotmart_students").counters["skipped_no_subscription"] == 1
    assert enrollment(sync, person.email, "Clube de Leitura") is None
    api.subscription("S51", person.email, "HP51", date_next_charge=now_ms() + 20 * DAY)
    run_job(sync, "sync_hotmart_students")
    assert enrollment(sync, person.email, "Clube de Leitura") == "active"
    api.subscription("S51", person.email, status="CANCELLED_BY_CUSTOMER", end_accession_date=now_ms() - DAY)
    run_job(sync, "sync_hotmart_subscriptions")
    assert enrollment(sync, person.email, "Clube de Leitura") == "cancelled"


def test_a_missed_renewal_is_found_through_its_subscription(sync, api, person):
    api.sale("HP61", person.email, product=CLUB_ID, subscriber_code="S61", days_ago=300, recurrency_number=1)
    api.sale("HP62", person.email, product=CLUB_ID, subscriber_code="S61", days_ago=270, recurrency_number=2)
    api.subscription("S61", person.email, "HP62", days_ago=300, date_next_charge=now_ms() + 5 * DAY)
    run_job(sync, "sync_hotmart_subscriptions")
    codes = sync.database.column("SELECT code FROM transactions WHERE subscriber_code = 'S61' ORDER BY code")
    assert codes == ["HP61", "HP62"]


# --- taking away ---


def test_nothing_is_taken_away_because_it_was_absent(sync, api, person):
    api.sale("HP71", person.email)
    run_job(sync, "sync_hotmart_students")
    api.set(sales=[])
    for name in ("sync_hotmart_students", "sync_hotmart_buyers", "sync_hotmart_subscriptions"):
        run_job(sync, name)
    api.sandbox.fault(provider="hotmart", path=SALES, kind="body", body="", content_type="application/json")
    run_job(sync, "sync_hotmart_students")
    assert enrollment(sync, person.email) == "active"


def test_a_refund_that_no_webhook_told_takes_access_away_but_many_at_once_ask_a_person(sync, api, person):
    sync.database.execute("UPDATE products SET active = active")  # a new catalogue version harms nothing
    crowd = [Person() for _ in range(30)]
    for number, one in enumerate(crowd):
        api.sale(f"HP8{number:03d}", one.email)
    run_job(sync, "sync_hotmart_students")
    api.sale("HP8000", crowd[0].email, status="REFUNDED")
    run_job(sync, "sync_hotmart_students")
    assert enrollment(sync, crowd[0].email) == "cancelled"

    for number, one in enumerate(crowd[1:], start=1):
        api.sale(f"HP8{number:03d}", one.email, status="REFUNDED")
    run = run_job(sync, "sync_hotmart_students", status="failed")
    assert "would revoke access" in run.error and run.counters["would_revoke"] > 1
    ids = sync.database.column("SELECT id::text FROM users WHERE email = ANY (%s)", [one.email for one in crowd[1:]])
    assert any(one in run.error for one in ids)
    assert "again: ciclo jobs run sync_hotmart_students --approve N" in sync.cli("failures", "list")
    assert {enrollment(sync, one.email) for one in crowd[1:]} == {"active"}


# --- products and Club ---


def test_products_and_offers_arrive_inactive(sync, api):
    api.set(products=[{"id": CHESS_ID, "name": "Outro nome", "offers": [
        {"code": "of1", "name": "Oferta", "price": {"value": 97.5, "currency_code": "BRL"}, "is_main_offer": True}]},
        {"id": "4777777", "name": "Curso novo"}, {"id": "4888888", "name": "Apagado", "status": "DELETED"}])
    run = run_job(sync, "sync_hotmart_products")
    assert run.counters["inserted"] == 1
    assert sync.database.rows("SELECT active FROM products WHERE name = 'Curso novo'") == [(False,)]
    assert sync.database.rows("SELECT name, price::text FROM offers WHERE code = 'of1'") == [("Oferta", "97.5")]
    assert sync.database.value("SELECT count(*) FROM products WHERE name IN ('Apagado', 'Outro nome')") == 0
    api.set(products=[{"id": CHESS_ID, "name": "Xadrez"}, {"id": CLUB_ID, "name": "Clube", "is_subscription": True}])


def test_lessons_and_progress_come_from_the_club_and_an_unchanged_student_costs_no_call(sync, api, person):
    product = sync.database.value("SELECT id::text FROM products WHERE name = %s", CHESS.name)
    sync.cli("product", "club", product, "xadrez")
    api.sale("HP91", person.email)
    run_job(sync, "sync_hotmart_students")
    pages = [{"page_id": "P1", "name": "Peões"},
             {"page_id": "P2", "name": "Torres", "liberation": {"type": "BY_DAYS", "liberation_days": 7}}]
    club = {"subdomain": "xadrez", "product_id": CHESS_ID, "modules": [{"module_id": "m1", "name": "Aberturas", "pages": pages}],
            "users": [{"user_id": "u1", "email": person.email, "first_access_date": now_ms() - DAY,
                       "completed": {"P1": now_ms() - DAY}}]}
    api.set(club=[club])
    run = run_job(sync, "sync_club_progress")
    assert (run.counters["lessons_written"], run.counters["lessons_completed"]) == (2, 1)
    assert sync.database.value("SELECT drip_days FROM lessons WHERE page_id = 'P2'") == 7
    assert sync.database.value(
        """SELECT first_access_at IS NOT NULL FROM enrollments JOIN users ON users.id = user_id
           WHERE email = %s""", person.email)
    calls = api.calls("/club/api/v1/users/{user}/lessons")
    run_job(sync, "sync_club_progress")
    assert api.calls("/club/api/v1/users/{user}/lessons") == calls
    sync.cli("product", "club", product, "none")


# --- troubles ---


def test_a_token_is_kept_renewed_once_on_401_and_never_stored_or_logged_in_clear(sync, api, person):
    api.sale("HP101", person.email)
    run_job(sync, "sync_hotmart_students")
    asked = sync.sandbox.calls("hotmart POST /security/oauth/token")
    run_job(sync, "sync_hotmart_students")
    assert sync.sandbox.calls("hotmart POST /security/oauth/token") == asked
    sync.sandbox.control("DELETE", "/hotmart/tokens")
    assert run_job(sync, "sync_hotmart_students").counters["errors"] == 0
    assert sync.sandbox.calls("hotmart POST /security/oauth/token")["200"] == asked["200"] + 1
    assert "H4sI" not in sync.processes["sync-worker"].log_text()
    assert sync.database.value("SELECT max(position('H4sI'::bytea IN sealed_token)) FROM provider_tokens") == 0


def test_wrong_credentials_fail_the_run_and_say_what_to_do(sync, api):
    sync.sandbox.control("DELETE", "/hotmart/tokens")
    api.set(client={"id": "sandbox-client", "secret": "changed"})
    run = run_job(sync, "sync_hotmart_products", status="failed")
    assert "HOTMART_CLIENT_SECRET" in run.error
    assert "again: ciclo jobs run sync_hotmart_products" in sync.cli("failures", "list")
    api.set(client={"id": "sandbox-client", "secret": "sandbox-secret"})
    run_job(sync, "sync_hotmart_products")
    assert "sync_hotmart_products" not in sync.cli("failures", "list")


def test_errors_that_pass_and_the_rate_limit_do_not_stop_a_run(sync, api, person):
    api.sale("HP111", person.email)
    api.set(slow_range_days=10)
    fault = {"provider": "hotmart", "method": "GET", "path": "/payments/**"}
    sync.sandbox.fault(**fault, kind="rate_limit", retry_after=1, times=1)
    sync.sandbox.fault(**fault, kind="status", status=503, times=2)
    sync.sandbox.fault(**fault, kind="drop", times=2)
    # A call is given up after four failures: this one meets another call.
    sync.sandbox.fault(**{**fault, "path": SALES}, kind="body", body="{\"items\": [", content_type="application/json",
                       times=1)
    run = run_job(sync, "sync_hotmart_students")
    api.set(slow_range_days=None)
    assert run.counters["errors"] == 0
    assert enrollment(sync, person.email) == "active"


def test_what_the_api_and_a_webhook_tell_of_one_sale_is_one_sale(new_ciclo, person):
    ciclo = new_ciclo().start("webhook-gateway", "lifecycle-worker", "sync-worker")
    api = HotmartApi(ciclo.sandbox)
    sale = WebhookSale(person, CHESS, subscription=False)
    event = sale.approved()
    code = event["data"]["purchase"]["transaction"]
    api.sale(code, person.email)
    run_job(ciclo, "sync_hotmart_students")
    ciclo.gateway.post(event)
    ciclo.wait_for_status(event)
    run_job(ciclo, "sync_hotmart_students")
    assert ciclo.database.value("SELECT count(*) FROM transactions") == 1
    assert enrollment(ciclo, person.email) == "active"
    assert ciclo.database.value("SELECT count(*) FROM facts") == 2


# --- what follows ---


def test_what_a_sync_finds_is_carried_out_at_once_without_the_sweeper(new_ciclo, person):
    ciclo = new_ciclo().start("sync-worker", "discord-worker", "manychat-worker")
    ciclo.sandbox.lift_limits()
    ciclo.link(person)
    ciclo.sandbox.add_contact(person)
    HotmartApi(ciclo.sandbox).sale("HP201", person.email, cellphone=person.phone_digits)
    run_job(ciclo, "sync_hotmart_students")
    ciclo.wait_for_roles(person, CHESS.role)

    def has_tags():
        assert CHESS.name in ciclo.sandbox.contact_of(person)["tags"], ciclo.database.rows(
            "SELECT target, wanted_version, applied_version, attempts, last_error FROM reconciliations")
        return True

    wait_until(has_tags, "the contact has its tags", 20)
