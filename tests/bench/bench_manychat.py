"""sync_manychat_tags over many students: time, calls, statements, rows written, and the memory of the manychat-worker,
which runs the job. Three times: some are new, nobody has changed, and one in a hundred has. A new student costs four
calls, so with many students most were applied before the first run: NEW are left."""

import os
import time
from pathlib import Path

import statements
from bench_setting import say, stack
from ciclo import Ciclo, prepare_database
from hotmart_api import look_at, start_job
from processor_time import Usage, memory_mb
from servers import Servers
from waiting import wait_until

TEMPLATE = "bench_manychat_template"
SIZES = (10_000, 100_000)
NEW = 20_000
FIRST = 80_000_000
# What a run writes about itself: its own row again and again, the log of its end, and whose turn it is to call.
OWN_TABLES = ("job_runs", "jobs", "events", "manychat_pace")
MEMORY_MB = 64
PROCESSES = ("worker", "postgresql", "sandbox")
LIMITS = {"findBySystemField": 50}  # calls a second that ManyChat allows; of all others that occur here 10 ...
USED = 0.8                          # ... of which MANYCHAT_PACE_PERCENT leaves so much

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
# As the worker itself leaves those who are done: the digest is that of their custom fields.
APPLIED = """
    WITH done AS (
        SELECT id, name, email, phone, substr(phone, 4)::int - %s AS n FROM users WHERE substr(phone, 4)::int >= %s),
    claimed AS (
        UPDATE users SET manychat_subscriber_id = (%s + done.n)::text FROM done WHERE users.id = done.id)
    INSERT INTO manychat_contacts (user_id, applied_tags, applied_fields, applied_at, seen_at)
    SELECT id, %s, substr(encode(sha256(convert_to(
               '4:name' || length(name) || ':' || name || '5:email' || length(email) || ':' || email ||
               '16:onboarding_token0:' || '16:lifecycle_status6:active' || '12:phone_number13:55' || phone, 'UTF8')), 'hex'),
               1, 32), now(), now()
    FROM done"""
CHANGE = """
    UPDATE student_course_status SET status = 'Inadimplente'
    WHERE user_id IN (SELECT id FROM users ORDER BY id LIMIT %s)"""


def measure(folder, options):
    say("ManyChat's rate limits are lifted in the sandbox; the table says what the calls would take with them")
    figures = {}
    with stack():
        servers = Servers()
        prepare_database(servers, TEMPLATE)
        try:
            with statements.counted(servers, TEMPLATE):
                for size in options.students:
                    place = folder / str(size)
                    place.mkdir()
                    figures[size] = _measure(servers, place, size, min(size, options.new))
        finally:
            servers.drop_database(TEMPLATE)
    return figures


def _measure(servers, folder, size, new):
    ciclo = Ciclo(servers, folder, TEMPLATE, settings={"MANYCHAT_PACE_PERCENT": "1000000", "LOG_LEVEL": "warning"})
    changed = size // 100
    try:
        began = time.monotonic()
        _fill(ciclo, size, new)
        ciclo.start("manychat-worker")
        say(f"{size:,} students, {new:,} of them new, are there after {time.monotonic() - began:.0f} s")
        first = _run(ciclo, size, "first")
        assert first["counters"]["synced"] == size and first["counters"]["status_changes"] == new, first["counters"]
        assert first["calls"]["POST /fb/subscriber/setCustomFields"] == new, first["calls"]
        first["new"] = new
        second = _run(ciclo, size, "second")
        assert second["counters"]["synced"] == size and second["counters"]["status_changes"] == 0, second["counters"]
        ciclo.database.execute(CHANGE, changed)
        third = _run(ciclo, size, "changed")
        assert third["counters"]["synced"] == size and third["counters"]["status_changes"] == changed, third["counters"]
        third["new"] = changed
        return {"first": first, "second": second, "changed": third}
    finally:
        complaints = ciclo.end()
        assert not complaints, complaints


def _fill(ciclo, size, new):
    ciclo.start_sandbox()
    ciclo.sandbox.control("PUT", "/manychat", {"limits": None})
    ciclo.database.execute(STUDENTS, FIRST, size)
    ciclo.database.execute(COURSES)
    ciclo.database.execute(ACCESS)
    course = ciclo.database.value("SELECT name FROM products ORDER BY priority LIMIT 1")
    contacts = {"without_ninth_every": 10, "mirror_field": "phone_number"}
    ciclo.sandbox.control("POST", "/manychat/generate", {**contacts, "count": new, "first": FIRST})
    if size > new:
        tags = [course, f"{course}, Ativo"]
        first_id = ciclo.sandbox.control("POST", "/manychat/generate", {
            **contacts, "count": size - new, "first": FIRST + new, "tags": tags})["first_id"]
        ciclo.database.execute(APPLIED, FIRST + new, FIRST + new, int(first_id), tags)
    ciclo.database.execute("ANALYZE")


def _calls(ciclo):
    return {key.removeprefix("manychat "): calls["total"] for key, calls in ciclo.sandbox.state("calls").items()
            if key.startswith("manychat ")}


def _written(ciclo):
    ciclo.database.execute("SELECT pg_stat_clear_snapshot()")
    return dict(ciclo.database.rows(
        "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables"))


def _usage(ciclo, pid):
    postgres = int(Path(os.environ["TEST_STACK_DIR"], "postgres.pid").read_text())
    return Usage({"worker": pid, "sandbox": ciclo.sandbox_pid}, {"postgresql": postgres})


def _difference(after, before):
    return {name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)}


def _run(ciclo, size, name):
    time.sleep(12)  # an idle session reports what it did after ten seconds
    pid = ciclo.processes["manychat-worker"].pid
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
    calls, written, usage = _calls(ciclo), _written(ciclo), _usage(ciclo, pid)
    statements.forget(ciclo.database)
    began = time.monotonic()
    run_id = start_job(ciclo, "sync_manychat_tags")
    wait_until(lambda: look_at(ciclo, run_id).status not in ("queued", "running"), "the run is over", 60 + size / 20,
               every=0.2)
    seconds = time.monotonic() - began
    run = look_at(ciclo, run_id)
    assert run.status == "succeeded", run.error
    spent, peak, asked = usage.seconds_since(), memory_mb(pid)["peak"], statements.so_far(ciclo.database, OWN_TABLES)
    time.sleep(12)
    rows = _difference(_written(ciclo), written)
    found = {
        "seconds": seconds, "counters": run.counters, "processor_seconds": spent, "memory_mb": peak, "statements": asked,
        "calls": _difference(_calls(ciclo), calls),
        "rows_written": {name: count for name, count in rows.items() if name not in OWN_TABLES},
        "rows_written_about_the_run": {name: count for name, count in rows.items() if name in OWN_TABLES},
    }
    say(f"{size:,} students, {name}: {seconds:.1f} s; calls {found['calls']}; rows {found['rows_written']}, about the run "
        f"{found['rows_written_about_the_run']}")
    return found


def _at_manychats_pace(calls):
    """Seconds: the endpoint that is called most decides."""
    return max((count / (LIMITS.get(key.rpartition("/")[2], 10) * USED) for key, count in calls.items()), default=0)


def _processor_time(run):
    return " ".join(f"{run['processor_seconds'][name]:>9.1f}" for name in PROCESSES)


def _looking_at_one(size, figures):
    spent = figures[size]["second"]["processor_seconds"]
    return (spent["worker"] + spent["postgresql"]) / size


def _posts(run):
    return sum(count for key, count in run["calls"].items() if key.startswith("POST"))


def show(figures):
    runs = [(size, name, run) for size, by_name in figures.items() for name, run in by_name.items()]
    print(f"\n{'students':>10}{'run':>8}{'to do':>8}{'seconds':>9}{'at real pace':>14}{'worker, PostgreSQL, sandbox s':>31}{'calls':>9}{'writing':>9}"
          f"{'statements':>12}{'writing':>9}{'rows':>9}{'own rows':>10}{'peak MB':>9}")
    for size, name, run in runs:
        print(f"{size:>10,}{name:>8}{run.get('new', 0):>8,}{run['seconds']:>9.1f}{_at_manychats_pace(run['calls']):>12,.0f} s"
              f"{_processor_time(run):>31}{sum(run['calls'].values()):>9,}{_posts(run):>9,}"
              f"{run['statements']['total']:>12,}{run['statements']['writing']:>9,}{sum(run['rows_written'].values()):>9,}"
              f"{sum(run['rows_written_about_the_run'].values()):>10,}{run['memory_mb']:>9.1f}")
    kinds = sorted({key for _, _, run in runs for key in run["calls"]})
    print(f"\n{'calls of ManyChat':<44}" + "".join(f"{f'{size:,} {name}':>16}" for size, name, _ in runs))
    for key in kinds:
        print(f"{key:<44}" + "".join(f"{run['calls'].get(key, 0):>16,}" for _, _, run in runs))
    print(f"\n{'target':<68}{'measured':>12}   {'wanted':<28}")
    for size, by_name in figures.items():
        _show_targets(size, by_name)
    sizes = sorted(figures)
    if len(sizes) > 1:
        growth = _looking_at_one(sizes[-1], figures) / _looking_at_one(sizes[0], figures)
        _target("processor time per unchanged student, most against fewest", f"{growth:.2f}", "at most 1.5", growth <= 1.5)


def _show_targets(size, by_name):
    second = by_name["second"]
    writes = sum(second["rows_written"].values()) + second["statements"]["writing"] + _posts(second)
    peak = max(run["memory_mb"] for run in by_name.values())
    _target(f"{size:,} students: rows, statements and calls that write, second run", writes, "0", writes == 0)
    _target(f"{size:,} students: peak memory of the manychat-worker", f"{peak:.1f} MB", f"at most {MEMORY_MB} MB",
            peak <= MEMORY_MB)


def _target(what, measured, wanted, reached):
    print(f"{what:<68}{measured:>12}   {wanted:<28}{'reached' if reached else 'NOT REACHED'}")
