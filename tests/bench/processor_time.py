"""How much processor time and memory processes have used, from /proc."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    # The name of the program may hold blanks, so the fields are counted from behind its closing bracket.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def seconds_of(pid):
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def seconds_of_tree(pid):
    """With its children, both those that run and those that have ended."""
    fields = _stat(pid)
    total = sum(map(int, fields[11:15]))
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                child = _stat(process.name)
            except OSError:
                continue
            if child[1] == str(pid):
                total += int(child[11]) + int(child[12])
    return total / TICKS


class Usage:
    """A moment to count from."""

    def __init__(self, ours, servers):
        self._ours = ours
        self._servers = servers
        self._before = self._now()

    def _now(self):
        return {**{name: seconds_of(pid) for name, pid in self._ours.items()},
                **{name: seconds_of_tree(pid) for name, pid in self._servers.items()}}

    def seconds_since(self):
        after = self._now()
        return {name: after[name] - before for name, before in self._before.items()}


def memory_mb(pid):
    """Now (rss), at most so far (peak), and with shared pages divided among their users (pss)."""
    found = {}
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "VmHWM"):
            found["rss" if name == "VmRSS" else "peak"] = int(value.split()[0]) / 1024
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            found["pss"] = int(line.split()[1]) / 1024
    return found
