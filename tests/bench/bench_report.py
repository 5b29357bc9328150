"""The table at the end: what was measured, what was to be reached, and whether it was."""

import json
from statistics import median

from ciclo import SERVICES


def _checks(figures):
    """(what, measured, target, reached)"""
    return _discord_checks(figures) + (_load_checks(figures) if "rounds" in figures else [])


def _discord_checks(figures):
    return [
        ("receipt to role, p99 at 50/s", f"{figures['role']['p99']:.1f} ms", "at most 100 ms",
         figures["role"]["p99"] <= 100),
        ("the same at 20/s, within Discord's own limit", f"{figures['role_at_20']['p99']:.1f} ms", "at most 100 ms",
         figures["role_at_20"]["p99"] <= 100),
        ("calls of Discord per changed student", f"{figures['role']['discord']['per_student']:.2f}", "at most 2",
         figures["role"]["discord"]["per_student"] <= 2),
        (f"calls in a sweep over {figures['sweep']['students']} unchanged students, beyond the member pages",
         f"{figures['sweep']['beyond_pages']}", "0", figures["sweep"]["beyond_pages"] == 0),
    ]


def _load_checks(figures):
    rounds = figures["rounds"]
    ratio = median(r["gateway"]["rate"] / r["pgbench"]["rate"] for r in rounds)
    ours = median(r["gateway"]["latency_ms"]["p99"] for r in rounds)
    theirs = median(r["pgbench"]["latency_ms"]["p99"] for r in rounds)
    cpu = median(sum(r["cpu_us_per_webhook"][name] for name in SERVICES) for r in rounds)
    fattest, most = max(((name, m["peak"]) for name, m in figures["memory_mb"].items()), key=lambda pair: pair[1])
    errors = sum(r["gateway"]["errors"] for r in rounds)
    return [
        ("durable acceptance, times pgbench", f"{ratio:.2f}", "at least 1.30", ratio >= 1.3),
        ("acceptance p99", f"{ours:.1f} ms", f"at most pgbench's {theirs:.1f} ms", ours <= theirs),
        ("errors at full load", f"{errors}", "0", errors == 0),
        ("receipt to lifecycle commit, p99 at 1,000/s", f"{figures['lifecycle']['p99']:.1f} ms", "at most 20 ms",
         figures["lifecycle"]["p99"] <= 20),
        ("our processor time per webhook", f"{cpu:.0f} µs", "at most 150 µs", cpu <= 150),
        (f"memory of the largest process ({fattest}), peak", f"{most:.1f} MB", "at most 20 MB", most <= 20),
    ]


def show(figures):
    machine = figures["machine"]
    print(f"\n{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}, {machine['at']}, "
          f"load before {machine['load_before']:.1f}")
    if "rounds" in figures:
        _show_rounds(figures)
    print(f"\n{'target':<72}{'measured':>12}   {'wanted':<28}")
    for what, measured, wanted, reached in _checks(figures):
        print(f"{what:<72}{measured:>12}   {wanted:<28}{'reached' if reached else 'NOT REACHED'}")


def _show_rounds(figures):
    print(f"\n{'per process':<20}{'processor µs':>14}{'memory MB':>12}{'peak MB':>10}{'shared out MB':>15}")
    rounds = figures["rounds"]
    for name in (*SERVICES, "postgresql", "rabbitmq"):
        spent = median(r["cpu_us_per_webhook"][name] for r in rounds)
        memory = figures["memory_mb"].get(name)
        row = f"{name:<20}{spent:>14.1f}"
        if memory:
            row += f"{memory['rss']:>12.1f}{memory['peak']:>10.1f}{memory['pss']:>15.1f}"
        print(row)

    print(f"\n{'round':<8}{'pgbench/s':>11}{'p50':>8}{'p99 ms':>9}{'gateway/s':>12}{'p50':>8}{'p99 ms':>9}{'ratio':>8}")
    for number, r in enumerate(rounds, start=1):
        theirs, ours = r["pgbench"], r["gateway"]
        print(f"{number:<8}{theirs['rate']:>11,.0f}{theirs['latency_ms']['p50']:>8.1f}{theirs['latency_ms']['p99']:>9.1f}"
              f"{ours['rate']:>12,.0f}{ours['latency_ms']['p50']:>8.1f}{ours['latency_ms']['p99']:>9.1f}"
              f"{ours['rate'] / theirs['rate']:>8.2f}")


def write_json(figures, path):
    checks = [{"what": what, "measured": measured, "wanted": wanted, "reached": reached}
              for what, measured, wanted, reached in _checks(figures)]
    path.write_text(json.dumps({**figures, "targets": checks}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
