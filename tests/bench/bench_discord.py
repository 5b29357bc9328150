"""How often Discord is called: for a student who changes, and for one who does not."""

from bench_setting import say
from job_runs import run_job

# Posts to the team's channel and the bot's own start say nothing about a student.
_NOT_ABOUT_STUDENTS = ("/webhooks/", "/gateway", "/applications/", "/users/@me", "/guilds/{guild}/roles",
                       "/guilds/{guild}/channels")
_PAGES = "discord GET /guilds/{guild}/members"


def calls(bench):
    """By route, since the counters were emptied."""
    return {route: counted["total"] for route, counted in bench.ciclo.sandbox.state("calls").items()
            if route.startswith("discord ") and not any(part in route for part in _NOT_ABOUT_STUDENTS)}


def forget_calls(bench):
    bench.ciclo.sandbox.control("DELETE", "/calls")


def per_changed_student(bench, students):
    """Of the run just measured, whose counters were emptied before it."""
    found = calls(bench)
    per_student = sum(found.values()) / students
    say(f"calls of Discord per changed student: {per_student:.2f} ({found})")
    return {"students": students, "calls": found, "per_student": per_student}


def sweep_without_change(bench):
    """A pass over everybody in which nothing is to be done: only the pages of the member list are read."""
    run_job(bench.ciclo, "reconcile_discord", seconds=120)  # whatever was still to be repaired
    bench.settle()
    forget_calls(bench)
    counters = run_job(bench.ciclo, "reconcile_discord", seconds=120)
    bench.ciclo.wait_until_idle(60, notices=False)
    found = calls(bench)
    students = counters["students"]
    beyond_pages = sum(count for route, count in found.items() if route != _PAGES)
    say(f"a sweep over {students} unchanged students: {found.get(_PAGES, 0)} pages and {beyond_pages} other calls")
    return {"students": students, "pages": found.get(_PAGES, 0), "beyond_pages": beyond_pages}
