"""What one event costs the lifecycle-worker, with few and with many events stored before it.

The stored events are the copies of one student whom the worker itself has folded, so that they have the shape of
real ones. Then some known and as many new students buy, and one or two processes work that off."""

import contextlib
import json
import os
import subprocess
import time
import uuid
from pathlib import Path
from statistics import median

from bench_setting import say, stack
from ciclo import SYSTEM, prepare_database, run_cli
from database import Database
from hotmart import Person, Product, Sale, now_ms
from http_calls import call
from processes import Process, free_port
from processor_time import Usage, memory_mb
from servers import Servers
from waiting import wait_until

FEW, SOME, MANY = 10_000, 200_000, 1_000_000
GROWTH_LIMIT = 1.2
EVENTS_OF_A_STUDENT = 4
BUYERS = 1200  # of each kind in each run
KNOWN_BUYERS = 2 * BUYERS  # who take turns
WARM_UP_RUNS = 5
LIBRARY = Product(4100500, "3f0b6a58-1f0e-4a55-9f0b-2f6f0f7c1d23", "Biblioteca", "")  # no role, so no onboarding
PATTERN = 100_000_000  # the number of the student who is copied
FIRST_NEW = 500_000_000
# Copied row by row. Facts and deliveries share their ids, so they have statements of their own.
COPIED = ("users", "user_emails", "transactions", "subscriptions", "enrollments", "student_course_status", "user_ltv",
          "reconciliations", "messages", "events")

_COPY = """
    INSERT INTO {table}
    SELECT copy.* FROM pattern_{table} AS pattern CROSS JOIN copies
    CROSS JOIN LATERAL jsonb_populate_record(NULL::{table},
        replace(replace(pattern.row, %s, copies.user_id::text), %s, copies.number::text)::jsonb {fresh_id}) AS copy"""

_COPY_FACTS = """
    INSERT INTO facts (id, user_id, type, occurred_at, body)
    SELECT md5(id::text || number)::uuid, copies.user_id, type, occurred_at, replace(body, %s, number::text)
    FROM pattern_facts CROSS JOIN copies"""

_COPY_DELIVERIES = """
    INSERT INTO webhook_events (id, event_type, payload, received_at, status, processed_at)
    SELECT md5(id::text || number)::uuid, event_type, replace(payload, %s, number::text), received_at, status, processed_at
    FROM pattern_deliveries CROSS JOIN copies"""

_BUY = """
    INSERT INTO webhook_events (id, event_type, payload, received_at)
    SELECT gen_random_uuid(), 'PURCHASE_APPROVED', replace(replace(%s, %s, number::text), 'HPNEXT', %s), now()
    FROM generate_series(%s::bigint, %s::bigint, %s::bigint) AS number RETURNING id"""


class Worker:
    def __init__(self, servers, folder, database_url, amqp_url, number):
        self._port = free_port()
        environment = {**SYSTEM, "DATABASE_URL": database_url, "AMQP_URL": amqp_url, "LOG_LEVEL": "warning",
                       "OPS_ADDRESS": f"127.0.0.1:{self._port}"}
        self.process = Process(f"lifecycle-worker {number}", [servers.binaries / "lifecycle-worker"], environment,
                               folder / f"lifecycle-worker-{number}.log")

    def start(self):
        self.process.start()
        wait_until(lambda: call(self._port, "GET", "/readyz", seconds=5).status == 200, "the worker is ready", 20)


class LifecycleBench:
    def __init__(self, servers, folder):
        self.servers = servers
        self.folder = folder
        self._name = f"bench_{uuid.uuid4().hex[:12]}"
        prepare_database(servers, self._name)
        self.url = servers.database_url_of(self._name)
        self.amqp_url = servers.create_vhost(self._name)
        run_cli(servers, self.url, "", "product", "add", "--name", LIBRARY.name, "--identifier",
                f"product.id={LIBRARY.id}")
        self.database = Database(self.url)
        self.students = 0
        self._new = FIRST_NEW
        self._bought = 0
        self._make_pattern()

    def end(self):
        self.database.close()
        self.servers.drop_database(self._name)
        self.servers.delete_vhost(self._name)

    # --- what is stored ---

    def _make_pattern(self):
        sale = Sale(Person(PATTERN), LIBRARY, code=f"S{PATTERN}", at=now_ms() - 3_600_000)
        sale.transaction = f"HP{PATTERN}1"
        events = [sale.approved(), sale.complete()]
        sale.renew().transaction = f"HP{PATTERN}2"
        events += [sale.approved(), sale.complete()]
        assert len(events) == EVENTS_OF_A_STUDENT
        sale.renew().transaction = f"HP{PATTERN}HPNEXT"
        self._purchase = self._text_of(sale.approved())
        for event in events:
            self.database.execute(
                "INSERT INTO webhook_events (id, event_type, payload, received_at) VALUES (%s, %s, %s, now())",
                event["id"], event["event"], self._text_of(event))
        self._work_off([event["id"] for event in events], 1)
        user = self.database.value("SELECT id FROM users")
        for table in COPIED:
            self.database.execute(f"CREATE TABLE pattern_{table} AS SELECT to_jsonb({table})::text AS row FROM {table}")
        self.database.execute("CREATE TABLE pattern_facts AS SELECT * FROM facts")
        self.database.execute("CREATE TABLE pattern_deliveries AS SELECT * FROM webhook_events")
        self._pattern_user = str(user)

    @staticmethod
    def _text_of(event):
        return json.dumps(event, separators=(",", ":"))

    def fill(self, events):
        """Until so many events are stored."""
        first, self.students = self.students + 1, events // EVENTS_OF_A_STUDENT
        # Known buyers are spread over those who are stored now, so that each size begins with students of the same
        # few facts: one with more of them costs more, however many others there are.
        self._first_known = PATTERN + first
        self._known_apart = (self.students - first + 1) // KNOWN_BUYERS
        self.database.execute("DROP TABLE IF EXISTS copies")
        self.database.execute(
            "CREATE TABLE copies AS SELECT gen_random_uuid() AS user_id, number FROM generate_series(%s, %s) AS number",
            PATTERN + first, PATTERN + self.students)
        # The rows are consistent already: no foreign key is checked, no trigger runs.
        self.database.execute("SET session_replication_role = replica")
        self.database.execute("SET synchronous_commit = off")
        for table in COPIED:
            fresh_id = "|| jsonb_build_object('id', gen_random_uuid())" if table in ("messages", "events") else ""
            self.database.execute(_COPY.format(table=table, fresh_id=fresh_id), self._pattern_user, str(PATTERN))
        self.database.execute(_COPY_FACTS, str(PATTERN))
        self.database.execute(_COPY_DELIVERIES, str(PATTERN))
        self.database.execute("SET session_replication_role = origin")
        self.database.execute("RESET synchronous_commit")
        self.database.execute("VACUUM ANALYZE")

    def stored(self):
        return self.database.value("SELECT count(*) FROM facts")

    # --- what comes ---

    def _buy(self):
        """As many known students as new ones, in an order of no meaning."""
        self._bought += 1
        apart = self._known_apart * (KNOWN_BUYERS // BUYERS)
        first = self._first_known + self._known_apart * (self._bought % (KNOWN_BUYERS // BUYERS))
        known = self.database.column(_BUY, self._purchase, str(PATTERN), f"K{self._bought}", first,
                                     first + apart * (BUYERS - 1), apart)
        new = self.database.column(_BUY, self._purchase, str(PATTERN), "1", self._new, self._new + BUYERS - 1, 1)
        self._new += BUYERS
        return sorted(map(str, known + new))

    def _work_off(self, ids, processes):
        workers = [Worker(self.servers, self.folder, self.url, self.amqp_url, number) for number in range(processes)]
        try:
            for worker in workers:
                worker.start()
            usage = Usage({worker.process.name: worker.process.pid for worker in workers},
                          {"postgresql": int(Path(os.environ["TEST_STACK_DIR"], "postgres.pid").read_text())})
            subprocess.run([str(self.servers.binaries / "ciclo-bench-bells")], input="\n".join(ids), text=True,
                           env={**SYSTEM, "AMQP_URL": self.amqp_url}, check=True, timeout=60)
            wait_until(lambda: not self.database.value(
                "SELECT EXISTS (SELECT FROM webhook_events WHERE status = 'received')"), "all events are processed", 120,
                every=0.1)
            return (max(memory_mb(worker.process.pid)["peak"] for worker in workers),
                    sum(usage.seconds_since().values()))
        finally:
            for worker in workers:
                worker.process.stop()

    def warm(self):
        """The first touch of a page after a checkpoint writes it whole, which the events of minutes share. Some events
        that do not count, so that the few that do are not charged with it all."""
        self.database.execute("CHECKPOINT")
        for _ in range(WARM_UP_RUNS):
            self._work_off(self._buy(), 2)

    def run(self, processes):
        """Events per second between the first commit and the last; processor time per event, PostgreSQL's included."""
        ids = self._buy()
        self.database.execute("ANALYZE webhook_events")
        peak, seconds = self._work_off(ids, processes)
        rate = self.database.value(
            """SELECT count(*) FILTER (WHERE processed_at > first) / extract(epoch FROM max(processed_at) - min(first))
               FROM webhook_events, (SELECT min(processed_at) AS first FROM webhook_events WHERE id = ANY (%s::uuid[])) AS f
               WHERE id = ANY (%s::uuid[]) AND status = 'processed'""", ids, ids)
        return {"rate": float(rate), "peak_mb": peak, "cpu_ms": seconds / len(ids) * 1000}

    def statements(self):
        """Per event and per batch, from the server's log of one run."""
        log = Path(self.database.value("SHOW data_directory")).parent / "server.log"
        self.database.execute(f"ALTER DATABASE {self._name} SET log_statement = 'all'")
        start = log.stat().st_size
        ids = self._buy()
        self._work_off(ids, 1)
        self.database.execute(f"ALTER DATABASE {self._name} RESET log_statement")
        with log.open("rb") as text:
            text.seek(start)
            # The worker prepares its statements; nobody else on this server does.
            count = sum(b"execute " in line for line in text)
        return count / len(ids)


    def replay(self):
        """Everything that is stored, by the command line: seconds, and its peak of memory in MB."""
        began = time.monotonic()
        command = subprocess.Popen([str(self.servers.binaries / "ciclo"), "replay", "--all"],
                                   env={**SYSTEM, "DATABASE_URL": self.url}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        said = command.stdout.read()
        _, status, usage = os.wait4(command.pid, 0)
        command.returncode = os.waitstatus_to_exitcode(status)
        assert command.returncode == 0 and said.startswith("0 facts read differently, 0 events") and \
            said.rstrip().endswith(" 0 rows written"), said
        return {"seconds": time.monotonic() - began, "peak_mb": usage.ru_maxrss / 1024}


def _filled(servers, folder, events, replayed_at):
    """A database of its own with so many stored events; what is stored on the way is replayed once."""
    bench = LifecycleBench(servers, folder)
    try:
        for size in sorted({replayed_at, events}):
            say(f"storing {size:,} events")
            bench.fill(size)
            if size == replayed_at:
                replayed = bench.replay()
                say(f"{bench.stored():,} stored: replayed in {replayed['seconds']:.1f} s, nothing written, peak "
                    f"{replayed['peak_mb']:.1f} MB")
        bench.warm()
        return bench
    except BaseException:
        bench.end()
        raise


def measure(folder, options):
    with stack(), contextlib.ExitStack() as ends:
        servers, benches = Servers(), {}
        for size, replayed_at in ((FEW, FEW), (options.events, min(SOME, options.events))):
            benches[size] = _filled(servers, folder, size, replayed_at)
            ends.callback(benches[size].end)
        rounds = {size: {1: [], 2: []} for size in benches}
        # In turn, so that whatever else the machine does falls on both alike.
        for number in range(options.rounds):
            for processes in (1, 2):
                for size, bench in benches.items():
                    measured = bench.run(processes)
                    rounds[size][processes].append(measured)
                    say(f"{bench.stored():,} stored, round {number + 1}, {processes} process(es): "
                        f"{measured['rate']:,.0f} events/s, {measured['cpu_ms']:.2f} ms of processor time/event, "
                        f"peak {measured['peak_mb']:.1f} MB, load {os.getloadavg()[0]:.1f}")
        return {size: {
            "stored": bench.stored(),
            "rate_of_one": median(m["rate"] for m in rounds[size][1]),
            "rate_of_two": median(m["rate"] for m in rounds[size][2]),
            "cpu_ms_per_event": median(m["cpu_ms"] for m in rounds[size][1]),
            "peak_mb": max(m["peak_mb"] for runs in rounds[size].values() for m in runs),
            "statements_per_event": bench.statements(),
        } for size, bench in benches.items()}


def show(figures):
    few, many = figures[min(figures)], figures[max(figures)]
    print(f"\n{'stored before':>14}{'one process/s':>16}{'two processes/s':>18}{'processor ms/event':>21}"
          f"{'statements/event':>19}{'peak MB':>10}")
    for size, found in sorted(figures.items()):
        print(f"{size:>14,}{found['rate_of_one']:>16,.0f}{found['rate_of_two']:>18,.0f}"
              f"{found['cpu_ms_per_event']:>21.2f}{found['statements_per_event']:>19.2f}{found['peak_mb']:>10.1f}")
    # Other programs on the machine lengthen the wait, but hardly the processor time.
    growth = many["cpu_ms_per_event"] / few["cpu_ms_per_event"]
    print(f"\ncost per event (processor time) grows by the factor {growth:.2f}, wanted at most {GROWTH_LIMIT}: "
          f"{'reached' if growth <= GROWTH_LIMIT else 'NOT REACHED'}; the rate of one process falls by the factor "
          f"{few['rate_of_one'] / many['rate_of_one']:.2f}")
