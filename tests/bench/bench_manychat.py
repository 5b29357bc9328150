"""sync_manychat_tags over many students: time, calls, transactions, rows written, and the worker's memory. Twice: the
second run has nothing to do and shows what looking costs."""

import json
import time
import uuid

from bench_setting import say, stack
from ciclo import Ciclo, prepare_database
from processor_time import memory_mb, seconds_of
from servers import Servers
from waiting import wait_until

TEMPLATE = "bench_manychat_template"
SIZES = (10_000, 100_000)
FIRST = 80_000_000
OWN_TABLES = ("job_runs", "jobs", "events", "manychat_pace")  # what a run writes about itself
MEMORY_MB = 64

STUDENTS = """
    INSERT INTO users (id, email, name, phone, lifecycle)
    SELECT gen_random_uuid(), 'aluno' || n || '@escola.example', 'Aluno ' || n, '319' || lpad((%s + n)::text, 8, '0'), 'active'
    FROM generate_series(0, %s - 1) AS n"""
COURSES = """
    INSERT INTO student_course_status (user_id, product_id, status, valid_from, is_current)
    SELECT users.id, (SELECT id FROM products ORDER BY priority LIMIT 1), 'Ativo', now(), true FROM users"""
ACCESS = """
    INSERT INTO enrollments (user_id, product_id, status, started_at)
    SELECT user_id, product_id, 'active', valid_from FROM student_course_status"""


def measure(folder, options):
    figures = {}
    with stack():
        servers = Servers()
        prepare_database(servers, TEMPLATE)
        try:
            for size in options.students:
                place = folder / str(size)
                place.mkdir()
                figures[size] = _measure(servers, place, size)
        finally:
            servers.drop_database(TEMPLATE)
    return figures


def _measure(servers, folder, size):
    ciclo = Ciclo(servers, folder, TEMPLATE, settings={"MANYCHAT_PACE_PERCENT": "1000000", "LOG_LEVEL": "warning"})
    try:
        ciclo.start_sandbox()
        ciclo.sandbox.control("PUT", "/manychat", {"limits": None})
        ciclo.sandbox.control("POST", "/manychat/generate", {
            "count": size, "first": FIRST, "without_ninth_every": 10, "mirror_field": "phone_number"})
        ciclo.database.execute(STUDENTS, FIRST, size)
        for sql in (COURSES, ACCESS, "INSERT INTO jobs (name) VALUES ('sync_manychat_tags') ON CONFLICT DO NOTHING",
                    "ANALYZE"):
            ciclo.database.execute(sql)
        ciclo.start("manychat-worker")
        say(f"{size:,} students, first run")
        first = _run(ciclo, size)
        assert first["counters"]["synced"] == first["counters"]["status_changes"] == size, first["counters"]
        say(f"{size:,} students, second run")
        second = _run(ciclo, size)
        assert second["counters"]["synced"] == size and second["counters"]["status_changes"] == 0, second["counters"]
        return {"first": first, "second": second}
    finally:
        complaints = ciclo.end()
        assert not complaints, complaints


def _calls(ciclo):
    return {key: calls["total"] for key, calls in ciclo.sandbox.state("calls").items() if key.startswith("manychat")}


def _written(ciclo):
    # The statistics of a session that has just ended its work may be a little late.
    ciclo.database.execute("SELECT pg_stat_clear_snapshot()")
    return dict(ciclo.database.rows(
        "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables"))


def _transactions(ciclo):
    return ciclo.database.value("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")


def _run(ciclo, size):
    time.sleep(12)  # an idle session reports what it did after ten seconds
    pid = ciclo.processes["manychat-worker"].pid
    calls, written, transactions, processor = _calls(ciclo), _written(ciclo), _transactions(ciclo), seconds_of(pid)
    began = time.monotonic()
    run = str(uuid.uuid4())
    ciclo.database.execute(
        "INSERT INTO job_runs (id, job, requested_by, correlation_id) VALUES (%s, 'sync_manychat_tags', 'queue', %s)", run, run)
    vhost = ciclo.amqp_url.rpartition("/")[2]
    ciclo.servers.manage("POST", f"/exchanges/{vhost}/ciclo/publish", {
        "properties": {"type": "jobs.run.v1", "delivery_mode": 2}, "routing_key": "manychat.jobs",
        "payload": json.dumps({"job_run_id": run, "correlation_id": run}), "payload_encoding": "string"})
    wait_until(lambda: ciclo.database.value("SELECT status FROM job_runs WHERE id = %s", run) in ("succeeded", "failed"),
               "the run is over", 60 + size / 20, every=0.2)
    seconds = time.monotonic() - began
    status, error, counters = ciclo.database.rows("SELECT status, error, counters FROM job_runs WHERE id = %s", run)[0]
    assert status == "succeeded", error
    time.sleep(12)
    after = _written(ciclo)
    rows = {name: count - written.get(name, 0) for name, count in after.items() if count != written.get(name, 0)}
    return {
        "seconds": seconds, "counters": counters, "processor_seconds": seconds_of(pid) - processor,
        "calls": {key: count - calls.get(key, 0) for key, count in _calls(ciclo).items() if count != calls.get(key, 0)},
        "transactions": _transactions(ciclo) - transactions,
        "rows_written": {name: count for name, count in rows.items() if name not in OWN_TABLES},
        "rows_written_about_the_run": {name: count for name, count in rows.items() if name in OWN_TABLES},
        "memory_mb": memory_mb(pid)["peak"],
    }


def show(figures):
    print(f"\n{'students':>10}{'run':>8}{'seconds':>10}{'calls':>10}{'POSTs':>10}{'transactions':>14}{'rows written':>14}"
          f"{'own rows':>10}{'peak MB':>10}")
    for size, runs in figures.items():
        for name, run in runs.items():
            posts = sum(count for key, count in run["calls"].items() if key.startswith("manychat POST"))
            print(f"{size:>10,}{name:>8}{run['seconds']:>10.1f}{sum(run['calls'].values()):>10,}{posts:>10,}"
                  f"{run['transactions']:>14,}{sum(run['rows_written'].values()):>14,}"
                  f"{sum(run['rows_written_about_the_run'].values()):>10,}{run['memory_mb']:>10.1f}")
    print(f"\n{'target':<58}{'measured':>12}   {'wanted':<28}")
    for size, runs in figures.items():
        second = runs["second"]
        writes = sum(second["rows_written"].values()) + sum(
            count for key, count in second["calls"].items() if key.startswith("manychat POST"))
        peak = max(run["memory_mb"] for run in runs.values())
        print(f"{f'{size:,} students: rows and calls that write, second run':<58}{writes:>12}   {'0':<28}"
              f"{'reached' if writes == 0 else 'NOT REACHED'}")
        print(f"{f'{size:,} students: peak memory':<58}{f'{peak:.1f} MB':>12}   {f'at most {MEMORY_MB} MB':<28}"
              f"{'reached' if peak <= MEMORY_MB else 'NOT REACHED'}")
