"""Resend's mail API: sending, idempotency keys, the team's rate limit."""
import json
import math
import time
import uuid

from answers import Answer
from fields import BadInput
from limits import Window
from resend_validate import ResendError, check, invalid
from router import Router

KEEP_SECONDS = 24 * 3600
BATCH = 100
PENDING = object()
FULL, SENDING = "full_access", "sending_access"


class ResendState:
    def __init__(self, clock):
        self.clock = clock
        self.reset()

    def reset(self):
        self.keys = {"re_sandbox": FULL}
        self.verified_domains = None  # None: every domain counts as verified
        self.emails = {}
        self.rejected = 0
        self.idempotency = {}
        self.set_rate(10)

    def set_rate(self, per_second):
        self.per_second = per_second
        self.window = Window(per_second, 1.0) if per_second else None

    def configure(self, f):
        """Takes checked control input; nothing changes unless all of it is good."""
        f.only("api_keys", "verified_domains", "per_second")
        keys = None
        if f.has("api_keys"):
            keys = {}
            for index, key in enumerate(f.get("api_keys", list)):
                if isinstance(key, str):
                    keys[key] = FULL
                    continue
                entry = type(f)(key, f"api_keys[{index}]")
                entry.only("key", "permission")
                permission = entry.get("permission", str, FULL)
                if permission not in (FULL, SENDING):
                    raise BadInput(entry.path("permission"), f"must be {FULL} or {SENDING}")
                keys[entry.get("key", str)] = permission
        domains = f.get("verified_domains", list, None, null=True)
        rate = f.get("per_second", int, self.per_second, null=True, low=1) if f.has("per_second") else self.per_second
        if keys is not None:
            self.keys = keys
        if f.has("verified_domains"):
            self.verified_domains = None if domains is None else {str(d).lower() for d in domains}
        self.set_rate(rate)

    def view(self):
        return list(self.emails.values())

    def store(self, mail, key):
        entry = {
            "id": str(uuid.uuid4()), "from": mail["from"], "to": mail["to"], "subject": mail.get("subject"),
            "html": mail.get("html"), "text": mail.get("text"), "headers": mail.get("headers") or {},
            "tags": mail.get("tags") or [], "idempotency_key": key, "at": self.clock.iso(),
            "last_event": "scheduled" if mail.get("scheduled_at") else "delivered",
        }
        for field in ("cc", "bcc", "reply_to", "template", "scheduled_at"):
            if mail.get(field) is not None:
                entry[field] = mail[field]
        self.emails[entry["id"]] = entry
        return {"id": entry["id"]}


class Resend:
    name = "resend"
    prefix = "/resend"

    def __init__(self, state):
        self.state = state
        self.router = Router()
        self.router.add("POST", "/emails", self._send)
        self.router.add("POST", "/emails/batch", self._batch)
        self.router.add("GET", "/emails/{id}", self._show)

    def relative(self, path):
        return path, True

    async def answer(self, request, call):
        headers = {}
        try:
            answer = await self._admit(request, call, headers)
        except ResendError as refusal:
            answer = Answer(refusal.status, refusal.body)
        answer.headers.update(headers)
        return answer

    async def _admit(self, request, call, headers):
        if not request.headers.get("User-Agent"):
            return Answer(403, raw=b"error code: 1010", raw_type="text/plain")
        permission = self._authorize(request)
        self._take(headers)
        if call.route is None:
            if call.allowed:
                raise ResendError(405, "method_not_allowed", "This endpoint does not support this method.")
            raise ResendError(404, "not_found", "The requested endpoint does not exist.")
        if call.method == "GET":
            await call.pause()
            return call.route.handler(permission, call.params)
        return await self._once(request, call)

    def _authorize(self, request):
        given = request.headers.get("Authorization", "")
        scheme, _, key = given.partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise ResendError(401, "missing_api_key", "Missing API key in the authorization header.")
        permission = self.state.keys.get(key.strip())
        if permission is None:
            raise ResendError(403, "invalid_api_key", "API key is invalid.")
        return permission

    def _take(self, headers):
        """The limit belongs to the team, so all keys share one window."""
        window = self.state.window
        if window is None:
            return
        now = time.monotonic()
        passed = window.take(now)
        reset = str(math.ceil(window.wait(now)))
        headers.update({"ratelimit-limit": str(window.limit), "ratelimit-remaining": str(window.left()),
                        "ratelimit-reset": reset})
        if not passed:
            headers["retry-after"] = reset
            raise ResendError(429, "rate_limit_exceeded",
                              f"Too many requests. You can only make {window.limit} requests per second.")

    async def _once(self, request, call):
        key = request.headers.get("Idempotency-Key")
        if key is None:
            await call.pause()
            return Answer(200, self._perform(request, call, None))
        if not 1 <= len(key) <= 256:
            raise ResendError(400, "invalid_idempotency_key", "The idempotency key must be between 1 and 256 characters.")
        known, now = self.state.idempotency, self.state.clock.now()
        # Compared byte by byte: a client must repeat what it sent, not something equivalent.
        sent = (call.path, call.body)
        entry = known.get(key)
        if entry is not None and entry[1] <= now:
            entry = None
        if entry is not None:
            if entry[0] != sent:
                raise ResendError(409, "invalid_idempotent_request",
                                  "This idempotency key was already used with a different request body.")
            if entry[2] is PENDING:
                raise ResendError(409, "concurrent_idempotent_requests",
                                  "A request with the same idempotency key is still in progress.")
            await call.pause()
            return Answer(200, entry[2])
        mine = (sent, now + KEEP_SECONDS, PENDING)
        known[key] = mine
        try:
            # A delay falls while the key is held, so that a second request can meet the first.
            await call.pause()
            value = self._perform(request, call, key)
            if known.get(key) is mine:
                known[key] = (sent, mine[1], value)
            return Answer(200, value)
        finally:
            # A refused request leaves the key free.
            if known.get(key) is mine:
                del known[key]

    def _perform(self, request, call, key):
        try:
            body = json.loads(call.body)
        except (TypeError, ValueError):
            raise ResendError(400, "validation_error", "The request body is not valid JSON.") from None
        if request.content_type != "application/json":
            raise ResendError(400, "validation_error", "The request must have the content type application/json.")
        return call.route.handler(body, key)

    def _send(self, body, key):
        return self.state.store(check(body, self.state.verified_domains), key)

    def _batch(self, body, key):
        if not isinstance(body, list) or not 1 <= len(body) <= BATCH:
            raise invalid(f"The batch must be an array of 1 to {BATCH} emails.")
        # One bad e-mail refuses the whole batch.
        checked = [check(mail, self.state.verified_domains) for mail in body]
        return {"data": [self.state.store(mail, key) for mail in checked]}

    def _show(self, permission, params):
        if permission == SENDING:
            raise ResendError(401, "restricted_api_key", "This API key is restricted to only send emails.")
        mail = self.state.emails.get(params["id"])
        if mail is None:
            raise ResendError(404, "not_found", "Email not found.")
        return Answer(200, {
            "object": "email", "id": mail["id"], "to": mail["to"], "from": mail["from"], "created_at": mail["at"],
            "subject": mail["subject"], "html": mail["html"], "text": mail["text"], "bcc": mail.get("bcc", []),
            "cc": mail.get("cc", []), "reply_to": mail.get("reply_to", []), "last_event": mail["last_event"],
        })

    # -- faults and counters -------------------------------------------------
    def rate_limited(self, fault, call):
        seconds = str(math.ceil(fault.retry_after))
        limit = str(self.state.per_second or 10)
        headers = {"ratelimit-limit": limit, "ratelimit-remaining": "0", "ratelimit-reset": seconds, "retry-after": seconds}
        error = ResendError(429, "rate_limit_exceeded", f"Too many requests. You can only make {limit} requests per second.")
        return Answer(429, error.body, headers)

    def broken(self, status):
        name = "internal_server_error" if status == 500 else "application_error"
        return Answer(status, ResendError(status, name, "Sandbox fault.").body)

    def done(self, call, answer):
        if call.method == "POST" and answer.status >= 400:
            self.state.rejected += 1
