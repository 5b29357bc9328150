"""Waiting for something to become true, always with a bound."""

import time

# The seconds that a test names are those of an idle machine. A busy one may take longer; only a failure costs that time.
BUSY_MACHINE = 3


def wait_until(check, what, seconds=10.0, every=0.05):
    """Answers the first truthy value of `check()`. A failing check counts as "not yet"."""
    seconds *= BUSY_MACHINE
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
