"""The sandbox's wall clock. It can be moved forward, so that a week passes in a test."""
import time
from datetime import datetime, timezone


class Clock:
    def __init__(self):
        self.offset = 0.0

    def now(self):
        return time.time() + self.offset

    def advance(self, seconds):
        self.offset += seconds

    def iso(self):
        return iso(self.now())


def iso(seconds):
    stamp = datetime.fromtimestamp(seconds, timezone.utc)
    return stamp.isoformat(timespec="microseconds")
