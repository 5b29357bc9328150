"""The front of Hotmart's REST API: tokens, the rate limit, and what goes wrong before a handler sees a request."""
import math
import time

import hotmart_club
import hotmart_listings
from answers import Answer
from hotmart_listings import Empty, HotmartError
from router import Router

TOKEN = "/security/oauth/token"


class Context:
    """One request on its way to a handler."""

    __slots__ = ("state", "path", "params", "query")

    def __init__(self, state, path, params, query):
        self.state = state
        self.path = path
        self.params = params
        self.query = query


class Hotmart:
    name = "hotmart"
    prefix = "/hotmart"

    def __init__(self, state):
        self.state = state
        self.router = Router()
        self.router.add("POST", TOKEN, None)
        for module in (hotmart_listings, hotmart_club):
            for method, template, handler in module.ROUTES:
                self.router.add(method, template, handler)

    def relative(self, path):
        return path, True

    async def answer(self, request, call):
        headers = {}
        try:
            if call.path == TOKEN:
                return await self._token(request, call)
            return await self._admit(request, call, headers)
        except HotmartError as refusal:
            return Answer(refusal.status, refusal.body, headers)
        except Empty:
            return Answer(200, None, headers)

    async def _token(self, request, call):
        if call.route is None:
            raise HotmartError(405, "method_not_allowed", "This endpoint does not support this method.")
        state = self.state
        # The parameters may stand in the query or in a form.
        given = dict(request.query)
        if call.body:
            given.update(part.split("=", 1) for part in call.body.decode().split("&") if "=" in part)
        good = given.get("grant_type") == "client_credentials" and given.get("client_id") == state.client["id"] and \
            given.get("client_secret") == state.client["secret"] and \
            request.headers.get("Authorization") == "Basic " + state.basic()
        await call.pause()
        if not good:
            raise HotmartError(401, "unauthorized", "The client credentials are not valid.")
        return Answer(200, {"access_token": state.issue_token(), "token_type": "bearer",
                            "expires_in": state.token_seconds, "scope": "read write",
                            "jti": "da2eff63-0000-4000-8000-5cc8f36aaaaa"})

    async def _admit(self, request, call, headers):
        state = self.state
        self._authorize(request)
        self._take(headers)
        await call.pause()
        if call.route is None:
            if call.allowed:
                raise HotmartError(405, "method_not_allowed", "This endpoint does not support this method.")
            if call.path.startswith("/club/"):
                raise Empty
            raise HotmartError(404, "not_found", "The requested endpoint does not exist.")
        if state.broken_products and state.broken_products.intersection(request.query.getall("product_id", [])):
            raise HotmartError(500, "internal_server_error", "An unexpected error has happened.")
        context = Context(state, call.path, call.params, request.query)
        return Answer(200, call.route.handler(context), headers)

    def _authorize(self, request):
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or token not in self.state.tokens:
            raise HotmartError(401, "invalid_token", "The access token is not valid.")
        if self.state.tokens[token] <= self.state.clock.now():
            raise HotmartError(401, "token_expired", "The access token has expired.")

    def _take(self, headers):
        window = self.state.window
        if window is None:
            return
        now = time.monotonic()
        passed = window.take(now)
        left = str(window.left())
        headers.update({"RateLimit-Limit": str(window.limit), "RateLimit-Remaining": left,
                        "RateLimit-Reset": str(math.ceil(window.wait(now))),
                        "X-RateLimit-Limit-Minute": str(window.limit), "X-RateLimit-Remaining-Minute": left})
        if not passed:
            raise HotmartError(429, "too_many_requests", "The limit of calls per minute is reached.")

    # -- faults and counters -------------------------------------------------
    def rate_limited(self, fault, call):
        headers = {"RateLimit-Limit": "500", "RateLimit-Remaining": "0",
                   "RateLimit-Reset": str(math.ceil(fault.retry_after))}
        return Answer(429, HotmartError(429, "too_many_requests", "The limit of calls per minute is reached.").body, headers)

    def broken(self, status):
        return Answer(status, HotmartError(status, "internal_server_error", "Sandbox fault.").body)

    def done(self, call, answer):
        pass
