"""Loading and changing the stand-in guild."""
from discord_errors import CATALOGUE
from discord_invites import join
from discord_state import EVERYONE, MEMBERS_INTENT, Member, Role
from fields import BadInput, Fields, check_snowflake

_TOP = ("guild", "bot", "application", "roles", "channels", "members", "webhooks", "deleted_users", "managed_role_code")


def _role(f, role_id):
    f.only("id", "name", "position", "permissions", "managed", "tags")
    return Role(role_id, f.get("name", str), f.get("position", int, 1, low=0), f.permissions("permissions", 0),
                f.get("managed", bool, False), f.get("tags", dict, None, null=True))


def _member(f, user_id, roles, default_name=None):
    f.only("id", "username", "roles", "pending", "joined_at", "nick", "bot")
    held = f.snowflakes("roles", [])
    for index, role_id in enumerate(held):
        if role_id not in roles:
            raise BadInput(f"{f.path('roles')}[{index}]", "is not a role of the guild")
    name = f.get("username", str) if default_name is None else f.get("username", str, default_name)
    return Member(user_id, name, dict.fromkeys(held), f.get("pending", bool, False),
                  f.get("joined_at", str, None, null=True), f.get("nick", str, None, null=True), f.get("bot", bool, False))


def _channel(f):
    f.only("id", "name", "type", "parent_id", "permission_overwrites")
    overwrites = []
    for o in f.objects("permission_overwrites"):
        o.only("id", "type", "allow", "deny")
        overwrites.append({"id": o.snowflake("id"), "type": o.get("type", int, 0, low=0, high=1),
                           "allow": str(o.permissions("allow", 0)), "deny": str(o.permissions("deny", 0))})
    return {"id": f.snowflake("id"), "name": f.get("name", str), "type": f.get("type", int, 0, low=0),
            "parent_id": f.get("parent_id", str, None, null=True), "permission_overwrites": overwrites}


def _webhook(f, channels):
    f.only("id", "token", "channel_id", "name")
    found = {"id": f.snowflake("id"), "token": f.get("token", str), "channel_id": f.snowflake("channel_id"),
             "name": f.get("name", str, "webhook")}
    if found["channel_id"] not in channels:
        raise BadInput(f.path("channel_id"), "is not a channel of the guild")
    return found


def load(state, body):
    """Replaces the guild. Everything is read before anything is changed."""
    top = Fields(body)
    top.only(*_TOP)
    g = Fields(top.get("guild", dict), "guild")
    g.only("id", "name", "owner_id")
    guild = {"id": g.snowflake("id"), "name": g.get("name", str), "owner_id": g.snowflake("owner_id", "1")}
    roles = {}
    for f in top.objects("roles"):
        role = _role(f, f.snowflake("id"))
        roles[role.id] = role
    if guild["id"] not in roles:
        roles = {guild["id"]: Role(guild["id"], "@everyone", 0, EVERYONE), **roles}
    roles[guild["id"]].position = 0
    channels = {c["id"]: c for c in map(_channel, top.objects("channels"))}
    members = [_member(f, f.snowflake("id"), roles) for f in top.objects("members")]
    webhooks = {w["id"]: w for w in (_webhook(f, channels) for f in top.objects("webhooks"))}
    deleted = set(top.snowflakes("deleted_users", []))
    code = top.get("managed_role_code", int, 50028)
    if code not in (50028, 50013):
        raise BadInput("managed_role_code", "must be 50028 or 50013")
    b = Fields(top.get("bot", dict, {}), "bot")
    b.only("id", "token", "username", "role_ids")
    bot = {"id": b.snowflake("id", state.bot["id"]), "token": b.get("token", str, state.bot["token"]),
           "username": b.get("username", str, state.bot["username"])}
    bot_roles = b.snowflakes("role_ids", [r for r in state.members[state.bot["id"]].roles if r in roles]
                             if state.bot["id"] in state.members else [])
    for index, role_id in enumerate(bot_roles):
        if role_id not in roles:
            raise BadInput(f"bot.role_ids[{index}]", "is not a role of the guild")
    a = Fields(top.get("application", dict, {}), "application")
    a.only("id", "flags")
    application = {"id": a.snowflake("id", bot["id"]), "flags": a.get("flags", int, MEMBERS_INTENT, low=0)}

    old_guild = state.guild["id"]
    state.clear()
    state.guild, state.bot, state.application = guild, bot, application
    state.roles, state.channels, state.webhooks = roles, channels, webhooks
    state.deleted_users, state.managed_role_code = deleted, code
    state.put_member(Member(bot["id"], bot["username"], bot_roles, bot=True))
    for member in members:
        if member.id == bot["id"]:
            member.bot = True
            if b.has("role_ids"):
                member.roles = bot_roles
        state.put_member(member)
    state.events.guild_replaced(old_guild)


def add_routes(add, world, NotFound, DONE):
    state = world.discord.state

    def whole(params, body, query):
        load(state, body)
        return DONE

    def put_member(params, body, query):
        check_snowflake(params["id"], "id")
        known = state.members.get(params["id"])
        member = _member(Fields(body), params["id"], state.roles, known.username if known else None)
        if member.joined_at is None and known:
            member.joined_at = known.joined_at  # still the same stay
        if known and known.bot:
            member.bot = True
        state.put_member(member)
        (state.events.member_updated if known else state.events.member_added)(member)
        return state.member_view(member)

    def delete_member(params, body, query):
        gone = state.drop_member(params["id"])
        if gone is None:
            raise NotFound("no such member", 10007)
        state.events.member_removed(gone)
        return DONE

    def put_role(params, body, query):
        check_snowflake(params["id"], "id")
        role = _role(Fields(body), params["id"])
        if role.id == state.guild["id"]:
            role.position = 0
        is_new = role.id not in state.roles
        state.roles[role.id] = role
        state.events.role_put(role, is_new)
        return state.role_view(role)

    def delete_role(params, body, query):
        if params["id"] == state.guild["id"]:
            raise BadInput("id", "@everyone cannot be deleted")
        if not state.drop_role(params["id"]):
            raise NotFound("no such role", 10011)
        state.events.role_deleted(params["id"])
        return DONE

    def delete_webhook(params, body, query):
        if state.webhooks.pop(params["id"], None) is None:
            raise NotFound("no such webhook", 10015)
        return DONE

    def need_invite(params):
        invite = state.live_invite(params["code"])
        if invite is None:
            raise NotFound(CATALOGUE[10006][1], 10006)
        return invite

    def use_invite(params, body, query):
        f = Fields(body)
        f.only("user_id", "username", "pending")
        user_id = f.snowflake("user_id")
        member = Member(user_id, f.get("username", str, "user" + user_id), pending=f.get("pending", bool, False))
        invite = need_invite(params)
        joined = join(state, invite, member, world.discord.gateway.settings["invite_delete"])
        return {"joined": joined, "invite": state.invite_view(invite)}

    def revoke_invite(params, body, query):
        invite = state.revoke(need_invite(params)["code"])
        state.events.invite_deleted(invite)
        return state.invite_view(invite)

    def need_member(params):
        member = state.members.get(params["id"])
        if member is None:
            raise NotFound("no such member", 10007)
        return member

    def join_without_invite(params, body, query):
        """Through an address that nobody keeps count of."""
        check_snowflake(params["id"], "id")
        if params["id"] in state.members:
            raise BadInput("id", "is a member already")
        f = Fields(body)
        f.only("username", "pending")
        member = Member(params["id"], f.get("username", str, "user" + params["id"]), pending=f.get("pending", bool, False))
        state.put_member(member)
        state.events.member_added(member)
        return state.member_view(member)

    def accept_rules(params, body, query):
        member = need_member(params)
        if member.pending:
            member.pending = False
            state.events.member_updated(member)
        return state.member_view(member)

    add("PUT", "/_sandbox/discord", whole)
    add("PUT", "/_sandbox/discord/members/{id}", put_member)
    add("DELETE", "/_sandbox/discord/members/{id}", delete_member)
    add("POST", "/_sandbox/discord/members/{id}/join", join_without_invite)
    add("POST", "/_sandbox/discord/members/{id}/accept", accept_rules)
    add("PUT", "/_sandbox/discord/roles/{id}", put_role)
    add("DELETE", "/_sandbox/discord/roles/{id}", delete_role)
    add("DELETE", "/_sandbox/discord/webhooks/{id}", delete_webhook)
    add("POST", "/_sandbox/discord/invites/{code}/use", use_invite)
    add("DELETE", "/_sandbox/discord/invites/{code}", revoke_invite)
