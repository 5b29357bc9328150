"""Errors, delays and broken connections that a test asks for."""
import random
import re
from urllib.parse import unquote_plus

from fields import BadInput, Fields

KINDS = ("status", "drop", "drop_after", "latency", "rate_limit", "body")
_FIELDS = ("provider", "method", "path", "kind", "status", "body", "headers", "content_type", "latency_ms",
           "retry_after", "global", "scope", "probability", "after", "times", "seed", "contains")


def glob(pattern):
    """`*` stays inside one path segment, `**` crosses them; a lone `*` is everything."""
    if pattern == "*":
        return re.compile(".*", re.S)
    pieces = re.split(r"(\*\*|\*)", pattern)
    known = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(known.get(p) or re.escape(p) for p in pieces), re.S)


class Carried:
    """What a request carries besides its path, made into text only when a fault looks for something in it."""

    __slots__ = ("_url", "_body", "_text")

    def __init__(self, url, body):
        self._url = url
        self._body = body
        self._text = None

    def __contains__(self, wanted):
        if self._text is None:
            # The query as it was sent and as it is meant; the lines keep the parts from running into each other.
            query = self._url.raw_query_string
            self._text = "\n".join((query, unquote_plus(query), self._body.decode(errors="replace")))
        return wanted in self._text


class Fault:
    def __init__(self, number, source, providers):
        f = Fields(source)
        f.only(*_FIELDS)
        self.id = str(number)
        self.source = source
        self.provider = f.get("provider", str)
        if self.provider not in providers:
            raise BadInput("provider", "must be one of " + ", ".join(sorted(providers)))
        self.method = f.get("method", str, "*").upper()
        self.path = glob(f.get("path", str, "*"))
        self.kind = f.get("kind", str)
        if self.kind not in KINDS:
            raise BadInput("kind", "must be one of " + ", ".join(KINDS))
        self.status = f.get("status", int, None if self.kind == "body" else 500, low=200, high=599)
        self.body = source.get("body")
        if self.kind == "body" and "body" not in source:
            raise BadInput("body", "is required for the kind body")
        self.headers = f.get("headers", dict, {})
        for name, value in self.headers.items():
            if not isinstance(value, str):
                raise BadInput(f"headers.{name}", "must be a string")
        self.content_type = f.get("content_type", str, "text/html")
        self.latency = f.get("latency_ms", float, 0.0, low=0) / 1000
        if self.kind == "latency" and "latency_ms" not in source:
            raise BadInput("latency_ms", "is required for the kind latency")
        self.retry_after = f.get("retry_after", float, 1.0, low=0)
        self.everywhere = f.get("global", bool, False)
        self.scope = f.get("scope", str, "global" if self.everywhere else "user")
        if self.scope not in ("user", "global", "shared"):
            raise BadInput("scope", "must be user, global or shared")
        self.probability = f.get("probability", float, 1.0, low=0, high=1)
        self.spared = f.get("after", int, 0, low=0)
        self.left = f.get("times", int, None, null=True, low=0)
        self.contains = f.get("contains", str, None)
        if self.contains == "":
            raise BadInput("contains", "must not be empty")
        self.hits = 0
        # Its own generator, so that another fault's dice do not change this one's sequence.
        self._dice = random.Random(f.get("seed", int, number))

    def strikes(self, provider, method, path, carried):
        if self.left == 0 or provider != self.provider or self.method not in ("*", method):
            return False
        if not self.path.fullmatch(path):
            return False
        # Before anything is counted, so that a limited fault waits for the request it is meant for.
        if self.contains is not None and self.contains not in carried:
            return False
        if self.spared > 0:
            self.spared -= 1
            return False
        if self.probability < 1 and self._dice.random() >= self.probability:
            return False
        if self.left is not None:
            self.left -= 1
        self.hits += 1
        return True

    def view(self):
        return {**self.source, "id": self.id, "hits": self.hits, "left": self.left}


class Plan:
    """What happens to one request: a delay, and at most one other fault."""

    __slots__ = ("delay", "fault")

    def __init__(self):
        self.delay = 0.0
        self.fault = None


class Faults:
    def __init__(self, providers):
        self._providers = providers
        self._faults = {}
        self._next = 1

    def add(self, source):
        if not isinstance(source, dict):
            raise BadInput("body", "must be an object")
        fault = Fault(self._next, source, self._providers)
        self._next += 1
        self._faults[fault.id] = fault
        return fault.id

    def remove(self, fault_id):
        return self._faults.pop(fault_id, None) is not None

    def clear(self):
        self._faults.clear()

    def reset(self):
        self.clear()
        self._next = 1  # default seeds come from the number, so a reset must repeat them

    def view(self):
        return [fault.view() for fault in self._faults.values()]

    def plan(self, provider, method, path, url, body):
        if not self._faults:
            return None
        plan, carried = Plan(), Carried(url, body)
        for fault in self._faults.values():
            # Only one fault can answer, but every delay adds up.
            if plan.fault is not None and fault.kind != "latency":
                continue
            if fault.strikes(provider, method, path, carried):
                if fault.kind == "latency":
                    plan.delay += fault.latency
                else:
                    plan.fault = fault
        return plan
