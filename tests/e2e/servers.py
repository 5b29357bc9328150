"""PostgreSQL and RabbitMQ of this test run, which tests/support/stack.sh started and can break."""

import json
import os
import subprocess
import urllib.parse
import urllib.request
import base64
from pathlib import Path

from database import Database

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = ("TEST_DATABASE_URL", "TEST_AMQP_URL", "TEST_AMQP_MANAGEMENT_URL", "TEST_BIN_DIR", "TEST_STACK_DIR")


class Servers:
    def __init__(self, environment=os.environ):
        missing = [name for name in VARIABLES if not environment.get(name)]
        if missing:
            raise RuntimeError(
                f"{', '.join(missing)} not set: run `tests/run e2e`, or start servers with "
                "`tests/support/stack.sh start DIR` and export the lines that it prints"
            )
        self.database_url = environment["TEST_DATABASE_URL"]
        self.amqp_url = environment["TEST_AMQP_URL"]
        self.management_url = environment["TEST_AMQP_MANAGEMENT_URL"]
        self.binaries = Path(environment["TEST_BIN_DIR"])
        self._folder = environment["TEST_STACK_DIR"]
        if not (self.binaries / "ciclo").exists():
            raise RuntimeError(f"{self.binaries} holds no `ciclo`: build the release preset first")

    # --- databases ---

    def database_url_of(self, name):
        return urllib.parse.urlsplit(self.database_url)._replace(path="/" + name).geturl()

    def create_database(self, name, template="template1"):
        with Database(self.database_url) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop_database(self, name):
        with Database(self.database_url) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    # --- virtual hosts ---

    def manage(self, method, path, body=None):
        parts = urllib.parse.urlsplit(self.management_url)
        request = urllib.request.Request(
            f"http://{parts.hostname}:{parts.port}/api{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": "Basic " + base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode(),
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def create_vhost(self, name):
        user = urllib.parse.urlsplit(self.amqp_url).username
        self.manage("PUT", f"/vhosts/{name}", {})
        self.manage("PUT", f"/permissions/{name}/{user}", {"configure": ".*", "write": ".*", "read": ".*"})
        return urllib.parse.urlsplit(self.amqp_url)._replace(path="/" + name).geturl()

    def delete_vhost(self, name):
        self.manage("DELETE", f"/vhosts/{name}")

    def empty_default_vhost(self):
        """The only vhost that is still there after a wipe. Answers its AMQP address."""
        vhost = urllib.parse.urlsplit(self.amqp_url).path.lstrip("/")
        for queue in self.manage("GET", f"/queues/{vhost}"):
            self.manage("DELETE", f"/queues/{vhost}/{queue['name']}")
        return self.amqp_url

    # --- breaking things ---

    def _stack(self, command, *options):
        subprocess.run(
            [str(ROOT / "tests/support/stack.sh"), command, self._folder, *options],
            check=True, timeout=120, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )

    def stop_postgres(self):
        self._stack("stop-postgres")

    def start_postgres(self):
        self._stack("start-postgres")

    def restart_postgres(self):
        self._stack("restart-postgres")

    def kill_and_start_postgres(self):
        self._stack("restart-postgres", "--kill")

    def stop_rabbitmq(self):
        self._stack("stop-rabbitmq")

    def kill_rabbitmq(self):
        self._stack("stop-rabbitmq", "--kill")

    def start_rabbitmq(self):
        self._stack("start-rabbitmq")

    def restart_rabbitmq(self):
        self._stack("stop-rabbitmq")
        self._stack("start-rabbitmq")

    def wipe_rabbitmq(self):
        self._stack("wipe-rabbitmq")
