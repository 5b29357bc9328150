"""What the stand-in Discord holds: one guild with its people, roles, channels and traces of use."""
import random
import string

from clock import iso
from discord_permissions import CREATE_INSTANT_INVITE, MANAGE_CHANNELS, MANAGE_ROLES, SEND_MESSAGES, VIEW_CHANNEL

EPOCH_MS = 1420070400000
MEMBERS_INTENT = 1 << 15  # application flag: GUILD_MEMBERS switched on (limited)
READ_HISTORY, USE_COMMANDS = 1 << 16, 1 << 31
EVERYONE = VIEW_CHANNEL | READ_HISTORY | USE_COMMANDS
_CODE = string.ascii_letters + string.digits


class Member:
    __slots__ = ("id", "username", "roles", "pending", "joined_at", "nick", "bot", "rejoined")

    def __init__(self, id, username, roles=(), pending=False, joined_at=None, nick=None, bot=False):
        self.id = id
        self.username = username
        self.roles = list(roles)
        self.pending = pending
        self.joined_at = joined_at
        self.nick = nick
        self.bot = bot
        self.rejoined = False


class Role:
    __slots__ = ("id", "name", "position", "permissions", "managed", "tags")

    def __init__(self, id, name, position=0, permissions=0, managed=False, tags=None):
        self.id = id
        self.name = name
        self.position = position
        self.permissions = permissions
        self.managed = managed
        self.tags = tags


class DiscordState:
    def __init__(self, clock):
        self.clock = clock
        self._last_id = 0
        self.reset()

    def reset(self):
        demo_guild(self)

    def clear(self):
        self.guild = {}
        self.bot = {}
        self.application = {}
        self.roles = {}
        self.channels = {}
        self.members = {}
        self.webhooks = {}
        self.deleted_users = set()
        self.left_users = set()
        self.role_log = {}
        self.invites = {}  # every invite ever made, by code
        self.live = {}  # those that can still be used
        self.messages = []
        self.direct = {}  # channels of direct messages
        self.closed_to_messages = set()
        self.interactions = {}
        self.commands = []
        self.command_creates = []
        self.managed_role_code = 50028
        self._sorted = None

    # -- ids ---------------------------------------------------------------
    def snowflake(self):
        fresh = (int(self.clock.now() * 1000) - EPOCH_MS) << 22
        self._last_id = max(fresh, self._last_id + 1)
        return str(self._last_id)

    # -- members -----------------------------------------------------------
    def put_member(self, member):
        if member.joined_at is None:
            member.joined_at = self.clock.iso()
        member.rejoined = member.rejoined or member.id in self.left_users
        self.members[member.id] = member
        self._sorted = None

    def drop_member(self, user_id):
        self._sorted = None
        gone = self.members.pop(user_id, None)
        if gone is not None:
            self.left_users.add(user_id)
        return gone

    def members_in_order(self):
        if self._sorted is None:
            self._sorted = sorted(self.members.values(), key=lambda m: int(m.id))
        return self._sorted

    def drop_role(self, role_id):
        if self.roles.pop(role_id, None) is None:
            return False
        for member in self.members.values():
            if role_id in member.roles:
                member.roles.remove(role_id)
        return True

    def log_role(self, user_id, op, role_id, changed, reason):
        entry = {"op": op, "role": role_id, "at": self.clock.iso(), "changed": changed}
        if reason:
            entry["reason"] = reason
        self.role_log.setdefault(user_id, []).append(entry)

    # -- invites -----------------------------------------------------------
    def new_code(self):
        while True:
            code = "".join(random.choices(_CODE, k=8))
            if code not in self.invites:
                return code

    def prune_invites(self):
        now = self.clock.now()
        for code in [c for c, i in self.live.items() if i["expires"] is not None and i["expires"] <= now]:
            del self.live[code]

    def live_invite(self, code):
        invite = self.live.get(code)
        if invite and invite["expires"] is not None and invite["expires"] <= self.clock.now():
            del self.live[code]
            return None
        return invite

    def revoke(self, code):
        invite = self.live.pop(code)
        invite["revoked"] = True
        return invite

    # -- what the control API shows -----------------------------------------
    def member_view(self, member):
        view = {
            "username": member.username,
            "roles": list(member.roles),
            "pending": member.pending,
            "joined_at": member.joined_at,
            "role_changes": self.role_log.get(member.id, []),
        }
        if member.bot:
            view["bot"] = True
        return view

    def direct_view(self, user_id=None):
        """Direct messages by person, or of one."""
        found = {c["recipient_id"]: [] for c in self.direct.values()}
        for message in self.messages:
            channel = self.direct.get(message["channel_id"])
            if channel is not None:
                found[channel["recipient_id"]].append(message)
        return found if user_id is None else found.get(user_id, [])

    def role_view(self, role):
        return {"id": role.id, "name": role.name, "position": role.position,
                "permissions": str(role.permissions), "managed": role.managed}

    def invite_view(self, invite):
        return {
            "code": invite["code"], "channel_id": invite["channel_id"], "max_age": invite["max_age"],
            "max_uses": invite["max_uses"], "uses": invite["uses"], "role_ids": invite["role_ids"],
            "created_at": iso(invite["created"]),
            "expires_at": None if invite["expires"] is None else iso(invite["expires"]),
            "revoked": invite["revoked"], "used_by": invite["used_by"],
            "live": self.live_invite(invite["code"]) is not None,
        }


def demo_guild(state):
    guild, bot, bot_role = "700000000000000001", "700000000000000002", "700000000000000010"
    state.clear()
    state.guild = {"id": guild, "name": "Escola Exemplo", "owner_id": "700000000000009001"}
    state.application = {"id": bot, "flags": MEMBERS_INTENT}
    state.bot = {"id": bot, "token": "sandbox-bot-token", "username": "porteiro"}
    # With MANAGE_CHANNELS above the bare minimum, so that invite events are told.
    allowed = MANAGE_ROLES | MANAGE_CHANNELS | CREATE_INSTANT_INVITE | VIEW_CHANNEL | SEND_MESSAGES
    for role in (
        Role(guild, "@everyone", 0, EVERYONE),
        Role(bot_role, "porteiro", 10, allowed, managed=True, tags={"bot_id": bot}),
        Role("700000000000000101", "Clube de Leitura", 2),
        Role("700000000000000102", "Curso de Xadrez", 3),
        Role("700000000000000103", "Clube Anual", 4),
        Role("700000000000000199", "Visitante", 1),
        Role("700000000000000900", "Direção", 20),
    ):
        state.roles[role.id] = role
    for number, name in ((301, "boas-vindas"), (302, "registro"), (303, "avisos-internos")):
        channel = f"700000000000000{number}"
        state.channels[channel] = {"id": channel, "name": name, "type": 0, "permission_overwrites": []}
    long_ago = "2024-02-01T12:00:00.000000+00:00"
    state.put_member(Member(bot, "porteiro", [bot_role], joined_at=long_ago, bot=True))
    state.put_member(Member("700000000000001001", "rita.alves", joined_at=long_ago))
    state.put_member(Member("700000000000001002", "leo", joined_at=long_ago))
    state.webhooks["700000000000000401"] = {
        "id": "700000000000000401", "token": "sandbox-webhook-token",
        "channel_id": "700000000000000303", "name": "avisos",
    }
