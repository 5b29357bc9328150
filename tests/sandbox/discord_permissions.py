"""What the bot may do: role bits, channel overwrites and the role ladder."""
from discord_errors import error

CREATE_INSTANT_INVITE = 1 << 0
ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_NICKNAMES = 1 << 27
MANAGE_ROLES = 1 << 28
MANAGE_WEBHOOKS = 1 << 29
ALL = (1 << 64) - 1


def _bot_member(state):
    return state.members.get(state.bot["id"])


def in_guild(state, permission=0):
    """The bot's guild-wide permissions; refuses when it left or lacks `permission`."""
    member = _bot_member(state)
    if member is None:
        raise error(50001)
    bits = _base(state, member)
    if bits & permission != permission:
        raise error(50013)
    return bits


def _base(state, member):
    if state.guild["owner_id"] == member.id:
        return ALL
    bits = state.roles[state.guild["id"]].permissions
    for role_id in member.roles:
        bits |= state.roles[role_id].permissions
    return ALL if bits & ADMINISTRATOR else bits


def _apply(bits, overwrites):
    deny = allow = 0
    for overwrite in overwrites:
        deny |= int(overwrite["deny"])
        allow |= int(overwrite["allow"])
    return bits & ~deny | allow


def _channel_bits(state, channel):
    """Overwrites apply in order: @everyone, then all roles together, then the member itself."""
    bits = in_guild(state)
    if bits != ALL:
        member = _bot_member(state)
        overwrites = channel["permission_overwrites"]
        if overwrites:
            everyone = state.guild["id"]
            bits = _apply(bits, [o for o in overwrites if o["id"] == everyone])
            bits = _apply(bits, [o for o in overwrites if o["type"] == 0 and o["id"] in member.roles])
            bits = _apply(bits, [o for o in overwrites if o["type"] == 1 and o["id"] == member.id])
    return bits


def allows_in_channel(state, channel, permission):
    return _bot_member(state) is not None and not ~_channel_bits(state, channel) & (permission | VIEW_CHANNEL)


def in_channel(state, channel, permission):
    bits = _channel_bits(state, channel)
    if not bits & VIEW_CHANNEL:
        raise error(50001)
    if bits & permission != permission:
        raise error(50013)
    return bits


def top_position(state):
    member = _bot_member(state)
    return max((state.roles[r].position for r in member.roles), default=0)


def check_ladder(state, role):
    """Only roles strictly below the bot's highest one; no permission lifts this."""
    if role.id == state.guild["id"]:
        raise error(50028)
    if state.guild["owner_id"] != state.bot["id"] and role.position >= top_position(state):
        raise error(50013)
    if role.managed:
        # Not settled in the documentation, so the code is data: 50028 or 50013.
        raise error(state.managed_role_code)
