"""Meta's Graph API for WhatsApp: an account and its message templates, which can be read and never written."""
import re
from urllib.parse import urlencode

from answers import Answer
from meta_errors import GraphError, temporary, too_many_calls, unknown_object, unknown_path
from meta_listing import fields_asked, page, show
from meta_state import MANAGEMENT
from router import Router

_VERSION = re.compile(r"/v[0-9]+\.[0-9]+(/.*)", re.S)
_NODE = "/{id}"
_TEMPLATES = "/{waba}/message_templates"
# Creating and deleting; and a template is edited, or deleted, under its own id.
_WRITES = tuple((method, _TEMPLATES) for method in ("POST", "PUT", "PATCH", "DELETE")) + (("POST", _NODE), ("DELETE", _NODE))
# What the address of another page does not take over as it was asked.
_PLACE = ("access_token", "limit", "after", "before")


class Meta:
    name = "meta"
    prefix = "/meta"

    def __init__(self, state):
        self.state = state
        self.router = Router()
        self.router.add("GET", _NODE, self._account)
        self.router.add("GET", _TEMPLATES, self._templates)
        for method, template in _WRITES:
            self.router.add(method, template, self._refuse)

    def relative(self, path):
        """Cuts the version off. Nothing works without one here."""
        match = _VERSION.fullmatch(path)
        return (match[1], True) if match else (path, False)

    async def answer(self, request, call):
        try:
            if not call.version_ok or call.route is None:
                raise unknown_path(call.path)
            token = self._authorize(request)
            await call.pause()
            return Answer(200, call.route.handler(request, call.params, token))
        except GraphError as refusal:
            return self._refusal(refusal)

    def _refusal(self, refusal):
        return Answer(refusal.status, refusal.body(self.state.error_data))

    def _authorize(self, request):
        """The token, which may stand in the query as well."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        text = text.strip() if scheme.lower() == "bearer" else ""
        text = text or request.query.get("access_token", "")
        if not text:
            raise GraphError(401, 190, "An access token is required.")
        token = self.state.tokens.get(text)
        if token is None:
            raise GraphError(401, 190, "The access token cannot be read.")
        if token.expired:
            raise GraphError(401, 190, "The access token has expired.", subcode=463)
        if MANAGEMENT not in token.permissions:
            raise GraphError(403, 200, f"(#200) The permission {MANAGEMENT} is missing.")
        return text

    def _open(self, waba):
        if waba not in self.state.accounts:
            raise unknown_object(waba)
        if not self.state.take(waba):
            raise too_many_calls()

    def _account(self, request, params, token):
        self._open(params["id"])
        fields = fields_asked(request.query, ("id", "name"), ("id", "name"), "WhatsAppBusinessAccount")
        return show(self.state.account_view(params["id"]), fields)

    def _templates(self, request, params, token):
        self._open(params["waba"])
        asked = {name: value for name, value in request.query.items() if name not in _PLACE}

        def link(**place):
            # It holds the token, as Graph's own address may.
            return f"{request.scheme}://{request.host}{request.path}?" + urlencode(
                {"access_token": token, **asked, **place})

        return page(self.state, params["waba"], request.query, link)

    def _refuse(self, request, params, token):
        raise GraphError(400, 3, "(#3) Templates can only be read here.",
                         details="No template is created, changed or deleted through the API.")

    # -- faults and counters -------------------------------------------------
    def rate_limited(self, fault, call):
        return self._refusal(too_many_calls())

    def broken(self, status):
        return self._refusal(temporary(status))

    def done(self, call, answer):
        pass

    def template_writes(self, calls):
        """How many calls would have changed templates, whatever they were answered."""
        names = {f"{self.name} {method} {template}" for method, template in _WRITES}
        return sum(entry["total"] for name, entry in calls.view().items() if name in names)
