"""The real binaries against the throw-away servers: see tests/support/stack.sh."""

import os
import sys

import pytest

sys.dont_write_bytecode = True  # keeps the source tree clean

from ciclo import SERVICES, Ciclo, prepare_database  # noqa: E402  (after the line above)
from hotmart import Person  # noqa: E402
from sandbox_client import VISITOR_ROLE  # noqa: E402
from servers import Servers  # noqa: E402

# One for each process of pytest-xdist.
TEMPLATE = f"e2e_template_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


def pytest_configure(config):
    config.addinivalue_line("markers", "alone: stops the servers, so that no other test may run beside it")


@pytest.fixture(scope="session")
def servers():
    try:
        return Servers()
    except RuntimeError as missing:
        # Once, and not in each of a hundred tests.
        pytest.exit(str(missing), returncode=1)


@pytest.fixture(scope="session")
def template(servers):
    """A database that is copied for each ciclo: faster than migrating each."""
    prepare_database(servers, TEMPLATE)
    yield TEMPLATE
    servers.drop_database(TEMPLATE)


def ended(ciclo):
    complaints = ciclo.end()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="module")
def shared_ciclo(servers, template, tmp_path_factory):
    """Runs for all tests of a file; they meet only their own students."""
    ciclo = Ciclo(servers, tmp_path_factory.mktemp("ciclo"), template)
    try:
        ciclo.start()
        ciclo.sandbox.lift_limits()
        yield ciclo
    finally:
        ended(ciclo)


@pytest.fixture
def ciclo(shared_ciclo):
    gone = [name for name in SERVICES if not shared_ciclo.processes[name].is_running()]
    assert not gone, f"ended before this test: {gone}"
    shared_ciclo.sandbox.clear_faults()
    yield shared_ciclo
    shared_ciclo.sandbox.clear_faults()


@pytest.fixture
def new_ciclo(servers, template, tmp_path):
    """Makes a ciclo that is the test's own, not started yet."""
    made = []

    def make(base=template, amqp_url=None, **settings):
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Ciclo(servers, folder, base, amqp_url, settings))
        return made[-1]

    try:
        yield make
    finally:
        for one in made:
            ended(one)


@pytest.fixture(scope="module")
def lone_admin_api(servers, template, tmp_path_factory):
    """A ciclo of which only the admin API runs, behind a proxy that tells addresses."""
    ciclo = Ciclo(servers, tmp_path_factory.mktemp("admin"), template, settings={"TRUST_FORWARDED_FOR": "true"})
    try:
        yield ciclo.start("admin-api")
    finally:
        ended(ciclo)


@pytest.fixture(scope="module")
def lone_sync_worker(servers, template, tmp_path_factory):
    """A ciclo of which only the sync-worker runs: what it writes, nobody else does."""
    ciclo = Ciclo(servers, tmp_path_factory.mktemp("sync"), template)
    try:
        yield ciclo.start("sync-worker")
    finally:
        ended(ciclo)


@pytest.fixture
def person():
    return Person()


@pytest.fixture
def member(ciclo):
    """A visitor of the guild whose account is known: has bought nothing yet."""
    someone = Person()
    ciclo.link(someone)
    ciclo.wait_for_roles(someone, VISITOR_ROLE)
    return someone
