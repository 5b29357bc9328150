"""Guild, roles, channels, members, and the giving and taking of roles."""
import bisect

import discord_objects as objects
from discord_errors import Form, error
from discord_permissions import MANAGE_NICKNAMES, MANAGE_ROLES, check_ladder, in_guild
from discord_state import MEMBERS_INTENT


def need_guild(ctx):
    if ctx.params["guild"] != ctx.state.guild["id"]:
        raise error(10004)
    in_guild(ctx.state)


def need_member(ctx):
    state, user_id = ctx.state, ctx.params["user"]
    found = state.members.get(user_id)
    if found is None:
        # Without a list of every account, an id counts as a person elsewhere unless declared deleted.
        raise error(10013 if user_id in state.deleted_users else 10007)
    return found


def need_role(state, role_id):
    found = state.roles.get(role_id)
    if found is None:
        raise error(10011)
    return found


def me(ctx):
    return objects.bot_user(ctx.state)


def application(ctx):
    return objects.application(ctx.state)


def guild(ctx):
    need_guild(ctx)
    found = objects.guild(ctx.state)
    if ctx.query.get("with_counts") in ("true", "True", "1"):
        found["approximate_member_count"] = len(ctx.state.members)
        found["approximate_presence_count"] = 0
    return found


def roles(ctx):
    need_guild(ctx)
    return [objects.role(r) for r in ctx.state.roles.values()]


def role(ctx):
    need_guild(ctx)
    return objects.role(need_role(ctx.state, ctx.params["role"]))


def channels(ctx):
    need_guild(ctx)
    state = ctx.state
    return [objects.channel(state, c, n) for n, c in enumerate(state.channels.values())]


def member(ctx):
    need_guild(ctx)
    return objects.member(need_member(ctx))


def members(ctx):
    form = Form()
    limit = form.integer(ctx.query, "limit", 1, 1000, 1)
    after = form.integer(ctx.query, "after", 0, 1 << 64, 0)
    form.finish()
    need_guild(ctx)
    if not ctx.state.application["flags"] & (MEMBERS_INTENT | MEMBERS_INTENT >> 1):
        raise error(50001)  # the privileged intent is not switched on
    everyone = ctx.state.members_in_order()
    first = bisect.bisect_right(everyone, after, key=lambda m: int(m.id))
    return [objects.member(m) for m in everyone[first:first + limit]]


def search(ctx):
    form = Form()
    limit = form.integer(ctx.query, "limit", 1, 1000, 1)
    query = ctx.query.get("query")
    if not query:
        form.required(("query",))
    form.text(query, ("query",), 1, 100)
    form.finish()
    need_guild(ctx)
    start = query.lower()
    found = [m for m in ctx.state.members_in_order()
             if m.username.lower().startswith(start) or (m.nick or "").lower().startswith(start)]
    return [objects.member(m) for m in found[:limit]]


def _change(ctx, op):
    need_guild(ctx)
    state = ctx.state
    target = need_member(ctx)
    wanted = need_role(state, ctx.params["role"])
    in_guild(state, MANAGE_ROLES)
    check_ladder(state, wanted)
    # Asking twice is harmless: the second time changes nothing and answers the same.
    changed = (wanted.id in target.roles) == (op == "remove")
    if changed:
        (target.roles.append if op == "add" else target.roles.remove)(wanted.id)
        state.events.member_updated(target)
    state.log_role(target.id, op, wanted.id, changed, ctx.reason)


def add_role(ctx):
    _change(ctx, "add")


def remove_role(ctx):
    _change(ctx, "remove")


def edit_member(ctx):
    body, state = ctx.object(), ctx.state
    form = Form()
    wanted = body.get("roles")
    if wanted is not None:
        if not isinstance(wanted, list):
            form.wrong(("roles",), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        else:
            ctx.check_snowflakes(form, "roles", wanted)
    form.text(body.get("nick"), ("nick",), 0, 32)
    form.finish()
    need_guild(ctx)
    target = need_member(ctx)
    if wanted is not None:
        wanted = list(dict.fromkeys(map(str, wanted)))
        found = {role_id: need_role(state, role_id) for role_id in wanted}
        in_guild(state, MANAGE_ROLES)
        added = [r for r in wanted if r not in target.roles]
        removed = [r for r in target.roles if r not in found]
        # One role out of reach refuses the whole edit, before anything is changed.
        for role_id in added + removed:
            check_ladder(state, state.roles[role_id])
    if "nick" in body:
        in_guild(state, MANAGE_NICKNAMES)
        target.nick = body["nick"] or None
    if wanted is not None:
        for role_id in removed:
            state.log_role(target.id, "remove", role_id, True, ctx.reason)
        for role_id in added:
            state.log_role(target.id, "add", role_id, True, ctx.reason)
        target.roles = wanted
    state.events.member_updated(target)
    return objects.member(target)


ROUTES = (
    ("GET", "/users/@me", me),
    ("GET", "/oauth2/applications/@me", application),
    ("GET", "/applications/@me", application),
    ("GET", "/guilds/{guild}", guild),
    ("GET", "/guilds/{guild}/roles", roles),
    ("GET", "/guilds/{guild}/roles/{role}", role),
    ("GET", "/guilds/{guild}/channels", channels),
    ("GET", "/guilds/{guild}/members", members),
    ("GET", "/guilds/{guild}/members/search", search),
    ("GET", "/guilds/{guild}/members/{user}", member),
    ("PATCH", "/guilds/{guild}/members/{user}", edit_member),
    ("PUT", "/guilds/{guild}/members/{user}/roles/{role}", add_role),
    ("DELETE", "/guilds/{guild}/members/{user}/roles/{role}", remove_role),
)
