"""Killing a worker at a chosen point of a job, and what the tables say afterwards."""

import contextlib
import json
import os
import random

import psycopg2
from hotmart_api import look_at, start_job, wait_for_job
from waiting import wait_until

JOB_QUEUES = {"sync-worker": "sync.jobs", "discord-worker": "discord.jobs", "manychat-worker": "manychat.jobs"}
HELD_SECONDS = 30  # a call that is never answered before its worker is killed


class Storm:
    """Kills the worker of one ciclo at points of a run that dice choose; JOB_CRASH_SEED repeats them."""

    def __init__(self, ciclo, worker, provider, path="**"):
        self.ciclo = ciclo
        self.worker = worker
        self._fault = {"provider": provider, "path": path, "kind": "latency", "times": 1}
        seed = int(os.environ.get("JOB_CRASH_SEED") or random.randrange(2**32))
        print(f"JOB_CRASH_SEED={seed}")
        self._dice = random.Random(seed)
        self.kills = 0

    def run(self, job, calls):
        """`calls`: how many an undisturbed run makes. Killed in a call, then in the middle of a transaction."""
        fault = self._hold(self._dice.randrange(calls), HELD_SECONDS)
        run_id = self._run_id = start_job(self.ciclo, job)
        self._wait_until_struck(fault, run_id)
        self._kill()
        fault = self._hold(self._dice.randrange(max(1, calls // 2)), 1.0)
        self._start()
        if self._wait_until_struck(fault, run_id):
            with blocked(self.ciclo, "SELECT FROM job_runs WHERE id = %s FOR UPDATE", run_id):
                self._wait_until_blocked()
                self._kill()
            self._start()
        self.ciclo.sandbox.clear_faults()
        run = wait_for_job(self.ciclo, run_id)
        assert self.kills >= 1
        assert run.interruptions <= self.kills
        return run

    def _hold(self, after, seconds):
        return self.ciclo.sandbox.fault(**self._fault, after=after, latency_ms=seconds * 1000)

    def _wait_until_struck(self, fault, run_id):
        """False when the run was over before so many calls were made."""
        def struck_or_over():
            if self.ciclo.sandbox.has_struck(fault):
                return "struck"
            return look_at(self.ciclo, run_id).status not in ("queued", "running") and "over"

        return wait_until(struck_or_over, "the call is held, or the run over", 60, every=0.01) == "struck"

    def _wait_until_blocked(self):
        # A run that writes nothing more is not blocked, and as good to kill.
        with contextlib.suppress(AssertionError):
            wait_until(lambda: job_waits_for_a_lock(self.ciclo), "the job is about to save", 1, every=0.01)

    def _kill(self):
        self.ciclo.processes[self.worker].kill()
        self.kills += 1

    def _start(self):
        start_and_ring(self.ciclo, self.worker, self._run_id)


def start_and_ring(ciclo, worker, run_id):
    """Rings as the scheduler does for a run whose holder is gone; it does more, which would change what is compared."""
    def attempt():
        return ciclo.database.value("SELECT attempt FROM job_runs WHERE id = %s", run_id)

    before = attempt()
    ciclo.launch(worker)
    ciclo.wait_ready(worker)

    def taken():
        vhost = ciclo.amqp_url.rpartition("/")[2]
        ciclo.servers.manage("POST", f"/exchanges/{vhost}/ciclo/publish", {
            "properties": {"type": "jobs.run.v1", "delivery_mode": 2}, "routing_key": JOB_QUEUES[worker],
            "payload": json.dumps({"job_run_id": run_id, "correlation_id": run_id}), "payload_encoding": "string"})
        return attempt() > before

    wait_until(taken, "the run is taken up again", 30, every=0.2)


def job_waits_for_a_lock(ciclo):
    return ciclo.database.value(
        """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%%job%%'
           AND wait_event_type = 'Lock'""")


@contextlib.contextmanager
def blocked(ciclo, sql, *parameters):
    """Until the end, whoever writes what `sql` holds has to wait; then it is rolled back."""
    connection = psycopg2.connect(ciclo.database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
        yield
    finally:
        connection.close()


def calls_to(ciclo, provider):
    return sum(entry["total"] for key, entry in ciclo.sandbox.state("calls").items() if key.startswith(provider + " "))


# Everything that a job may write, without ids and times of our own making.
RESULTS = {
    "students": "SELECT email, name, phone, lifecycle, ltv::text FROM users",
    "transactions": """SELECT code, email, products.name, status, price::text, subscriber_code, recurrence_number
        FROM transactions JOIN users ON users.id = user_id LEFT JOIN products ON products.id = product_id""",
    "subscriptions": "SELECT subscriber_code, status, plan_id FROM subscriptions",
    "enrollments": """SELECT email, products.name, status, first_access_at IS NOT NULL
        FROM enrollments JOIN users ON users.id = user_id JOIN products ON products.id = product_id""",
    "courses": """SELECT email, products.name, status, is_current
        FROM student_course_status JOIN users ON users.id = user_id JOIN products ON products.id = product_id""",
    "facts": "SELECT email, type, count(*) FROM facts JOIN users ON users.id = user_id GROUP BY 1, 2",
    "buyers": "SELECT email, hotmart_product_id, status, phone, user_id IS NOT NULL FROM hotmart_buyers",
    "subscribers": "SELECT subscriber_code, email, status FROM hotmart_subscribers",
    "products": """SELECT products.name, active, (SELECT string_agg(kind || value, ' ' ORDER BY kind, value)
                                           FROM product_identifiers WHERE product_id = products.id) FROM products""",
    "offers": "SELECT code, name, price::text FROM offers",
    "templates": "SELECT name, language, status, missing_since IS NULL FROM message_templates",
    "lessons": "SELECT page_id, lessons.name, modules.name FROM lessons JOIN modules USING (product_id, module_id)",
    "progress": "SELECT email, page_id FROM lesson_progress JOIN users ON users.id = user_id",
    "wanted": """SELECT email, target, applied_version < wanted_version
        FROM reconciliations JOIN users ON users.id = user_id""",
    "messages": "SELECT channel, template, email, count(*) FROM messages LEFT JOIN users ON users.id = user_id GROUP BY 1, 2, 3",
    "log": "SELECT type, status, count(*) FROM events WHERE type NOT LIKE 'manychat.tag%%' GROUP BY 1, 2",
    "roles": "SELECT discord_id, present, seen_roles FROM discord_members",
    "contacts": """SELECT email, applied_tags, not_found_because IS NOT NULL
        FROM manychat_contacts JOIN users ON users.id = user_id""",
}


def results(ciclo):
    return {name: sorted(map(repr, ciclo.database.rows(sql))) for name, sql in RESULTS.items()}
