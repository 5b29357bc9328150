"""Our own child processes: started with nothing but the given environment, ended by their pid."""

import random
import signal
import socket
import subprocess
from pathlib import Path

PATIENCE_AT_THE_END = 30  # seconds that a service may take to finish its work after SIGTERM

_given_out = {}  # port: what keeps it


def free_port():
    """Below 32768, where the system takes the ports of outgoing connections from. Nobody else who asks here, in whatever
    process, gets the same one as long as this process lives."""
    while True:
        port = random.randint(20000, 32000)
        if port in _given_out:
            continue
        # An abstract name: exclusive on this machine, and gone with the process.
        keeper = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with socket.socket() as probe:
            try:
                keeper.bind(f"\0ciclo-test-port-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError:
                keeper.close()
                continue
        _given_out[port] = keeper
        return port


class Process:
    def __init__(self, name, command, environment, log):
        self.name = name
        self.command = [str(part) for part in command]
        self.environment = environment
        self.log = Path(log)
        self._child = None

    @property
    def pid(self):
        return self._child.pid

    def is_running(self):
        return self._child is not None and self._child.poll() is None

    def start(self):
        assert not self.is_running(), f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def send(self, number):
        self._child.send_signal(number)

    def kill(self):
        """As the kernel does when memory runs out: no chance to finish anything."""
        assert self.is_running(), f"{self.name} had ended by itself:\n{self.log_tail()}"
        self.send(signal.SIGKILL)
        self._child.wait(PATIENCE_AT_THE_END)

    def end(self):
        """Asks it to stop; answers its exit code, or the reason why there is none."""
        if self._child is None:
            return 0
        if self.is_running():
            self.send(signal.SIGTERM)
        try:
            return self._child.wait(PATIENCE_AT_THE_END)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self._child.wait()
            return f"killed: still there {PATIENCE_AT_THE_END} s after SIGTERM"

    def stop(self):
        code = self.end()
        assert code == 0, f"{self.name} ended with {code}:\n{self.log_tail()}"

    def log_text(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def log_tail(self, lines=15):
        return "\n".join(self.log_text().splitlines()[-lines:])
