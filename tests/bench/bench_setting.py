"""What is measured: throw-away servers, all services of the release build, and members of a Discord server."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ciclo import SERVICES, Ciclo, prepare_database, run_cli
from gateway import HOTTOK
from processor_time import Usage
from servers import ROOT, VARIABLES, Servers
from waiting import wait_until

TEMPLATE = "bench_template"
PGBENCH = "/usr/lib/postgresql/15/bin/pgbench"
NO_ROLE_PRODUCT = "4100500"  # opens nothing on Discord, which would refuse thousands of changes a second anyway
FIRST_MEMBER = 500_000_000_000
MEMBERS = 1500


def say(text):
    print(text, flush=True)


class Member:
    """A student whose e-mail the load generator makes from a number."""

    def __init__(self, index):
        self.email = f"aluno{FIRST_MEMBER + index:012d}@escola.example"
        self.discord_id = str(800_000_000_000_000_000 + index)


class Bench:
    def __init__(self, servers, folder):
        self.servers = servers
        self.folder = folder
        self.load_program = servers.binaries / "ciclo-bench-load"
        if not self.load_program.exists():
            raise RuntimeError(f"{self.load_program} is missing: build the release preset first")
        self.members = [Member(index) for index in range(MEMBERS)]
        self.unused_member = 0
        self._prepare_database()
        self.ciclo = Ciclo(servers, folder, TEMPLATE, settings={
            "SWEEP_INTERVAL_SECONDS": "5",
            # Discord's own limit, which is lifted in the sandbox, would allow 25 roles a second at most.
            "DISCORD_REQUESTS_PER_SECOND": "1000",
        })

    def _prepare_database(self):
        prepare_database(self.servers, TEMPLATE)
        url = self.servers.database_url_of(TEMPLATE)

        def cli(*words):
            # Without a broker nobody is rung: the sweeper finds the links when the services start.
            run_cli(self.servers, url, "", *words)

        # Taking it away would be a second call to Discord for each buyer.
        cli("setting", "set", "visitor_role_id", "")
        cli("product", "add", "--name", "Biblioteca", "--priority", 1, "--identifier", f"product.id={NO_ROLE_PRODUCT}")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda member: cli("student", "link", member.email, member.discord_id), self.members))

    def start(self):
        # Before the services come: what they have learned of Discord's limits they share and keep.
        self.ciclo.start_sandbox()
        self.ciclo.sandbox.lift_limits()
        for index, member in enumerate(self.members):
            self.ciclo.sandbox.control("PUT", f"/discord/members/{member.discord_id}", {"username": f"membro{index}"})
        self.ciclo.start()
        self.ciclo.wait_until_idle(120, notices=False)

    def end(self):
        complaints = self.ciclo.end()
        self.servers.drop_database(TEMPLATE)
        if complaints:
            raise RuntimeError("\n".join(complaints))

    # --- load ---

    def load(self, seconds, *options):
        result = subprocess.run(
            [str(self.load_program), "--port", str(self.ciclo.gateway.port), "--hottok", HOTTOK,
             "--seconds", str(seconds), *map(str, options)],
            capture_output=True, text=True, timeout=seconds + 60, check=False, stdin=subprocess.DEVNULL)
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        return json.loads(result.stdout)

    def take_members(self, count):
        """The number of the first of so many members who have bought nothing yet."""
        first = self.unused_member
        self.unused_member += count
        assert self.unused_member <= MEMBERS, "more members are needed"
        return first

    def drain(self, seconds=300):
        """Until every event is processed; polls rarely, because counting costs PostgreSQL time."""
        wait_until(lambda: not self.ciclo.database.value(
            "SELECT EXISTS (SELECT FROM webhook_events WHERE status = 'received')"), "all events are processed",
            seconds, every=0.2)

    def settle(self):
        """The same start for every measurement: nothing left to do or to write back."""
        self.drain()
        self.ciclo.wait_until_idle(120, notices=False)
        # In a new database autovacuum would only get there after a minute.
        self.ciclo.database.execute("ANALYZE")
        self.ciclo.database.execute("CHECKPOINT")

    # --- pgbench ---

    def prepare_pgbench(self):
        self.ciclo.database.execute(
            "CREATE TABLE IF NOT EXISTS bench_inserts (id bigserial PRIMARY KEY, payload jsonb NOT NULL)")
        (self.folder / "insert.sql").write_text("INSERT INTO bench_inserts (payload) VALUES (:payload);\n")

    def pgbench(self, seconds):
        """64 clients, each inserting the payload as jsonb in a transaction of its own."""
        url = urllib.parse.urlsplit(self.ciclo.database_url)
        payload = subprocess.run([str(self.load_program), "--print-payload"], capture_output=True, text=True,
                                 check=True).stdout.strip()
        logs = Path(tempfile.mkdtemp(dir=self.folder))
        result = subprocess.run(
            [PGBENCH, "-n", "-M", "prepared", "-c", "64", "-j", "2", "-T", str(seconds), "-f",
             str(self.folder / "insert.sql"), "-D", f"payload={payload}", "-l", f"--log-prefix={logs}/log",
             "-h", url.hostname, "-p", str(url.port), "-U", url.username, url.path.lstrip("/")],
            env={**os.environ, "PGPASSWORD": url.password}, capture_output=True, text=True, timeout=seconds + 60,
            check=False, stdin=subprocess.DEVNULL)
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        rate = next(float(line.split()[2]) for line in result.stdout.splitlines() if line.startswith("tps = "))
        microseconds = sorted(int(line.split()[2]) for log in logs.iterdir() for line in log.open())
        count = len(microseconds)
        return {"rate": rate, "latency_ms": {
            name: microseconds[min(count - 1, int(count * share))] / 1000
            for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1))}}

    # --- usage ---

    def usage(self):
        return Usage({name: self.ciclo.processes[name].pid for name in SERVICES}, {
            "postgresql": int(Path(os.environ["TEST_STACK_DIR"], "postgres.pid").read_text()),
            "rabbitmq": int(Path(os.environ["TEST_STACK_DIR"], "rabbitmq.pid").read_text())})


@contextlib.contextmanager
def stack():
    """The servers that the environment names, or our own."""
    if all(os.environ.get(name) for name in VARIABLES):
        yield
        return
    script = str(ROOT / "tests/support/stack.sh")
    with tempfile.TemporaryDirectory(prefix="ciclo-bench-stack-") as folder:
        try:
            text = subprocess.run([script, "start", folder], check=True, timeout=180, stdout=subprocess.PIPE, text=True,
                                  stdin=subprocess.DEVNULL).stdout
            for line in text.splitlines():
                name, _, value = line.partition("=")
                os.environ[name] = value.strip("'")
            yield
        finally:
            subprocess.run([script, "stop", folder], check=False, timeout=180, stdin=subprocess.DEVNULL)


@contextlib.contextmanager
def bench():
    say("starting PostgreSQL and RabbitMQ")
    with stack(), tempfile.TemporaryDirectory(prefix="ciclo-bench-") as folder:
        say(f"linking {MEMBERS} members, starting the services")
        began = time.monotonic()
        made = Bench(Servers(), Path(folder))
        try:
            made.start()
            say(f"ready after {time.monotonic() - began:.0f} s")
            yield made
        finally:
            made.end()
