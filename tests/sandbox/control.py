"""The /_sandbox routes: what tests and demos use to look and to meddle."""
import json

from aiohttp import web

import control_discord
import control_gateway
import control_interactions
import control_hotmart
import control_manychat
import control_meta
from answers import encode
from control_state import view
from fields import BadInput, Fields
from router import Router

_LAST_EVENTS = ("queued", "scheduled", "sent", "delivered", "delivery_delayed", "bounced", "complained", "opened",
                "clicked", "failed", "canceled", "suppressed")


DONE = {"ok": True}


class NotFound(Exception):
    """`body` may carry a provider's own error code."""

    def __init__(self, message, code=None):
        super().__init__(message)
        self.body = {"error": message}
        if code is not None:
            self.body["code"] = code


class Control:
    def __init__(self, world):
        self.world = world
        self.router = Router()
        add = self.router.add
        add("GET", "/_sandbox/state", self._state)
        add("DELETE", "/_sandbox/state", self._reset)
        add("GET", "/_sandbox/calls", self._calls)
        add("DELETE", "/_sandbox/calls", self._reset_calls)
        add("GET", "/_sandbox/faults", self._faults)
        add("POST", "/_sandbox/faults", self._add_fault)
        add("DELETE", "/_sandbox/faults", self._clear_faults)
        add("DELETE", "/_sandbox/faults/{id}", self._remove_fault)
        add("POST", "/_sandbox/clock", self._advance)
        add("PUT", "/_sandbox/resend", self._resend)
        add("PUT", "/_sandbox/resend/emails/{id}", self._email)
        add("GET", "/_sandbox/discord/limits", self._limits)
        add("PUT", "/_sandbox/discord/limits", self._set_limits)
        control_discord.add_routes(add, world, NotFound, DONE)
        control_gateway.add_routes(add, world, NotFound, DONE)
        control_interactions.add_routes(add, world, NotFound, DONE)
        control_hotmart.add_routes(add, world, DONE)
        control_manychat.add_routes(add, world, NotFound, DONE)
        control_meta.add_routes(add, world, NotFound, DONE)

    async def handle(self, request, path):
        route, params, allowed = self.router.find(request.method, path)
        if route is None:
            return reply(405 if allowed else 404, {"error": "no such control route"})
        raw = await request.read()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            return reply(400, {"error": "body: is not JSON", "field": "body"})
        try:
            result = route.handler(params, body, request.query)
        except BadInput as wrong:
            return reply(400, {"error": str(wrong), "field": wrong.field})
        except NotFound as missing:
            return reply(404, missing.body)
        return reply(200, result)

    def _state(self, params, body, query):
        return view(self.world, query.get("part"))

    def _reset(self, params, body, query):
        self.world.reset()
        return DONE

    def _calls(self, params, body, query):
        return self.world.calls.view()

    def _reset_calls(self, params, body, query):
        self.world.calls.reset()
        return DONE

    def _faults(self, params, body, query):
        return self.world.faults.view()

    def _add_fault(self, params, body, query):
        return {"id": self.world.faults.add(body)}

    def _clear_faults(self, params, body, query):
        self.world.faults.clear()
        return DONE

    def _remove_fault(self, params, body, query):
        if not self.world.faults.remove(params["id"]):
            raise NotFound("no such fault")
        return DONE

    def _advance(self, params, body, query):
        f = Fields(body)
        f.only("advance_seconds")
        self.world.clock.advance(f.get("advance_seconds", float, low=0))
        return {"now": self.world.clock.iso()}

    def _resend(self, params, body, query):
        self.world.resend.state.configure(Fields(body))
        return DONE

    def _email(self, params, body, query):
        mail = self.world.resend.state.emails.get(params["id"])
        if mail is None:
            raise NotFound("no such e-mail")
        f = Fields(body)
        f.only("last_event")
        event = f.get("last_event", str)
        if event not in _LAST_EVENTS:
            raise BadInput("last_event", "must be one of " + ", ".join(_LAST_EVENTS))
        mail["last_event"] = event
        return DONE

    def _limits(self, params, body, query):
        return self.world.discord.limits.rules

    def _set_limits(self, params, body, query):
        self.world.discord.limits.configure(body)
        return self.world.discord.limits.rules


def reply(status, value):
    return web.Response(status=status, body=encode(value), headers={"Content-Type": "application/json"})
