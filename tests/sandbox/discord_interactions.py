"""A member runs a command; the application answers over HTTP, first within three seconds and then for a quarter of an hour."""
import secrets

import discord_objects as objects
from answers import Answer
from clock import iso
from discord_errors import Form, error
from discord_message_form import read_message

ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 900.0
MESSAGE, DEFERRED, MODAL = 4, 5, 9
EPHEMERAL = 1 << 6
LOADING = 1 << 7


class Interaction:
    """`messages[0]` is the original answer, "thinking" until it has a content."""

    def __init__(self, state, user_id, channel_id, command, options):
        self.id = state.snowflake()
        self.token = "aW50ZXJhY3Rpb24" + secrets.token_urlsafe(96)
        self.user_id = user_id
        self.channel_id = channel_id
        self.command = command
        self.options = options
        self.at = state.clock.now()
        self.delivered = 0
        self.callback = None
        self.messages = []
        self.too_late = 0
        self.repeated = 0

    def status(self, now):
        if self.callback is None:
            return "waiting" if now < self.at + ANSWER_SECONDS else "no_response"
        if self.callback["type"] == DEFERRED and self.messages and self.messages[0]["flags"] & LOADING:
            return "thinking"
        return "answered"

    def view(self, now):
        return {"id": self.id, "user_id": self.user_id, "channel_id": self.channel_id, "command": self.command["name"],
                "options": self.options, "at": iso(self.at), "delivered": self.delivered, "status": self.status(now),
                "callback": self.callback, "too_late": self.too_late, "repeated": self.repeated,
                "messages": [{"id": m["id"], "content": m["content"], "embeds": m["embeds"],
                              "ephemeral": bool(m["flags"] & EPHEMERAL), "edits": m["edits"]} for m in self.messages]}


def payload(state, interaction, member, locale):
    """INTERACTION_CREATE for a command that was run in the guild."""
    channel, guild, command = state.channels[interaction.channel_id], state.guild["id"], interaction.command
    person = objects.member(member)
    person.update(permissions=str(state.roles[guild].permissions), roles=list(member.roles))
    kinds = {o["name"]: o["type"] for o in command.get("options") or []}
    return {
        "id": interaction.id, "application_id": state.application["id"], "type": 2, "token": interaction.token,
        "version": 1, "guild_id": guild, "channel_id": channel["id"],
        "channel": {"id": channel["id"], "type": channel["type"], "name": channel["name"]},
        "guild": {"id": guild, "locale": "pt-BR", "features": []}, "member": person,
        "data": {"id": command["id"], "type": 1, "name": command["name"], "guild_id": guild,
                 "options": [{"type": kinds[n], "name": n, "value": v} for n, v in interaction.options.items()]},
        "app_permissions": "442368", "locale": locale, "guild_locale": "pt-BR", "entitlements": [],
        "authorizing_integration_owners": {"0": guild}, "context": 0, "attachment_size_limit": 10485760,
    }


# -- the first answer --------------------------------------------------------------
def callback(ctx):
    state, now = ctx.state, ctx.state.clock.now()
    found = state.interactions.get(ctx.params["interaction"])
    if found is None or not secrets.compare_digest(found.token, ctx.params["token"]):
        raise error(10062)
    if found.callback is not None:
        found.repeated += 1
        raise error(40060)
    if now >= found.at + ANSWER_SECONDS:
        found.too_late += 1
        raise error(10062)
    body, form = ctx.object(), Form()
    kind = body.get("type")
    data = body.get("data") or {}
    if kind not in (MESSAGE, DEFERRED):  # the other types answer buttons, forms and suggestions
        form.wrong(("type",), "BASE_TYPE_CHOICES", "Value must be one of {4, 5}.")
    if not isinstance(data, dict):
        form.wrong(("data",), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    form.finish()
    if kind == MESSAGE:
        content = read_message(data, files=ctx.files)
    else:
        # Whether the later text is for one pair of eyes is decided here, and nothing else is.
        content = {"content": "", "embeds": [], "flags": LOADING | form.integer(data, "flags", 0, 1 << 31, 0) & EPHEMERAL}
        form.finish()
    message = _new_message(state, content)
    found.messages.append(message)
    found.callback = {"type": kind, "flags": message["flags"] & EPHEMERAL, "at": iso(now),
                      "after_ms": round((now - found.at) * 1000)}
    if ctx.query.get("with_response") in ("true", "True", "1"):
        return {"interaction": {"id": found.id, "type": 2, "response_message_id": message["id"],
                                "response_message_loading": kind == DEFERRED,
                                "response_message_ephemeral": bool(message["flags"] & EPHEMERAL)},
                "resource": {"type": kind, "message": _shown(state, found, message)}}
    return None


# -- what follows --------------------------------------------------------------------
def _need(ctx):
    """The interaction of a token that still works."""
    state = ctx.state
    found = next((i for i in state.interactions.values() if i.token == ctx.params["token"]), None)
    if found is None or state.clock.now() >= found.at + TOKEN_SECONDS:
        raise error(50027)
    if found.callback is None:
        raise error(10015)  # before the first answer there is nothing to add to
    return found


def _need_message(ctx, interaction):
    wanted = ctx.params.get("message", "@original")
    for index, message in enumerate(interaction.messages):
        if message["id"] == wanted or (wanted == "@original" and index == 0):
            return message
    raise error(10008)


def follow_up(ctx):
    found = _need(ctx)
    content = read_message(ctx.object(), files=ctx.files)
    first = found.messages[0] if found.messages else None
    if first is not None and first["flags"] & LOADING:
        return _edit(ctx.state, found, first, content)  # takes the place of "thinking"
    message = _new_message(ctx.state, content)
    found.messages.append(message)
    return _shown(ctx.state, found, message)


def edit(ctx):
    found = _need(ctx)
    message = _need_message(ctx, found)
    # What is not given stays as it is.
    body = {"content": message["content"], "embeds": message["embeds"], **ctx.object()}
    return _edit(ctx.state, found, message, read_message(body, files=ctx.files))


def _edit(state, interaction, message, content):
    message.update(content=content["content"], embeds=content["embeds"], edits=message["edits"] + 1)
    message["flags"] &= ~LOADING
    return _shown(state, interaction, message)


def show(ctx):
    found = _need(ctx)
    return _shown(ctx.state, found, _need_message(ctx, found))


def delete(ctx):
    found = _need(ctx)
    found.messages.remove(_need_message(ctx, found))
    return Answer(204)


def _new_message(state, content):
    return {"id": state.snowflake(), "at": state.clock.iso(), "edits": 0, **content}


def _shown(state, interaction, message):
    person = state.members.get(interaction.user_id)
    return {**objects.message({**message, "channel_id": interaction.channel_id}, objects.bot_user(state)),
            "type": 20, "application_id": state.application["id"], "webhook_id": state.application["id"],
            "interaction": {"id": interaction.id, "type": 2, "name": interaction.command["name"],
                            "user": objects.user(interaction.user_id, person.username if person else "ausente")}}


_FIRST = "/interactions/{interaction}/{token}/callback"
_MESSAGE = "/webhooks/{webhook}/{token}/messages/{message}"
ROUTES = (
    ("POST", _FIRST, callback),
    ("GET", _MESSAGE, show),
    ("PATCH", _MESSAGE, edit),
    ("DELETE", _MESSAGE, delete),
)
# Answered with the token of the path alone, and outside the global limit.
OWN_TOKEN = {f"{method} {template}" for method, template, _ in ROUTES}
