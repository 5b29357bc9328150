"""The measurements, one function each."""

import datetime
import os
import subprocess

import bench_discord
from bench_setting import FIRST_MEMBER, NO_ROLE_PRODUCT, say
from ciclo import SERVICES
from hotmart import CLUB
from processor_time import memory_mb

NO_ROLE = ("--product-id", NO_ROLE_PRODUCT)


def measure(bench, options):
    bench.prepare_pgbench()
    say("warming up")
    bench.pgbench(2)
    bench.load(3, *NO_ROLE)
    # First, while the tables are small: what is measured is a school's day, not the hour after a flood.
    figures = _discord(bench, options)
    figures["lifecycle"] = receipt_to_lifecycle(bench, options.steady_seconds)
    figures["rounds"] = [acceptance_round(bench, number, options.seconds) for number in range(1, options.rounds + 1)]
    figures["memory_mb"] = {name: memory_mb(bench.ciclo.processes[name].pid) for name in SERVICES}
    return figures


def measure_discord(bench, options):
    say("warming up")
    bench.load(3, *NO_ROLE)
    return _discord(bench, options)


def _discord(bench, options):
    figures = {"machine": machine()}
    figures["role_at_20"] = receipt_to_role(bench, 20, options.steady_seconds)
    figures["role"] = receipt_to_role(bench, 50, options.steady_seconds)
    figures["sweep"] = bench_discord.sweep_without_change(bench)
    return figures


def machine():
    model = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "unknown")
    return {"processor": model, "cores": os.cpu_count(), "load_before": os.getloadavg()[0],
            "kernel": subprocess.run(["uname", "-r"], capture_output=True, text=True, check=True).stdout.strip(),
            "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}


def acceptance_round(bench, number, seconds):
    """pgbench, then the gateway with everything behind it at work."""
    bench.settle()
    inserts = bench.pgbench(seconds)
    bench.settle()
    usage = bench.usage()
    accepts = bench.load(seconds, *NO_ROLE, "--connections", 64)
    began = datetime.datetime.now()
    bench.drain()
    lag = (datetime.datetime.now() - began).total_seconds()
    cpu = {name: spent * 1e6 / accepts["accepted"] for name, spent in usage.seconds_since().items()}
    say(f"round {number}: pgbench {inserts['rate']:,.0f}/s, p99 {inserts['latency_ms']['p99']:.1f} ms; gateway "
        f"{accepts['rate']:,.0f}/s, p99 {accepts['latency_ms']['p99']:.1f} ms; all processed {lag:.1f} s later")
    return {"pgbench": inserts, "gateway": accepts, "drained_after_seconds": lag, "cpu_us_per_webhook": cpu}


def _percentiles(values):
    ordered = sorted(values)
    return {name: ordered[min(len(ordered) - 1, int(len(ordered) * share))]
            for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1))} | {"count": len(ordered)}


def receipt_to_lifecycle(bench, seconds):
    """At 1,000 events a second, each of a new student: from the receipt to the commit of what follows."""
    bench.settle()
    since = bench.ciclo.database.value("SELECT clock_timestamp()")
    load = bench.load(seconds, *NO_ROLE, "--rate", 1000)
    bench.drain()
    # The row's last change is made by the transaction that applied the event.
    latencies = bench.ciclo.database.column(
        """SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - received_at)::float * 1000
           FROM webhook_events WHERE received_at >= %s AND status = 'processed'""", since)
    found = _percentiles(latencies) | {"acceptance": load}
    say(f"at 1,000/s: receipt to lifecycle commit p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms, "
        f"{found['count']} events, {load['errors']} errors")
    return found


def receipt_to_role(bench, per_second, seconds):
    """Purchases by known members at a fixed rate: from the receipt to the role on Discord."""
    bench.settle()
    count = per_second * seconds
    first = bench.take_members(count)
    bench_discord.forget_calls(bench)
    since = bench.ciclo.database.value("SELECT clock_timestamp()")
    load = bench.load(seconds, "--product-id", CLUB.id, "--rate", per_second,
                      "--first-student", FIRST_MEMBER + first)
    bench.drain()
    bench.ciclo.wait_until_idle(60, notices=False)
    received = dict(bench.ciclo.database.rows(
        """SELECT users.discord_id, received_at FROM webhook_events JOIN facts USING (id) JOIN users ON users.id = user_id
           WHERE received_at >= %s""", since))
    held = bench.ciclo.sandbox.state("discord.members")
    latencies = []
    for discord_id, moment in received.items():
        added = [entry for entry in held[discord_id]["role_changes"]
                 if (entry["op"], entry["role"], entry["changed"]) == ("add", CLUB.role, True)]
        assert len(added) == 1, (discord_id, held[discord_id])
        latencies.append((datetime.datetime.fromisoformat(added[0]["at"]) - moment).total_seconds() * 1000)
    assert len(latencies) == load["accepted"], (len(latencies), load)
    found = _percentiles(latencies) | {"acceptance": load}
    say(f"at {per_second}/s: receipt to role p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms, {found['count']} members")
    found["discord"] = bench_discord.per_changed_student(bench, len(latencies))
    return found


