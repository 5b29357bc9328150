"""Hotmart's side of the syncs: what its API shows, and running the jobs that ask it."""

import re
import time

from hotmart import CHESS, CLUB
from waiting import wait_until

DAY = 86_400_000
CHESS_ID, CLUB_ID = str(CHESS.id), str(CLUB.id)
SALES = "/payments/api/v1/sales/history"


def now_ms():
    return int(time.time() * 1000)


class HotmartApi:
    """The stand-in's Hotmart, with the two products that the test's ciclo sells."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.set(calls_per_minute=None, sales=[], subscriptions=[], club=[], generate=None, broken_products=[], products=[
            {"id": CHESS_ID, "name": "Xadrez"}, {"id": CLUB_ID, "name": "Clube", "is_subscription": True}])

    def set(self, **parts):
        self.sandbox.control("PUT", "/hotmart", parts)

    def sale(self, transaction, email, status="APPROVED", product=CHESS_ID, days_ago=3, **more):
        ordered = now_ms() - days_ago * DAY
        paid = {} if status in ("PRINTED_BILLET", "EXPIRED", "CANCELLED") else {
            "approved_date": ordered + 7000, "warranty_expire_date": ordered + 7 * DAY}
        self.sandbox.control("PUT", f"/hotmart/sales/{transaction}", {
            "email": email, "name": "Rita Alves", "status": status, "product_id": product, "order_date": ordered,
            **paid, **more})

    def subscription(self, code, email, transaction="", days_ago=40, **more):
        self.sandbox.control("PUT", f"/hotmart/subscriptions/{code}", {
            "email": email, "name": "Rita Alves", "product_id": CLUB_ID, "transaction": transaction,
            "accession_date": now_ms() - days_ago * DAY, "plan_id": 812345, **more})

    def calls(self, path):
        return sum(self.sandbox.calls(f"hotmart GET {path}").values())


class Run:
    def __init__(self, row):
        self.id, self.status, self.counters, self.error, self.done, self.total, self.interruptions = row


def start_job(ciclo, job, **parameters):
    """Answers the run's id."""
    options = [word for name, value in parameters.items() for word in (f"--{name}", value)]
    text = ciclo.cli("jobs", "run", job, *options)
    return re.search(r"[0-9a-f-]{36}", text)[0]


def look_at(ciclo, run_id):
    return Run(ciclo.database.rows(
        """SELECT id, status, counters, error, progress_done, progress_total, interruptions FROM job_runs
           WHERE id = %s""", run_id)[0])


def wait_for_job(ciclo, run_id, seconds=120):
    wait_until(lambda: look_at(ciclo, run_id).status not in ("queued", "running"), "the job has ended", seconds)
    return look_at(ciclo, run_id)


def run_job(ciclo, job, status="succeeded", **parameters):
    run = wait_for_job(ciclo, start_job(ciclo, job, **parameters))
    assert run.status == status, (run.status, run.error, run.counters)
    return run


# Bookkeeping of the jobs themselves; everything else must stay as it is when nothing has changed.
BOOKKEEPING = ("events", "job_runs", "jobs", "provider_call_windows", "provider_tokens")


def row_versions(ciclo):
    """The same before and after means that nothing was written, not even the same values again."""
    return ciclo.database.rows(
        """SELECT tablename, query_to_xml(format('SELECT ctid, xmin FROM %%I ORDER BY ctid', tablename), false, true,
                                          '')::text
           FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s) ORDER BY tablename""", list(BOOKKEEPING))
