"""Making members act: run a command, and take or refuse direct messages."""
from discord_interactions import Interaction, payload
from fields import BadInput, Fields

_TEXT, _WHOLE, _TRUTH, _NUMBER = 3, 4, 5, 10
_KINDS = {_TEXT: str, _WHOLE: int, _TRUTH: bool, _NUMBER: float}


def _options(command, given):
    """What the person typed, held against the command's definition as the app on their phone does."""
    known = {o["name"]: o for o in command.get("options") or []}
    for name in given.value:
        if name not in known:
            raise BadInput(given.path(name), "is not an option of the command")
    found = {}
    for name, option in known.items():
        if not given.has(name):
            if option.get("required"):
                raise BadInput(given.path(name), "is a required option")
            continue
        value = given.get(name, _KINDS.get(option["type"], str))
        if option["type"] == _TEXT:
            low, high = option.get("min_length", 0), option.get("max_length", 6000)
            if not low <= len(value) <= high:
                raise BadInput(given.path(name), f"must have {low} to {high} characters")
        found[name] = value
    return found


def add_routes(add, world, NotFound, DONE):
    state = world.discord.state

    def need_member(params):
        member = state.members.get(params["id"])
        if member is None:
            raise NotFound("no such member", 10007)
        return member

    def run_command(params, body, query):
        member = need_member(params)
        f = Fields(body)
        f.only("channel_id", "name", "options", "locale")
        if member.pending:
            raise BadInput("id", "has not accepted the rules yet and can do nothing")
        name = f.get("name", str)
        command = next((c for c in state.commands if c["name"] == name and c["type"] == 1), None)
        if command is None:
            raise NotFound("no such command", 10063)
        channel = f.snowflake("channel_id")
        if channel not in state.channels:
            raise NotFound("no such channel", 10003)
        options = _options(command, Fields(f.get("options", dict, {}), "options"))
        made = Interaction(state, member.id, channel, command, options)
        state.interactions[made.id] = made
        made.delivered = state.events.interaction(payload(state, made, member, f.get("locale", str, "pt-BR")))
        return made.view(state.clock.now())

    def take_messages(params, body, query):
        f = Fields(body)
        f.only("open")
        (state.closed_to_messages.discard if f.get("open", bool) else state.closed_to_messages.add)(need_member(params).id)
        return DONE

    add("POST", "/_sandbox/discord/members/{id}/command", run_command)
    add("PUT", "/_sandbox/discord/members/{id}/direct_messages", take_messages)
