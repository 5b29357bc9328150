"""Waiting for something to become true, always with a bound."""

import time


def wait_until(check, what, seconds=10.0, every=0.05):
    """Answers the first truthy value of `check()`. A failing check counts as "not yet"."""
    deadline = time.monotonic() + seconds
    last = None
    while True:
        try:
            last = check()
        except (AssertionError, OSError) as failure:
            last = failure
        else:
            if last:
                return last
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {seconds} s: {what}; last seen: {last!r}")
        time.sleep(every)
