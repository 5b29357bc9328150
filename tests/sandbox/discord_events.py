"""What the gateway tells of each change. Nothing is built while nobody could hear it."""
import discord_objects as objects
from clock import iso
from discord_permissions import MANAGE_CHANNELS, allows_in_channel
from discord_sessions import GUILDS, INVITES, MEMBERS


class Events:
    def __init__(self, state, gateway):
        self._state = state
        self._gateway = gateway

    def _bot_is_in(self):
        return self._state.bot["id"] in self._state.members

    # -- the beginning of a session ----------------------------------------------
    def ready(self, session, connection, identify):
        state = self._state
        here = "ws://" + connection.request.headers.get("Host", "127.0.0.1")
        data = {
            "v": 10, "user": objects.bot_user(state), "user_settings": {}, "private_channels": [], "relationships": [],
            "guilds": [{"id": state.guild["id"], "unavailable": True}] if self._bot_is_in() else [],
            "session_id": session.id, "resume_gateway_url": here + self._gateway.settings["resume_path"],
            "application": {"id": state.application["id"], "flags": state.application["flags"]},
            "session_type": "normal", "_trace": ["sandbox"],
        }
        if identify.get("shard"):
            data["shard"] = identify["shard"]
        return data

    def welcome(self, session):
        if self._bot_is_in() and session.wants(GUILDS):
            session.dispatch("GUILD_CREATE", self._guild())

    def _guild(self):
        state = self._state
        bot = state.members[state.bot["id"]]
        return {
            **objects.guild(state), "joined_at": bot.joined_at, "large": len(state.members) > 50, "unavailable": False,
            "member_count": len(state.members), "max_members": 500000,
            # Without the presence intent this is no member list: little more than the bot itself.
            "members": [objects.member(bot)],
            "channels": [objects.channel(state, c, n) for n, c in enumerate(state.channels.values())],
            "threads": [], "presences": [], "voice_states": [], "stage_instances": [], "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def guild_replaced(self, old_id):
        if old_id != self._state.guild["id"]:
            self._gateway.dispatch("GUILD_DELETE", {"id": old_id}, GUILDS)
        if self._bot_is_in() and self._gateway.interested(GUILDS):
            self._gateway.dispatch("GUILD_CREATE", self._guild(), GUILDS)

    # -- members -----------------------------------------------------------------
    def member_added(self, member):
        if member.id == self._state.bot["id"]:
            self._gateway.dispatch("GUILD_CREATE", self._guild(), GUILDS)
        elif self._bot_is_in():
            self._member("GUILD_MEMBER_ADD", member, MEMBERS)

    def member_updated(self, member):
        # The bot hears of itself even without the intent.
        if self._bot_is_in():
            self._member("GUILD_MEMBER_UPDATE", member, 0 if member.id == self._state.bot["id"] else MEMBERS)

    def _member(self, event, member, intent):
        if self._gateway.interested(intent):
            data = {"guild_id": self._state.guild["id"], **objects.member(member)}
            self._gateway.dispatch(event, {**data, "roles": list(data["roles"])}, intent)

    def member_removed(self, member):
        guild = self._state.guild["id"]
        if member.id == self._state.bot["id"]:
            self._gateway.dispatch("GUILD_DELETE", {"id": guild}, GUILDS)
        elif self._bot_is_in():
            user = objects.user(member.id, member.username, member.bot)
            self._gateway.dispatch("GUILD_MEMBER_REMOVE", {"guild_id": guild, "user": user}, MEMBERS)

    # -- roles and invites ---------------------------------------------------------
    def role_put(self, role, is_new):
        event = "GUILD_ROLE_CREATE" if is_new else "GUILD_ROLE_UPDATE"
        self._gateway.dispatch(event, {"guild_id": self._state.guild["id"], "role": objects.role(role)}, GUILDS)

    def role_deleted(self, role_id):
        self._gateway.dispatch("GUILD_ROLE_DELETE", {"guild_id": self._state.guild["id"], "role_id": role_id}, GUILDS)

    def _sees_invites_of(self, invite):
        # Only told to those who may manage the channel; without that, the intent alone brings nothing.
        channel = self._state.channels.get(invite["channel_id"])
        return channel is not None and allows_in_channel(self._state, channel, MANAGE_CHANNELS)

    def invite_created(self, invite):
        if self._sees_invites_of(invite):
            self._gateway.dispatch("INVITE_CREATE", {
                "channel_id": invite["channel_id"], "code": invite["code"], "created_at": iso(invite["created"]),
                "guild_id": self._state.guild["id"], "inviter": objects.bot_user(self._state),
                "max_age": invite["max_age"], "max_uses": invite["max_uses"], "temporary": invite["temporary"],
                "uses": 0, "type": 0, "expires_at": None if invite["expires"] is None else iso(invite["expires"]),
            }, INVITES)

    def invite_deleted(self, invite):
        """Used up or revoked. Nothing is told of one that only got too old."""
        if self._sees_invites_of(invite):
            self._gateway.dispatch("INVITE_DELETE", {
                "channel_id": invite["channel_id"], "guild_id": self._state.guild["id"], "code": invite["code"]}, INVITES)

    def interaction(self, data):
        return self._gateway.dispatch("INTERACTION_CREATE", data)
