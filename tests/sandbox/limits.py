"""Discord's rate limits: buckets, the global limit and the ban after too many refusals.

Windows are fixed and start with their first request, or slide ("sliding": true). The numbers are data (see DEFAULTS) and
can be replaced through the control API, because the real ones change without notice.
"""
import hashlib
import math
import time
from collections import deque

from fields import BadInput, Fields

ROLE = "/guilds/{guild}/members/{user}/roles/{role}"

# Role changes: 10 in a fixed window per guild has been observed, the window's length is our choice.
# Webhooks: about 5 in 2 s each, and about 30 a minute in one channel. The rest is cautious guessing.
DEFAULTS = {
    "global_per_second": 50,
    "default": {"limit": 10, "window_seconds": 1},
    "routes": {
        "PUT " + ROLE: {"limit": 10, "window_seconds": 10},
        "DELETE " + ROLE: {"limit": 10, "window_seconds": 10},
        "PATCH /guilds/{guild}/members/{user}": {"limit": 10, "window_seconds": 10},
        "GET /guilds/{guild}/members/{user}": {"limit": 5, "window_seconds": 1},
        "GET /guilds/{guild}/members": {"limit": 10, "window_seconds": 10},
        "POST /channels/{channel}/invites": {"limit": 5, "window_seconds": 5},
        "POST /channels/{channel}/messages": {"limit": 5, "window_seconds": 5},
        "POST /webhooks/{webhook}/{token}": {"limit": 5, "window_seconds": 2},
        "PUT /applications/{application}/guilds/{guild}/commands": {"limit": 5, "window_seconds": 20},
    },
    "webhooks_per_channel": {"limit": 30, "window_seconds": 60},
    "invalid_requests": {"limit": 10000, "window_seconds": 600},
}


class Window:
    __slots__ = ("limit", "seconds", "ends", "used")

    def __init__(self, limit, seconds):
        self.limit = limit
        self.seconds = seconds
        self.ends = 0.0
        self.used = 0

    def take(self, now):
        """True if there was room; `left()` and `wait()` then describe the window."""
        if now >= self.ends:
            self.ends = now + self.seconds
            self.used = 0
        if self.used >= self.limit:
            return False
        self.used += 1
        return True

    def left(self):
        return self.limit - self.used

    def wait(self, now):
        return max(0.0, self.ends - now)


class SlidingWindow:
    """Room comes back bit by bit, each time a request has become old enough."""

    __slots__ = ("limit", "seconds", "taken")

    def __init__(self, limit, seconds):
        self.limit = limit
        self.seconds = seconds
        self.taken = deque()

    def take(self, now):
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()
        if len(self.taken) >= self.limit:
            return False
        self.taken.append(now)
        return True

    def left(self):
        return self.limit - len(self.taken)

    def wait(self, now):
        return max(0.0, self.taken[0] + self.seconds - now) if self.taken else 0.0


def _rule(value, path):
    if value is None:
        return None
    f = Fields(value, path)
    f.only("limit", "window_seconds", "bucket", "sliding")
    f.get("sliding", bool, False)
    f.get("bucket", str, None)
    f.get("limit", int, low=1)
    if f.get("window_seconds", float) <= 0:
        raise BadInput(f.path("window_seconds"), "must be above 0")
    return value


def _millis_up(seconds):
    return math.ceil(seconds * 1000) / 1000


def too_many(retry_after, everywhere, scope, headers):
    """The documented 429, as (headers, body)."""
    headers.update({"Retry-After": str(math.ceil(retry_after)), "X-RateLimit-Scope": scope})
    if everywhere:
        headers["X-RateLimit-Global"] = "true"
    return headers, {"message": "You are being rate limited.", "retry_after": _millis_up(retry_after), "global": everywhere}


def bucket_id(route_name):
    return hashlib.md5(route_name.encode()).hexdigest()


class DiscordLimits:
    def __init__(self, route_names):
        self._known = route_names
        self.reset()

    def reset(self):
        self.rules = {key: DEFAULTS[key] for key in DEFAULTS}
        self._forget()

    def _forget(self):
        self._buckets = {}
        self._global = {}
        self._ids = {}
        self.over = {}  # how often each limit was overrun, by route, "global" or "channel"
        self._refusals = deque()
        self.refused_total = 0
        self._banned_until = 0.0

    def configure(self, source):
        """Each key given replaces that key as a whole; null switches it off."""
        if source is None:
            source = {key: None for key in DEFAULTS}
        f = Fields(source)
        f.only(*DEFAULTS)
        rules = dict(self.rules)
        if f.has("global_per_second"):
            rules["global_per_second"] = f.get("global_per_second", int, null=True, low=1)
        for key in ("default", "webhooks_per_channel", "invalid_requests"):
            if f.has(key):
                rules[key] = _rule(source[key], key)
        if f.has("routes"):
            rules["routes"] = f.get("routes", dict, null=True) or {}
            for name, rule in rules["routes"].items():
                if name not in self._known:
                    raise BadInput(f"routes.{name}", "is not a route of the sandbox")
                _rule(rule, f"routes.{name}")
        self.rules = rules
        self._forget()

    def _rule_of(self, name):
        routes = self.rules["routes"]
        return routes[name] if name in routes else self.rules["default"]

    def headers(self, name, window, now, remaining=None):
        wait = window.wait(now)
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.left() if remaining is None else remaining),
            "X-RateLimit-Reset": f"{time.time() + wait:.3f}",
            "X-RateLimit-Reset-After": f"{_millis_up(wait):.3f}",
            "X-RateLimit-Bucket": self._id(name),
        }

    def _id(self, name):
        found = self._ids.get(name)
        if found is None:
            found = self._ids[name] = bucket_id(name)
        return found

    def pretend(self, name, retry_after):
        """Headers of a 429 that only a fault causes."""
        rule = self._rule_of(name) or {"limit": 5, "window_seconds": retry_after}
        window = Window(rule["limit"], retry_after)
        now = time.monotonic()
        window.ends = now + retry_after
        return self.headers((rule.get("bucket") or name), window, now, remaining=0)

    def take_global(self, who):
        """None, or the seconds to wait for the next one-second window."""
        per_second = self.rules["global_per_second"]
        if per_second is None:
            return None
        now = time.monotonic()
        window = self._global.get(who)
        if window is None:
            window = self._global[who] = Window(per_second, 1.0)
        if window.take(now):
            return None
        self._count_over("global")
        return window.wait(now)

    def _count_over(self, name):
        self.over[name] = self.over.get(name, 0) + 1

    def take(self, name, major):
        """(headers, None) when let through, (headers, seconds to wait) when not."""
        rule = self._rule_of(name)
        if rule is None:
            return {}, None
        bucket = rule.get("bucket") or name
        window = self._window((bucket, major), rule)
        now = time.monotonic()
        passed = window.take(now)
        if not passed:
            self._count_over(name)
        return self.headers(bucket, window, now), None if passed else window.wait(now)

    def take_channel(self, channel):
        """The limit that all webhooks of one channel share; seconds to wait, or None."""
        rule = self.rules["webhooks_per_channel"]
        if rule is None:
            return None
        window = self._window(("channel", channel), rule)
        now = time.monotonic()
        if window.take(now):
            return None
        self._count_over("channel")
        return window.wait(now)

    def _window(self, key, rule):
        window = self._buckets.get(key)
        if window is None:
            kind = SlidingWindow if rule.get("sliding") else Window
            window = self._buckets[key] = kind(rule["limit"], rule["window_seconds"])
        return window

    def refused(self):
        """Counts a 401, 403 or 429; too many in the window end in a ban."""
        self.refused_total += 1
        rule = self.rules["invalid_requests"]
        if rule is None:
            return
        now = time.monotonic()
        if now < self._banned_until:
            return  # knocking during the ban does not lengthen it
        self._refusals.append(now)
        while self._refusals[0] <= now - rule["window_seconds"]:
            self._refusals.popleft()
        if len(self._refusals) >= rule["limit"]:
            self._banned_until = now + rule["window_seconds"]
            self._refusals.clear()

    def banned_for(self):
        return max(0.0, self._banned_until - time.monotonic()) if self._banned_until else 0.0
