"""One whole ciclo: its own database, its own queues, its own stand-in for the providers, and all services."""

import json
import subprocess
import time
import uuid

from database import Database
from gateway import HOTTOK, Gateway
from hotmart import CHESS, CLUB
from http_calls import call
from processes import Process, free_port
from sandbox_client import GUILD, VISITOR_ROLE, WEBHOOK, WELCOME_CHANNEL, Sandbox
from servers import ROOT
from waiting import wait_until

SERVICES = ("webhook-gateway", "lifecycle-worker", "discord-bot", "discord-worker", "manychat-worker", "messaging-worker",
            "sync-worker", "scheduler", "admin-api")
SYSTEM = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def run_cli(servers, database_url, amqp_url, *arguments, seconds=30, code=0, environment=None, typed=None):
    """Runs `ciclo ARGUMENTS` with `typed` as its standard input; answers what it printed."""
    result = subprocess.run(
        [str(servers.binaries / "ciclo"), *map(str, arguments)],
        env={**SYSTEM, "DATABASE_URL": database_url, "AMQP_URL": amqp_url, **(environment or {})},
        capture_output=True, text=True, timeout=seconds, input=typed or "", check=False,
    )
    text = result.stdout + result.stderr
    assert code is None or result.returncode == code, f"ciclo {' '.join(map(str, arguments))}: {result.returncode}: {text}"
    return text


def prepare_database(servers, name):
    """Migrated, with two products that each open a role."""
    servers.create_database(name)
    url = servers.database_url_of(name)

    def ciclo(*arguments):
        run_cli(servers, url, servers.amqp_url, *arguments)

    ciclo("migrate")
    ciclo("setting", "set", "welcome_channel_id", WELCOME_CHANNEL)
    ciclo("setting", "set", "visitor_role_id", VISITOR_ROLE)
    for priority, product in enumerate((CHESS, CLUB), start=1):
        ciclo("product", "add", "--name", product.name, "--priority", priority,
              "--identifier", f"product.id={product.id}", "--discord-role", product.role)


class Ciclo:
    def __init__(self, servers, folder, template, amqp_url=None, settings=None):
        """`amqp_url`: shared queues; by default it gets a vhost of its own. `settings`: environment for all services."""
        self.servers = servers
        self.folder = folder
        self.settings = dict(settings or {})
        self._name = f"e2e_{uuid.uuid4().hex[:12]}"
        servers.create_database(self._name, template)
        self._own_vhost = amqp_url is None
        self.amqp_url = amqp_url or servers.create_vhost(self._name)
        self.database_url = servers.database_url_of(self._name)
        self.database = Database(self.database_url)

        sandbox_port = free_port()
        self.sandbox = Sandbox(sandbox_port)
        self.gateway = Gateway(free_port())
        self.admin_port = free_port()
        self._operations_ports = {name: free_port() for name in SERVICES}
        self._sandbox_process = Process(
            "sandbox", [ROOT / "tests/sandbox/sandbox", "--listen", f"127.0.0.1:{sandbox_port}"],
            dict(SYSTEM), folder / "sandbox.log",
        )
        self.processes = {}

    # --- running ---

    @property
    def sandbox_pid(self):
        return self._sandbox_process.pid

    def start_sandbox(self):
        self._sandbox_process.start()
        wait_until(lambda: call(self.sandbox.port, "GET", "/healthz").status == 200, "the sandbox is up",
                   seconds=30)

    def start(self, *names):
        """These services, by default all, and the sandbox."""
        if not self._sandbox_process.is_running():
            self.start_sandbox()
        for name in names or SERVICES:
            self.launch(name)
        for name in names or SERVICES:
            self.wait_ready(name)
        return self

    def launch(self, name):
        """Starts it, or starts it again after its end, without waiting."""
        log = self.folder / f"{name}.log"
        self.processes[name] = Process(name, [self.servers.binaries / name], self.environment_of(name), log)
        self.processes[name].start()

    def wait_ready(self, name, seconds=20):
        process = self.processes[name]

        def ready():
            if not process.is_running():
                raise RuntimeError(f"{name} ended right after its start:\n{process.log_tail()}")
            return self.readiness(name).status == 200

        wait_until(ready, f"{name} is ready", seconds)

    def stop(self, *names):
        """By SIGTERM; each has to end with 0."""
        for name in names:
            self.processes.pop(name).stop()

    def restart_with(self, name, **settings):
        self.stop(name)
        self.settings.update(settings)
        self.start(name)

    def kill_and_start(self, name):
        self.processes[name].kill()
        self.launch(name)

    def end(self):
        """Everything away; answers a line for each process that did not end as it should."""
        # In the order of the flow, so that nothing new comes in while the rest is finishing.
        complaints = []
        for name in SERVICES:
            if name in self.processes:
                process = self.processes.pop(name)
                code = process.end()
                if code != 0:
                    complaints.append(f"{name} ended with {code}:\n{process.log_tail()}")
        self._sandbox_process.end()
        self.database.close()
        self.servers.drop_database(self._name)
        if self._own_vhost:
            self.servers.delete_vhost(self._name)
        return complaints

    # --- what they are told ---

    def environment_of(self, name):
        environment = {
            **SYSTEM,
            "DATABASE_URL": self.database_url,
            "AMQP_URL": self.amqp_url,
            "OPS_ADDRESS": f"127.0.0.1:{self._operations_ports[name]}",
            "LOG_LEVEL": "info",
            "HOTMART_ENABLED": "true",
            "DISCORD_ENABLED": "true",
            "EMAIL_ENABLED": "true",
            "MANYCHAT_ENABLED": "true",
        }
        if name == "webhook-gateway":
            environment |= {"LISTEN_ADDRESS": f"127.0.0.1:{self.gateway.port}", "HOTMART_HOTTOK": HOTTOK}
        if name == "admin-api":
            environment["LISTEN_ADDRESS"] = f"127.0.0.1:{self.admin_port}"
        if name in ("discord-bot", "discord-worker"):
            environment |= self._discord_environment()
        if name == "manychat-worker":
            environment |= self._manychat_environment()
        if name == "messaging-worker":
            environment |= self._email_environment()
        if name == "scheduler":
            environment["SWEEP_INTERVAL_SECONDS"] = "1"
        if name == "sync-worker":
            environment |= self._hotmart_environment() | self._meta_environment()
        return environment | self.settings

    def _discord_environment(self):
        return {
            "DISCORD_API_URL": f"{self.sandbox.url}/api/v10",
            "DISCORD_BOT_TOKEN": "sandbox-bot-token",
            "DISCORD_GUILD_ID": GUILD,
            "DISCORD_NOTIFICATION_WEBHOOK": f"{self.sandbox.url}/api/webhooks/{WEBHOOK}/sandbox-webhook-token",
        }

    def _hotmart_environment(self):
        return {
            "HOTMART_API_URL": f"{self.sandbox.url}/hotmart",
            "HOTMART_TOKEN_URL": f"{self.sandbox.url}/hotmart/security/oauth/token",
            "HOTMART_CLIENT_ID": "sandbox-client",
            "HOTMART_CLIENT_SECRET": "sandbox-secret",
            "HOTMART_CALLS_PER_MINUTE": "1000000",  # tests have no minute to wait
        }

    def _meta_environment(self):
        return {
            "WHATSAPP_ENABLED": "true",
            "META_API_URL": f"{self.sandbox.url}/meta/v25.0",
            "META_ACCESS_TOKEN": "sandbox-meta-token",
            "META_WABA_ID": "300000000000001",
        }

    def _manychat_environment(self):
        return {
            "MANYCHAT_ENABLED": "true",
            "MANYCHAT_API_URL": f"{self.sandbox.url}/manychat",
            "MANYCHAT_API_TOKEN": "100200300:sandbox-token",
        }

    def _email_environment(self):
        return {
            "RESEND_API_URL": f"{self.sandbox.url}/resend",
            "RESEND_API_KEY": "re_sandbox",
            "EMAIL_FROM": "Escola Exemplo <ola@escola.example>",
        }

    # --- asking ---

    def cli(self, *arguments, seconds=30, code=0, typed=None):
        environment = {**self._discord_environment(), **self._email_environment(), **self._hotmart_environment(),
                       **self._manychat_environment(), **self._meta_environment(), **self.settings}
        return run_cli(self.servers, self.database_url, self.amqp_url, *arguments,
                       seconds=seconds, code=code, environment=environment, typed=typed)

    def readiness(self, name):
        return call(self._operations_ports[name], "GET", "/readyz", seconds=5)

    def metrics(self, name):
        """Values by name with labels, as in the text."""
        answer = call(self._operations_ports[name], "GET", "/metrics", seconds=5)
        lines = (line.rpartition(" ") for line in answer.text.splitlines() if line and not line.startswith("#"))
        return {key: float(value) for key, _, value in lines}

    def log_lines(self, name):
        """The parsed lines that the service has written so far."""
        lines = []
        for line in (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                lines.append({"message": line})
        return lines

    # --- students ---

    def link(self, person):
        """A member of the guild whose account is known."""
        self.sandbox.add_member(person)
        self.cli("student", "link", person.email, person.discord_id)

    def lifecycle_of(self, person):
        return self.database.value("SELECT lifecycle FROM users WHERE email = %s", person.email)

    def status_of(self, event):
        return self.database.value("SELECT status FROM webhook_events WHERE id = %s", event["id"])

    def audit_types(self, person):
        return self.database.column(
            "SELECT type FROM events JOIN users ON users.id = target_id WHERE email = %s ORDER BY events.created_at",
            person.email)

    # --- waiting ---

    def wait_for_status(self, event, status="processed", seconds=10):
        wait_until(lambda: self.status_of(event) == status, f"the event {event['id']} is {status}", seconds)

    def wait_for_lifecycle(self, person, lifecycle, seconds=10):
        wait_until(lambda: self.lifecycle_of(person) == lifecycle, f"{person.email} is {lifecycle}", seconds)

    def wait_for_roles(self, person, *roles, seconds=10):
        wait_until(lambda: self.sandbox.roles_of(person) == set(roles), f"{person.email} holds {roles}", seconds)

    def wait_until_idle(self, seconds=20, notices=True):
        """Nothing is due any more, apart from what waits for a person: to mend it, or to accept the rules. Without
        `notices`, the team's channel may still be waited for: Discord takes thirty posts a minute."""

        def due():
            return self.database.rows(
                """SELECT 'event', id::text, status, outcome FROM webhook_events WHERE status = 'received'
                   UNION ALL SELECT target, user_id::text, 'wanted', last_error FROM reconciliations
                             WHERE applied_version < wanted_version AND NOT failed AND target <> 'manychat'
                               AND NOT EXISTS (SELECT FROM discord_members AS member
                                               WHERE member.user_id = reconciliations.user_id AND present AND pending)
                   UNION ALL SELECT channel, id::text, status, last_error FROM messages
                             WHERE status IN ('queued', 'sending') AND channel <> 'manychat_flow'
                                   AND (%s OR channel <> 'discord_notification')
                   LIMIT 5""", notices)

        rows = []

        def idle():
            rows[:] = due()
            return not rows

        try:
            wait_until(idle, "all work is done", seconds, every=0.1)
        except AssertionError as failure:
            raise AssertionError(f"{failure}; still due: {rows}") from None
