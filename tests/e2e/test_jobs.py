"""Jobs: asked for by clock, command and message; killed anywhere, they end as if nothing had happened."""

import json
import random
import time
import uuid

import pytest

from hotmart import CLUB, Person, Sale
from processes import Process, free_port
from waiting import wait_until

OLD_EVENTS = 20_000
WAITING_STUDENTS = 3_000


def run_of(ciclo, run_id):
    rows = ciclo.database.rows(
        "SELECT status, progress_done, counters, error, interruptions, requested_by FROM job_runs WHERE id = %s", run_id)
    return dict(zip(("status", "done", "counters", "error", "interruptions", "requested_by"), rows[0])) if rows else None


def request(ciclo, job):
    """Answers the id of the run."""
    return ciclo.cli("jobs", "run", job).split()[-1]


def wait_for_end(ciclo, run_id, seconds=60):
    def ended():
        run = run_of(ciclo, run_id)
        return run if run and run["status"] not in ("queued", "running") else None

    return wait_until(ended, f"the run {run_id} has ended", seconds)


def publish(servers, ciclo, body, queue="jobs.requests"):
    """As rabbitmqadmin does it."""
    vhost = ciclo.amqp_url.rpartition("/")[2]
    answer = servers.manage("POST", f"/exchanges/{vhost}/ciclo/publish", {
        "properties": {}, "routing_key": queue, "payload": body if isinstance(body, str) else json.dumps(body),
        "payload_encoding": "string"})
    assert answer["routed"] is True


def dead_letters(servers, ciclo):
    vhost = ciclo.amqp_url.rpartition("/")[2]
    return servers.manage("GET", f"/queues/{vhost}/ciclo.dead-letters").get("messages", 0)


# --- asking for a run ---


def test_every_job_is_listed_with_its_next_run(ciclo):
    lines = ciclo.cli("jobs", "list").splitlines()

    jobs = {line.split()[0]: line for line in lines[1:]}
    assert len(jobs) == 16
    assert "by hand" in jobs["onboard_historical_buyers"]
    assert "switched off" in jobs["purge_raw_events"]
    wait_until(lambda: "0 3 * * *" in ciclo.cli("jobs", "list")
               and "T03:00:00Z" in [line for line in ciclo.cli("jobs", "list").splitlines()
                                     if line.startswith("sync_hotmart_buyers")][0],
               "the scheduler has worked out the next run", seconds=10)


def test_a_run_asked_for_on_the_command_line_is_watched_to_its_end(ciclo):
    text = ciclo.cli("jobs", "run", "expire_access", "--watch", seconds=60)

    assert "succeeded" in text
    assert "refolded" in text
    run_id = text.split("requested:")[1].split()[0]
    assert "requested by    cli" in ciclo.cli("jobs", "show", run_id)


def test_a_run_asked_for_by_a_message_of_any_client_is_made_once(ciclo, servers):
    wanted = {"job": "recover_sales", "job_run_id": str(uuid.uuid4())}
    publish(servers, ciclo, wanted)
    publish(servers, ciclo, wanted)

    run = wait_for_end(ciclo, wanted["job_run_id"])

    assert run["status"] == "succeeded"
    assert run["requested_by"] == "queue"
    assert run["counters"] == {"rules": 0, "dispatches": 0}


def test_a_message_that_asks_for_nonsense_goes_to_the_dead_letters_and_harms_nobody(ciclo, servers):
    before = dead_letters(servers, ciclo)
    for body in ("nonsense", {"job": "sync_everything"}, {"job": "recover_sales", "parameters": []}):
        publish(servers, ciclo, body)
    wanted = {"job": "recover_sales", "job_run_id": str(uuid.uuid4())}
    publish(servers, ciclo, wanted)

    assert wait_for_end(ciclo, wanted["job_run_id"])["status"] == "succeeded"
    wait_until(lambda: dead_letters(servers, ciclo) == before + 3, "the three are dead letters", seconds=20)


def test_a_command_for_a_job_that_does_not_exist_names_those_that_do(ciclo):
    assert "expire_access" in ciclo.cli("jobs", "run", "sync_everything", code=2)


# --- crashes ---


def fill_old_events(ciclo):
    ciclo.database.execute(
        """INSERT INTO webhook_events (id, event_type, payload, received_at, status)
           SELECT gen_random_uuid(), 'PURCHASE_APPROVED', '{}', now() - interval '2 years', 'processed'
           FROM generate_series(1, %s)""", OLD_EVENTS)


def fill_waiting_students(ciclo):
    ciclo.database.execute(
        """WITH student AS (
               INSERT INTO users (id, email, lifecycle)
               SELECT gen_random_uuid(), 'espera' || n || '@escola.example', 'pending_onboarding'
               FROM generate_series(1, %s) AS n RETURNING id)
           INSERT INTO onboarding_tokens (token, user_id, created_at, expires_at)
           SELECT substr(md5(id::text), 1, 8), id, now() - interval '30 hours', now() + interval '5 days' FROM student
           ON CONFLICT DO NOTHING""", WAITING_STUDENTS)


def check_old_events(ciclo, counters):
    assert counters == {"purged": OLD_EVENTS, "rejected_deleted": 0}
    assert ciclo.database.value("SELECT count(*) FROM webhook_events WHERE payload IS NOT NULL") == 0
    assert ciclo.database.value("SELECT count(*) FROM webhook_events") == OLD_EVENTS


def check_waiting_students(ciclo, counters):
    waiting = ciclo.database.value("SELECT count(*) FROM onboarding_tokens")
    assert counters == {"followed_up": waiting}
    assert ciclo.database.value(
        "SELECT count(DISTINCT user_id) FROM messages WHERE template = 'onboarding_follow_up'") == waiting
    assert ciclo.database.value("SELECT count(*) FROM messages WHERE template = 'onboarding_follow_up'") == waiting


@pytest.mark.parametrize("job, fill, check", [
    ("purge_raw_events", fill_old_events, check_old_events),
    ("follow_up_onboarding", fill_waiting_students, check_waiting_students),
])
def test_a_job_that_is_killed_at_any_point_ends_with_the_same_result_and_the_same_counters(
        new_ciclo, job, fill, check):
    ciclo = new_ciclo(EMAIL_ENABLED="false")
    ciclo.start("sync-worker", "scheduler")
    # Only the run of this test: the clock asks for nothing.
    wait_until(lambda: ciclo.database.value("SELECT count(*) FROM jobs") == 16, "the scheduler knows the jobs")
    ciclo.database.execute("UPDATE jobs SET enabled = false")
    fill(ciclo)
    run_id = request(ciclo, job)

    kills = 0
    for _ in range(4):
        target = (run_of(ciclo, run_id)["done"] or 0) + random.randint(1, 2500)
        wait_until(lambda: run_of(ciclo, run_id)["done"] >= target or run_of(ciclo, run_id)["status"] == "succeeded",
                   "the job gets on", seconds=30, every=0.002)
        if run_of(ciclo, run_id)["status"] == "succeeded":
            break
        ciclo.kill_and_start("sync-worker")
        kills += 1
    run = wait_for_end(ciclo, run_id, 90)

    assert kills > 0
    assert run["status"] == "succeeded", run
    assert run["interruptions"] <= kills
    check(ciclo, run["counters"])
    event = ciclo.database.rows("SELECT payload FROM events WHERE type = %s", f"{job}.sync_completed")
    assert len(event) == 1
    assert event[0][0]["job_run_id"] == run_id
    assert {name: event[0][0][name] for name in run["counters"]} == run["counters"]

    # Again: there is nothing left to do.
    again = wait_for_end(ciclo, request(ciclo, job))
    assert again["status"] == "succeeded"
    assert set(again["counters"].values()) == {0}


def test_a_cancelled_run_stops_with_counters_that_are_true(new_ciclo):
    ciclo = new_ciclo()
    ciclo.start("sync-worker", "scheduler")
    fill_old_events(ciclo)
    run_id = request(ciclo, "purge_raw_events")
    wait_until(lambda: run_of(ciclo, run_id)["done"] > 0, "the job gets on", every=0.002)

    ciclo.cli("jobs", "cancel", run_id, code=None)

    run = wait_for_end(ciclo, run_id)
    assert run["status"] in ("cancelled", "succeeded")
    assert run["counters"]["purged"] == ciclo.database.value("SELECT count(*) FROM webhook_events WHERE payload IS NULL")


# --- the clock ---


def test_a_standby_takes_over_within_seconds_and_missed_runs_are_made_good_once(new_ciclo):
    ciclo = new_ciclo()
    ciclo.start("sync-worker", "scheduler")
    standby = Process("scheduler", [ciclo.servers.binaries / "scheduler"],
                      ciclo.environment_of("scheduler") | {"OPS_ADDRESS": f"127.0.0.1:{free_port()}"},
                      ciclo.folder / "standby.log")
    wait_until(lambda: ciclo.metrics("scheduler").get("ciclo_scheduler_leader") == 1, "the first one leads")
    standby.start()
    try:
        wait_until(lambda: ciclo.database.value(
            "SELECT next_run_at IS NOT NULL FROM jobs WHERE name = 'release_lessons'"), "the clock runs")
        ciclo.processes["scheduler"].kill()
        # Three days in which nobody was there.
        ciclo.database.execute("UPDATE jobs SET next_run_at = now() - interval '3 days' WHERE name = 'release_lessons'")

        started = time.monotonic()
        wait_until(lambda: ciclo.database.value(
            "SELECT status FROM job_runs WHERE job = 'release_lessons'") == "succeeded", "the missed run is made good",
            seconds=15)
        assert time.monotonic() - started < 15
        ciclo.launch("scheduler")
        ciclo.wait_ready("scheduler")
        assert ciclo.metrics("scheduler")["ciclo_scheduler_leader"] == 0
        assert ciclo.database.value("SELECT count(*) FROM job_runs WHERE job = 'release_lessons'") == 1
        assert ciclo.database.value("SELECT next_run_at > now() FROM jobs WHERE name = 'release_lessons'")
    finally:
        assert standby.end() == 0


def test_a_changed_schedule_is_kept_and_a_wrong_one_is_refused(ciclo):
    ciclo.cli("jobs", "schedule", "detect_stagnation", "15 5 * * 1-5")
    assert "15 5 * * 1-5" in ciclo.cli("jobs", "list")
    assert "minute" in ciclo.cli("jobs", "schedule", "detect_stagnation", "61 * * * *", code=2)
    ciclo.cli("jobs", "disable", "detect_stagnation")
    line = [line for line in ciclo.cli("jobs", "list").splitlines() if line.startswith("detect_stagnation")][0]
    assert "switched off" in line


# --- onboarding and import ---


def test_one_follow_up_reaches_a_student_who_has_not_registered(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    ciclo.wait_for_lifecycle(person, "pending_onboarding")
    wait_until(lambda: len(ciclo.sandbox.emails_to(person)) == 1, "the invite has been sent")
    wait_for_end(ciclo, request(ciclo, "follow_up_onboarding"))
    ciclo.wait_until_idle(notices=False)
    assert len(ciclo.sandbox.emails_to(person)) == 1

    ciclo.database.execute(
        """UPDATE onboarding_tokens SET created_at = now() - interval '25 hours'
           WHERE user_id = (SELECT id FROM users WHERE email = %s)""", person.email)
    for _ in range(2):
        wait_for_end(ciclo, request(ciclo, "follow_up_onboarding"))
    wait_until(lambda: len(ciclo.sandbox.emails_to(person)) == 2, "the follow-up has been sent")
    ciclo.wait_until_idle(notices=False)

    mails = ciclo.sandbox.emails_to(person)
    assert len(mails) == 2
    assert "ainda não entrou" in mails[-1]["text"] or "ainda não entrou" in mails[0]["text"]
    assert ciclo.audit_types(person).count("discord.invite_sent") == 1


def test_buyers_from_before_become_students_once_and_are_asked_to_register(ciclo, person):
    known = Person()
    ciclo.gateway.accept(Sale(known).approved())
    ciclo.wait_for_lifecycle(known, "pending_onboarding")
    for someone, product, status in ((person, CLUB.id, "APPROVED"), (known, CLUB.id, "APPROVED"),
                                     (Person(), CLUB.id, "REFUNDED"), (Person(), 9999999, "COMPLETED")):
        ciclo.database.execute(
            """INSERT INTO hotmart_buyers (id, email, name, hotmart_product_id, status, last_synced_at,
                                           sale_transaction, sale_weight, sale_at)
               VALUES (gen_random_uuid(), %s, %s, %s, %s, now(), gen_random_uuid()::text, 1, now())""",
            someone.email, someone.name, str(product), status)

    first = wait_for_end(ciclo, request(ciclo, "onboard_historical_buyers"))
    ciclo.wait_for_lifecycle(person, "pending_onboarding")
    again = wait_for_end(ciclo, request(ciclo, "onboard_historical_buyers"))

    assert first["counters"] == {"total": 3, "onboarded": 1, "skipped_known": 1, "skipped_unmapped": 1,
                                 "skipped_no_email": 0}
    assert again["counters"]["onboarded"] == 0
    wait_until(lambda: len(ciclo.sandbox.emails_to(person)) == 1, "the invite has been sent")


def test_students_of_a_file_are_active_without_onboarding_and_the_faults_are_named(ciclo, tmp_path):
    people = [Person() for _ in range(300)]
    lines = ["E-mail;Nome;Telefone;Produto;Início"]
    lines += [f'{p.email.upper()};"{p.last}; {p.first}";31 9{p.number % 10**8:08d};{CLUB.name};25/11/2025' for p in people]
    lines += ["sem-arroba;X;;Clube de Leitura;", f"{Person().email};X;;Curso de Nada;", f"{people[0].email};X;;{CLUB.id};ontem"]
    file = tmp_path / "alunos.csv"
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    known = ciclo.database.value("SELECT count(*) FROM facts")

    dry = ciclo.cli("students", "import", file, "--dry-run", code=1)
    assert "line 302: " in dry and "line 303: " in dry and "line 304: " in dry
    assert "303 rows: 300 would be imported, 0 are imported already, 3 have faults" in dry
    assert ciclo.database.value("SELECT count(*) FROM facts") == known

    assert "300 imported (300 new students)" in ciclo.cli("students", "import", file, code=1, seconds=60)
    emails = [p.email for p in people]
    wait_until(lambda: ciclo.database.value(
        "SELECT count(*) FROM users WHERE lifecycle = 'active' AND email = ANY (%s)", emails) == 300,
        "all are active", seconds=60)
    assert "0 imported (0 new students), 300 were imported already" in ciclo.cli("students", "import", file, code=1)

    ciclo.wait_until_idle(60, notices=False)
    one = people[0]
    assert ciclo.database.value("SELECT name FROM users WHERE email = %s", one.email) == f"{one.last}; {one.first}"
    assert ciclo.sandbox.emails_to(one) == []
    assert ciclo.database.value(
        "SELECT count(*) FROM messages JOIN users ON users.id = user_id WHERE email = ANY (%s)", emails) == 0
    assert ciclo.database.value(
        "SELECT count(*) FROM onboarding_tokens JOIN users ON users.id = user_id WHERE email = ANY (%s)", emails) == 0

    # The account that is tied later gets its role.
    ciclo.link(one)
    ciclo.wait_for_roles(one, CLUB.role)
