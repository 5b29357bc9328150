"""Slash commands of one guild."""
import re

from answers import Answer
from discord_errors import Form, error
from discord_permissions import in_guild

_NAME = re.compile(r"[-_'\w]{1,32}")
_CHAT = 1
_CREATES_PER_DAY = 200


def _check_name(form, at, name, chat):
    if name is None:
        return form.required(at)
    form.text(name, at, 1, 32)
    if isinstance(name, str) and chat and 1 <= len(name) <= 32:
        if not _NAME.fullmatch(name) or name != name.lower():
            form.wrong(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(form, at, options):
    if not isinstance(options, list) or len(options) > 25:
        return form.wrong(at, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    optional = False
    for index, option in enumerate(options):
        place = at + (index,)
        if not isinstance(option, dict):
            form.wrong(place, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            continue
        if option.get("type") not in range(1, 12):
            form.wrong(place + ("type",), "BASE_TYPE_CHOICES", "Value must be one of the option types 1 to 11.")
        _check_name(form, place + ("name",), option.get("name"), True)
        _check_description(form, place + ("description",), option.get("description"))
        if option.get("required") and optional:
            form.wrong(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                       "Required options must be placed before non-required options")
        optional = optional or not option.get("required")


def _check_description(form, at, text):
    if text is None:
        form.required(at)
    else:
        form.text(text, at, 1, 100)


def _check(form, at, command):
    if not isinstance(command, dict):
        return form.wrong(at, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    kind = command.get("type", _CHAT)
    if kind not in (1, 2, 3, 4):
        form.wrong(at + ("type",), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4}.")
    _check_name(form, at + ("name",), command.get("name"), kind == _CHAT)
    if kind == _CHAT:
        _check_description(form, at + ("description",), command.get("description"))
        if command.get("options") is not None:
            _check_options(form, at + ("options",), command["options"])


def _need_place(ctx):
    state = ctx.state
    if ctx.params["application"] != state.application["id"]:
        raise error(20012)
    if ctx.params["guild"] != state.guild["id"]:
        raise error(10004)
    in_guild(state)


def _same(a, b):
    return (a.get("type", _CHAT), a["name"]) == (b["type"], b["name"])


def _keep(ctx, command):
    """Stores under the id of an equal name, if there was one. Returns (command, whether it is new)."""
    state = ctx.state
    old = next((c for c in state.commands if _same(command, c)), None)
    if old is None:
        now = state.clock.now()
        state.command_creates = [t for t in state.command_creates if t > now - 86400]
        if len(state.command_creates) >= _CREATES_PER_DAY:
            raise error(30034)
        state.command_creates.append(now)
    made = {
        "type": _CHAT, "default_member_permissions": None, "nsfw": False, **command,
        "id": old["id"] if old else state.snowflake(), "application_id": state.application["id"],
        "guild_id": state.guild["id"], "version": state.snowflake(),
    }
    return made, old is None


def replace_all(ctx):
    commands, form = ctx.body, Form()
    if not isinstance(commands, list):
        form.wrong((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        form.finish()
    seen = set()
    for index, command in enumerate(commands):
        _check(form, (index,), command)
        if isinstance(command, dict):
            key = (command.get("type", _CHAT), str(command.get("name")))
            if key in seen:
                form.wrong((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
            seen.add(key)
    form.finish()
    _need_place(ctx)
    ctx.state.commands = [_keep(ctx, c)[0] for c in commands]
    return ctx.state.commands


def add(ctx):
    command, form = ctx.object(), Form()
    _check(form, (), command)
    form.finish()
    _need_place(ctx)
    made, new = _keep(ctx, command)
    ctx.state.commands = [c for c in ctx.state.commands if not _same(command, c)] + [made]
    return Answer(201 if new else 200, made)


def show(ctx):
    _need_place(ctx)
    return ctx.state.commands


_PATH = "/applications/{application}/guilds/{guild}/commands"
ROUTES = (("GET", _PATH, show), ("PUT", _PATH, replace_all), ("POST", _PATH, add))
