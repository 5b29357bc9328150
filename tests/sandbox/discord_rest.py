"""The front of Discord's REST API: everything that happens before a handler sees the request."""
import json
import re
import urllib.parse

import discord_commands
import discord_direct
import discord_gateway_rest
import discord_guild
import discord_interactions
import discord_invites
import discord_messages
from answers import Answer
from discord_errors import DiscordError, Form, error, plain
from discord_events import Events
from discord_gateway import Gateway
from fields import is_snowflake
from limits import DiscordLimits, too_many
from router import Router

_AGENT = re.compile(r"DiscordBot \(.+\)")
_VERSION = re.compile(r"/v(\d+)(/.*)")
_SNOWFLAKES = ("guild", "user", "role", "channel", "webhook", "application", "interaction")
_MAJORS = ("guild", "channel", "webhook")
_NO_AUTH = ("GET /webhooks/{webhook}/{token}", "POST /webhooks/{webhook}/{token}")
_OPTIONAL_AUTH = ("GET /invites/{code}", "GET /gateway")
_VIA = "1.1 google"


class Context:
    """One request on its way to a handler."""

    __slots__ = ("state", "limits", "gateway", "host", "params", "query", "body", "files", "reason")

    def __init__(self, discord, request, params, reason):
        self.state = discord.state
        self.limits = discord.limits
        self.gateway = discord.gateway
        self.host = request.headers.get("Host", "127.0.0.1")
        self.params = params
        self.query = request.query
        self.body = None
        self.files = False
        self.reason = reason

    def object(self):
        if not isinstance(self.body, dict):
            form = Form()
            form.wrong((), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            form.finish()
        return self.body

    @staticmethod
    def check_snowflakes(form, name, values):
        for index, value in enumerate(values):
            if not is_snowflake(str(value)):
                form.wrong((name, index), "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')


class Discord:
    name = "discord"
    prefix = "/api"

    def __init__(self, state):
        self.state = state
        self.gateway = Gateway(state)
        state.events = self.gateway.events = Events(state, self.gateway)
        self.router = Router()
        names = set()
        for module in (discord_guild, discord_invites, discord_messages, discord_commands, discord_direct,
                       discord_gateway_rest, discord_interactions):
            for method, template, handler in module.ROUTES:
                self.router.add(method, template, handler)
                names.add(f"{method} {template}")
        self.limits = DiscordLimits(names)

    def relative(self, path):
        """Cuts the version off. Only webhook addresses work without one."""
        match = _VERSION.fullmatch(path)
        if match:
            return match[2], match[1] == "10"
        return path, path.startswith("/webhooks/")

    async def answer(self, request, call):
        headers = {}
        try:
            answer = await self._admit(request, call, headers)
        except DiscordError as refusal:
            answer = Answer(refusal.status, refusal.body)
        if headers:
            answer.headers.update(headers)
        if answer.raw is None:
            # Clients tell the API's own 429 from the edge's by this header.
            answer.headers["Via"] = _VIA
        return answer

    async def _admit(self, request, call, headers):
        banned = self.limits.banned_for()
        if banned:
            return Answer(429, raw=b"error code: 1015", raw_type="text/plain", headers={"Retry-After": str(int(banned) + 1)})
        # The edge looks at the User-Agent before the API sees anything.
        route, agent = call.route, request.headers.get("User-Agent", "")
        # Where the token is in the path, any client may come; bots have to say that they are one.
        if not agent or not (_AGENT.match(agent) or route is not None and self._carries_token(route)):
            raise error(40333)
        if not call.version_ok:
            raise error(50041)
        if route is None:
            raise plain(405 if call.allowed else 404)
        who = self._authorize(request, route)

        wait = None if self._answers_interaction(route, call.params) else self.limits.take_global(who)
        if wait is not None:
            extra, value = too_many(wait, True, "global", {})
            return Answer(429, value, extra)
        params = call.params
        major = next((params[m] for m in _MAJORS if m in params), "")
        if "token" in params:
            major += "/" + params["token"]
        bucket, wait = self.limits.take(route.name, major)
        if wait is not None:
            extra, value = too_many(wait, False, "user", bucket)
            return Answer(429, value, extra)
        headers.update(bucket)

        ctx = Context(self, request, params, self._reason(request))
        self._check_params(params)
        if route.method in ("POST", "PATCH") or (route.method == "PUT" and route.template.endswith("/commands")):
            await self._read_body(request, ctx, call.body)
        await call.pause()
        # No waiting from here on: what a handler does is one step for everybody else.
        result = route.handler(ctx)
        if type(result) is Answer:
            return result
        return Answer(204) if result is None else Answer(200, result)

    def _answers_interaction(self, route, params):
        """These stay outside the global limit, so that bulk work cannot make a person wait."""
        return "interaction" in params or params.get("webhook") == self.state.application["id"]

    @staticmethod
    def _carries_token(route):
        return route.name in _NO_AUTH or route.name in discord_interactions.OWN_TOKEN

    def _authorize(self, request, route):
        if self._carries_token(route):
            return request.remote
        given = request.headers.get("Authorization")
        if given is None and route.name in _OPTIONAL_AUTH:
            return request.remote
        if given != "Bot " + self.state.bot["token"]:
            raise plain(401)
        return "bot"

    @staticmethod
    def _reason(request):
        given = request.headers.get("X-Audit-Log-Reason")
        if not given:
            return None
        # Libraries differ in how much they escape; both forms are accepted.
        reason = urllib.parse.unquote(given)
        if len(reason) > 512:
            form = Form()
            form.wrong(("X-Audit-Log-Reason",), "BASE_TYPE_MAX_LENGTH", "Must be 512 or fewer in length.")
            form.finish()
        return reason

    @staticmethod
    def _check_params(params):
        form = None
        for name, value in params.items():
            if name in _SNOWFLAKES and not is_snowflake(value):
                form = form or Form()
                form.wrong((name + "_id",), "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        if form:
            form.finish()

    @staticmethod
    async def _read_body(request, ctx, raw):
        kind = request.content_type if "Content-Type" in request.headers else ""
        if kind == "multipart/form-data":
            fields = dict(await request.post())
            ctx.files = any(hasattr(v, "file") for v in fields.values())
            packed = fields.get("payload_json")
            if packed is None:
                ctx.body = {k: v for k, v in fields.items() if isinstance(v, str)}
                return
            # Text, bytes (a part with its own content type) or an upload, as the client chose to write it.
            raw = packed.file.read() if hasattr(packed, "file") else packed
        elif kind == "application/x-www-form-urlencoded":
            ctx.body = dict(urllib.parse.parse_qsl(raw.decode("utf-8", "replace")))
            return
        elif kind != "application/json":
            form = Form()
            form.wrong((), "CONTENT_TYPE_INVALID", 'Expected "Content-Type" header to be one of '
                       "{'application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'}.")
            form.finish()
        try:
            ctx.body = json.loads(raw)
        except ValueError:
            raise error(50109) from None

    # -- faults and counters -------------------------------------------------
    def rate_limited(self, fault, call):
        everywhere = fault.everywhere or fault.scope == "global"
        headers = {} if everywhere or call.route is None else self.limits.pretend(call.route.name, fault.retry_after)
        headers, value = too_many(fault.retry_after, everywhere, fault.scope, headers)
        headers["Via"] = _VIA
        return Answer(429, value, headers)

    def broken(self, status):
        return Answer(status, {"message": f"{status}: sandbox fault", "code": 0}, {"Via": _VIA})

    def done(self, call, answer):
        status = answer.status
        if status in (401, 403) or (status == 429 and answer.headers.get("X-RateLimit-Scope") != "shared"):
            self.limits.refused()
