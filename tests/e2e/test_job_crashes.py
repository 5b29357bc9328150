"""Every job that does work, killed while it asks and while it commits, ends as one that nobody disturbed."""

import pytest

from ciclo import Ciclo
from hotmart import CHESS, CLUB, Person
from hotmart_api import CHESS_ID, CLUB_ID, DAY, HotmartApi, look_at, now_ms, run_job, start_job, wait_for_job
from job_crashes import Storm, blocked, calls_to, job_waits_for_a_lock, results, start_and_ring
from sandbox_client import VISITOR_ROLE
from waiting import wait_until

# In this order: each finds what the ones before have left.
SYNCS = ("sync_hotmart_products", "sync_hotmart_students", "sync_hotmart_subscriptions", "sync_club_progress",
         "sync_student_course_status", "sync_hotmart_buyers", "sync_meta_templates")


def without_clock(ciclo):
    """Only the runs that a test asks for."""
    wait_until(lambda: ciclo.database.value("SELECT count(*) FROM jobs") == 16, "the scheduler knows the jobs")
    ciclo.database.execute("UPDATE jobs SET enabled = false")
    return ciclo


@pytest.fixture(scope="module")
def pair(servers, template, tmp_path_factory):
    """Two ciclos that are told the same: one in calm, one in which workers are killed."""
    settings = {"HOTMART_PAGE_SIZE": "2"}
    both = [Ciclo(servers, tmp_path_factory.mktemp(name), template, settings=settings) for name in ("calm", "storm")]
    try:
        for ciclo in both:
            ciclo.start("sync-worker")
            tell_hotmart(ciclo)
            ciclo.sandbox.control("PUT", "/meta", {"generate": {"templates": 11}, "page_cap": 2})
        yield both
    finally:
        complaints = [line for ciclo in both for line in ciclo.end()]
        assert not complaints, "\n".join(complaints)


def tell_hotmart(ciclo):
    api = HotmartApi(ciclo.sandbox)
    offer = {"name": "Oferta", "price": {"value": 97.5, "currency_code": "BRL"}}
    api.set(products=[{"id": CHESS_ID, "name": "Xadrez", "offers": [{"code": f"ofx{n}", **offer} for n in range(3)]},
                      {"id": CLUB_ID, "name": "Clube", "is_subscription": True, "offers": [{"code": "ofc", **offer}]},
                      {"id": "4555001", "name": "Novo um"}, {"id": "4555002", "name": "Novo dois"}])
    people = [f"quebra{n}@escola.example" for n in range(6)]
    for n, email in enumerate(people):
        status = ("APPROVED", "COMPLETE", "REFUNDED")[n % 3]
        api.sale(f"HQ{n}", email, status=status, days_ago=3 + n, cellphone=f"3198888{n:04d}")
        api.sale(f"HQOLD{n}", email, status="COMPLETE", days_ago=900 + 40 * n)
    for n, email in enumerate(people[:3]):
        for payment in (1, 2):
            api.sale(f"HQS{n}{payment}", email, product=CLUB_ID, subscriber_code=f"SQ{n}", days_ago=100 - 30 * payment,
                     recurrency_number=payment)
        api.subscription(f"SQ{n}", email, f"HQS{n}2", days_ago=70, date_next_charge=now_ms() + 20 * DAY)
    pages = [{"page_id": f"PQ{n}", "name": f"Aula {n}"} for n in range(3)]
    modules = [{"module_id": f"mq{n}", "name": f"Módulo {n}", "pages": [{**page, "page_id": f"{page['page_id']}m{n}"}
                                                                       for page in pages]} for n in range(2)]
    users = [{"user_id": f"uq{n}", "email": email, "first_access_date": now_ms() - DAY,
              "completed": {f"PQ{page}m0": now_ms() - DAY for page in range(1 + n % 3)}}
             for n, email in enumerate([*people, "ninguem@escola.example"])]
    api.set(club=[{"subdomain": "xadrez", "product_id": CHESS_ID, "modules": modules, "users": users}])
    product = ciclo.database.value("SELECT id::text FROM products WHERE name = %s", CHESS.name)
    ciclo.cli("product", "club", product, "xadrez")


@pytest.mark.parametrize("job", SYNCS)
def test_a_sync_that_is_killed_ends_as_if_nothing_had_happened(pair, job):
    calm, stormy = pair
    provider = "meta" if job == "sync_meta_templates" else "hotmart"
    before = calls_to(calm, provider)
    undisturbed = run_job(calm, job)

    run = Storm(stormy, "sync-worker", provider).run(job, calls_to(calm, provider) - before)

    assert run.status == "succeeded", run.error
    assert any(undisturbed.counters.values()), "a job that did nothing proves nothing"
    assert run.counters == undisturbed.counters
    assert (run.done, run.total) == (undisturbed.done, undisturbed.total)
    assert results(stormy) == results(calm)


# --- jobs that ask nobody ---

EXPIRING = """
    WITH students AS (INSERT INTO users (id, email, lifecycle, refold_at)
        SELECT md5('expira' || n)::uuid, 'expira' || n || '@escola.example', 'active', now() - interval '1 hour' + n * interval '1 ms'
        FROM generate_series(1, 700) AS n RETURNING id, email)
    INSERT INTO reconciliations (user_id, target, wanted_version, applied_version)
    SELECT id, 'lifecycle', 1, 1 FROM students WHERE email = 'expira650@escola.example'"""
BUYERS = """
    INSERT INTO hotmart_buyers (id, email, name, hotmart_product_id, status, last_synced_at, sale_transaction, sale_weight,
                                sale_at)
    SELECT md5('antes' || n)::uuid, 'antes' || n || '@escola.example', 'Antes', %s, 'APPROVED', now(), 'HB' || n, 1, now()
    FROM generate_series(1, 230) AS n"""


def fill_expiring(ciclo):
    ciclo.database.execute(EXPIRING)


def block_expiring(_ciclo):
    return ("SELECT FROM reconciliations JOIN users ON users.id = user_id WHERE email = 'expira650@escola.example' "
            "FOR UPDATE OF reconciliations",)


def fill_buyers(ciclo):
    ciclo.database.execute(BUYERS, CHESS_ID)


def block_buyers(ciclo):
    """The 150th of them is being made a student by somebody else: in the second page."""
    email = ciclo.database.value("SELECT email FROM hotmart_buyers WHERE email LIKE 'antes%%' ORDER BY id OFFSET 149 LIMIT 1")
    return ("INSERT INTO users (id, email) VALUES (gen_random_uuid(), %s)", email)


@pytest.mark.parametrize("job, fill, block", [("expire_access", fill_expiring, block_expiring),
                                              ("onboard_historical_buyers", fill_buyers, block_buyers)])
def test_a_job_that_is_killed_between_two_pages_goes_on_where_it_was(pair, job, fill, block):
    calm, stormy = pair
    for ciclo in pair:
        fill(ciclo)
    undisturbed = run_job(calm, job)

    with blocked(stormy, *block(stormy)):
        run_id = start_job(stormy, job)
        wait_until(lambda: job_waits_for_a_lock(stormy), "the job has come to its second page", 30)
        assert look_at(stormy, run_id).done > 0
        stormy.processes["sync-worker"].kill()
    start_and_ring(stormy, "sync-worker", run_id)
    run = wait_for_job(stormy, run_id)

    assert (run.status, run.interruptions) == ("succeeded", 1), run.error
    assert run.counters == undisturbed.counters
    assert run.done == undisturbed.done
    assert results(stormy) == results(calm)


# --- jobs of other workers ---

STUDENT = """
    WITH student AS (INSERT INTO users (id, email, name, phone, lifecycle, discord_id)
                     VALUES (gen_random_uuid(), %s, %s, %s, 'active', %s) RETURNING id),
         access AS (INSERT INTO enrollments (user_id, product_id, status, started_at)
                    SELECT student.id, products.id, 'active', now() FROM student, products WHERE products.name = %s)
    INSERT INTO student_course_status (user_id, product_id, status, valid_from, is_current)
    SELECT student.id, products.id, 'Ativo', now(), true FROM student, products WHERE products.name = %s"""


def two_schools(new_ciclo, worker):
    """Two ciclos with the same students, of which only this worker and the scheduler run."""
    people = [Person() for _ in range(6)]
    both = [without_clock(new_ciclo().start(worker, "scheduler")) for _ in range(2)]
    for ciclo in both:
        ciclo.sandbox.lift_limits()
        ciclo.sandbox.control("PUT", "/manychat", {"limits": None})
        for number, person in enumerate(people):
            ciclo.sandbox.add_member(person)
            phone = person.phone_digits if number else None
            # A contact whose making is cut off cannot be found again, and needs a person: see test_manychat.
            if number:
                ciclo.sandbox.add_contact(person)
            ciclo.database.execute(STUDENT, person.email, person.name, phone, person.discord_id, CLUB.name, CLUB.name)
    return people, *both


def test_a_sweep_of_discord_that_is_killed_gives_every_role_once(new_ciclo):
    people, calm, stormy = two_schools(new_ciclo, "discord-worker")
    undisturbed = run_job(calm, "reconcile_discord")

    run = Storm(stormy, "discord-worker", "discord", "/guilds/*/members").run("reconcile_discord", 1)

    assert run.status == "succeeded", run.error
    assert undisturbed.counters["granted"] == len(people)
    assert run.counters == undisturbed.counters
    for ciclo in (calm, stormy):
        for person in people:
            ciclo.wait_for_roles(person, CLUB.role, seconds=20)
            assert VISITOR_ROLE not in ciclo.sandbox.roles_of(person)
        ciclo.wait_until_idle(notices=False)
    assert results(stormy) == results(calm)


def test_a_sync_of_manychat_that_is_killed_gives_every_tag_and_counts_each_student_once(new_ciclo):
    people, calm, stormy = two_schools(new_ciclo, "manychat-worker")
    before = calls_to(calm, "manychat")
    undisturbed = run_job(calm, "sync_manychat_tags")

    run = Storm(stormy, "manychat-worker", "manychat").run("sync_manychat_tags", calls_to(calm, "manychat") - before)

    assert run.status == "succeeded", run.error
    assert {name: undisturbed.counters[name] for name in ("synced", "skipped_no_phone", "status_changes")} == {
        "synced": len(people) - 1, "skipped_no_phone": 1, "status_changes": len(people) - 1}
    assert run.counters == undisturbed.counters
    assert results(stormy) == results(calm)
    for person in people[1:]:
        assert set(stormy.sandbox.contact_of(person)["tags"]) == {CLUB.name, f"{CLUB.name}, Ativo"}


# --- the broker ---


@pytest.mark.alone
def test_rabbitmq_may_restart_in_the_middle_of_a_job_and_of_a_crash(new_ciclo, servers):
    ciclo = without_clock(new_ciclo(HOTMART_PAGE_SIZE="2").start("sync-worker", "scheduler"))
    tell_hotmart(ciclo)
    fault = ciclo.sandbox.fault(provider="hotmart", path="**", kind="latency", latency_ms=30_000, after=12, times=1)
    run_id = start_job(ciclo, "sync_hotmart_students")
    wait_until(lambda: ciclo.sandbox.has_struck(fault), "the job is in the middle", 30)

    servers.stop_rabbitmq()
    try:
        ciclo.kill_and_start("sync-worker")
    finally:
        servers.start_rabbitmq()
    run = wait_for_job(ciclo, run_id)

    assert run.status == "succeeded", run.error
    assert run.counters["facts"] == ciclo.database.value("SELECT count(*) FROM facts") > 0
    assert ciclo.database.value("SELECT count(*) FROM events WHERE type = 'sync_hotmart_students.sync_completed'") == 1
    again = run_job(ciclo, "sync_hotmart_students")
    assert again.counters["facts"] == 0
