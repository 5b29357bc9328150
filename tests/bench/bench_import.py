"""`ciclo students import` of a long file: time, statements, and the command's own peak memory, for a dry run, the import,
and the same file once more."""

import contextlib
import subprocess
import time

import statements
from bench_setting import say, stack
from ciclo import SYSTEM, prepare_database
from database import Database
from hotmart import CLUB
from processor_time import memory_mb
from servers import Servers

NAME = "bench_import"
MOST_MEMORY_MB = 32


def measure(folder, options):
    figures = {}
    with stack():
        servers = Servers()
        for lines in options.lines:
            prepare_database(servers, NAME)
            try:
                with statements.counted(servers, NAME):
                    figures[lines] = _measure(servers, folder / f"{lines}.csv", lines)
            finally:
                servers.drop_database(NAME)
    return figures


def _measure(servers, file, lines):
    with file.open("w", encoding="utf-8") as out:
        out.write("email,nome,telefone,produto,início\n")
        for n in range(lines):
            out.write(f"aluno{n}@escola.example,Aluno {n},319{n % 10**8:08d},{CLUB.name},25/11/2025\n")
    found = {}
    with Database(servers.database_url_of(NAME)) as database:
        for turn, options, known in (("dry run", ["--dry-run"], 0), ("import", [], lines), ("again", [], lines)):
            say(f"{lines:,} lines, {turn}")
            statements.forget(database)
            found[turn] = _run(servers, file, *options)
            found[turn]["statements"] = statements.so_far(database)
            assert database.value("SELECT count(*) FROM facts") == known
            assert found[turn]["peak_memory_mb"] < MOST_MEMORY_MB, found[turn]
            assert turn == "import" or found[turn]["statements"]["writing"] == 0, found[turn]
    return found


def _run(servers, file, *options):
    environment = {**SYSTEM, "DATABASE_URL": servers.database_url_of(NAME), "AMQP_URL": servers.amqp_url}
    began = time.monotonic()
    child = subprocess.Popen([servers.binaries / "ciclo", "students", "import", file, *options], env=environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    peak = 0.0
    while child.poll() is None:
        # Not by wait4(): what it tells includes this program, from before the child became the command.
        with contextlib.suppress(OSError, KeyError):
            peak = max(peak, memory_mb(child.pid)["peak"])
        time.sleep(0.02)
    assert child.returncode == 0
    return {"seconds": time.monotonic() - began, "peak_memory_mb": peak}


def show(figures):
    for lines, turns in figures.items():
        for turn, row in turns.items():
            say(f"{lines:,} lines, {turn}: {row['seconds']:.1f} s, {row['statements']['total']:,} statements, of which "
                f"{row['statements']['writing']:,} write, peak memory {row['peak_memory_mb']:.1f} MB")
