"""sync_hotmart_buyers over very many buyers: time, calls, statements, rows written, and the worker's peak memory."""

import tempfile
import time
from pathlib import Path

import statements
from bench_setting import say, stack
from ciclo import Ciclo, prepare_database
from hotmart_api import BOOKKEEPING, CHESS_ID, CLUB_ID, DAY, HotmartApi, look_at, now_ms, start_job
from processor_time import memory_mb
from servers import Servers
from waiting import wait_until

TEMPLATE = "bench_buyers_template"
MOST_MEMORY_MB = 64
SETTLING_SECONDS = 12  # a connection that has nothing to do tells PostgreSQL's statistics its last rows after 10 s
WRITES = """SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables
            WHERE relname <> ALL (%s)"""


def measure(counts):
    """For each number of buyers: a first run, and a second one without any change."""
    figures = []
    with stack(), tempfile.TemporaryDirectory(prefix="ciclo-bench-") as folder:
        servers = Servers()
        prepare_database(servers, TEMPLATE)
        try:
            with statements.counted(servers, TEMPLATE):
                for count in counts:
                    place = Path(folder, str(count))
                    place.mkdir()
                    ciclo = Ciclo(servers, place, TEMPLATE)
                    try:
                        ciclo.start("sync-worker")
                        figures += [_run(ciclo, count, turn) for turn in ("first", "second")]
                    finally:
                        ciclo.end()
        finally:
            servers.drop_database(TEMPLATE)
    for row in figures:
        assert row["peak_memory_mb"] < MOST_MEMORY_MB, row
        assert row["turn"] == "first" or row["rows_written"] == row["statements"]["writing"] == 0, row
    return figures


def _run(ciclo, count, turn):
    if turn == "first":
        HotmartApi(ciclo.sandbox).set(products=[{"id": CHESS_ID, "name": "Xadrez"}, {"id": CLUB_ID, "name": "Clube"}],
                                      generate={"buyers": count, "first": now_ms() - 700 * DAY, "last": now_ms() - DAY})
    ciclo.sandbox.control("DELETE", "/calls")
    before = _rows_written(ciclo)
    statements.forget(ciclo.database)
    began = time.monotonic()
    run_id = start_job(ciclo, "sync_hotmart_buyers")
    wait_until(lambda: look_at(ciclo, run_id).status not in ("queued", "running"), "the job has ended", 1800, every=0.2)
    seconds = time.monotonic() - began
    asked = statements.so_far(ciclo.database, BOOKKEEPING)
    run = look_at(ciclo, run_id)
    assert run.status == "succeeded" and run.counters["total"] == count, (run.status, run.error, run.counters)
    assert turn == "second" or run.counters["inserted"] == count, run.counters
    time.sleep(SETTLING_SECONDS)
    calls = sum(entry["total"] for key, entry in ciclo.sandbox.state("calls").items() if key.startswith("hotmart "))
    found = {"buyers": count, "turn": turn, "seconds": seconds, "calls": calls, "statements": asked,
             "rows_written": _rows_written(ciclo) - before,
             "peak_memory_mb": memory_mb(ciclo.processes["sync-worker"].pid)["peak"], "counters": run.counters}
    say(f"{count:,} buyers, {turn} run: {seconds:.1f} s, {calls:,} calls, {asked['total']:,} statements, of which "
        f"{asked['writing']:,} write, {found['rows_written']:,} rows written, peak memory {found['peak_memory_mb']:.1f} MB")
    return found


def _rows_written(ciclo):
    return ciclo.database.value(WRITES, list(BOOKKEEPING))
