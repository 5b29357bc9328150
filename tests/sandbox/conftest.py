"""Starts one real sandbox process for all tests; each test begins with the demo guild."""
import signal
import sys

import pytest

sys.dont_write_bytecode = True  # keeps the source tree clean

from sandbox_testing import Sandbox, free_port, start  # noqa: E402  (after the line above)


@pytest.fixture(scope="session")
def process_port():
    port = free_port()
    process = start(port)
    yield port
    process.send_signal(signal.SIGTERM)
    process.wait(5)


@pytest.fixture
def sandbox(process_port):
    found = Sandbox(process_port)
    found.control("DELETE", "/state")
    return found
