"""How often each endpoint was called, and what it answered."""


class Calls:
    def __init__(self):
        self._totals = {}

    def count(self, key, outcome):
        by_status = self._totals.get(key)
        if by_status is None:
            by_status = self._totals[key] = {}
        by_status[outcome] = by_status.get(outcome, 0) + 1

    def reset(self):
        self._totals.clear()

    def view(self):
        return {
            key: {"total": sum(by_status.values()), "by_status": {str(s): n for s, n in by_status.items()}}
            for key, by_status in sorted(self._totals.items())
        }
