"""Invites: made for a channel, good for some uses and some time."""
import discord_objects as objects
from discord_errors import Form, error
from discord_guild import need_role
from discord_permissions import (CREATE_INSTANT_INVITE, MANAGE_CHANNELS, MANAGE_GUILD, MANAGE_ROLES,
                                 check_ladder, in_channel, in_guild)

MAX_AGE = 604800
MAX_PER_GUILD = 1000
CATEGORY = 4


def need_channel(ctx):
    found = ctx.state.channels.get(ctx.params["channel"])
    if found is None:
        raise error(10003)
    return found


def create(ctx):
    state, body = ctx.state, ctx.object()
    form = Form()
    max_age = form.integer(body, "max_age", 0, MAX_AGE, 86400)
    max_uses = form.integer(body, "max_uses", 0, 100, 0)
    temporary = form.boolean(body, "temporary", False)
    unique = form.boolean(body, "unique", False)
    role_ids = body.get("role_ids") or []
    if not isinstance(role_ids, list):
        form.wrong(("role_ids",), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    else:
        ctx.check_snowflakes(form, "role_ids", role_ids)
    form.finish()
    channel = need_channel(ctx)
    in_channel(state, channel, CREATE_INSTANT_INVITE)
    if channel["type"] == CATEGORY:
        raise error(50024)
    role_ids = [str(r) for r in role_ids]
    if role_ids:
        _check_roles(state, role_ids)

    state.prune_invites()
    if not unique:
        for known in state.live.values():
            if (known["channel_id"], known["max_age"], known["max_uses"], known["temporary"], known["role_ids"]) == (
                    channel["id"], max_age, max_uses, temporary, role_ids):
                return objects.invite(state, known, metadata=True)
    if len(state.live) >= MAX_PER_GUILD:
        raise error(30016)
    now = state.clock.now()
    invite = {
        "code": state.new_code(), "channel_id": channel["id"], "max_age": max_age, "max_uses": max_uses,
        "temporary": temporary, "role_ids": role_ids, "uses": 0, "created": now,
        "expires": now + max_age if max_age else None, "revoked": False, "used_by": [],
    }
    state.invites[invite["code"]] = state.live[invite["code"]] = invite
    state.events.invite_created(invite)
    return objects.invite(state, invite, metadata=True)


def _check_roles(state, role_ids):
    bits = in_guild(state, MANAGE_ROLES)
    for role_id in role_ids:
        role = need_role(state, role_id)
        check_ladder(state, role)
        if role.permissions & ~bits:
            raise error(50013)  # an invite may not hand out more than its maker has


def _need_live(ctx):
    invite = ctx.state.live_invite(ctx.params["code"])
    if invite is None:
        raise error(10006)  # used up, expired and revoked all look the same
    return invite


def show(ctx):
    found = objects.invite(ctx.state, _need_live(ctx))
    if ctx.query.get("with_counts") in ("true", "True", "1"):
        found["approximate_member_count"] = len(ctx.state.members)
        found["approximate_presence_count"] = 0
    return found


def delete(ctx):
    state = ctx.state
    invite = _need_live(ctx)
    if not in_guild(state) & MANAGE_GUILD:
        in_channel(state, state.channels[invite["channel_id"]], MANAGE_CHANNELS)
    state.revoke(invite["code"])
    state.events.invite_deleted(invite)
    return objects.invite(state, invite)


def of_channel(ctx):
    state = ctx.state
    channel = need_channel(ctx)
    in_channel(state, channel, MANAGE_CHANNELS)
    state.prune_invites()
    return [objects.invite(state, i, metadata=True) for i in state.live.values() if i["channel_id"] == channel["id"]]


def join(state, invite, member, told="before"):
    """Someone follows the link. Returns False if they were already in, which uses nothing up.

    `told`: whether the end of the invite is heard "before" the join or "after" it, or "never": no order is promised.
    """
    if member.id in state.members:
        return False
    member.roles = [r for r in invite["role_ids"] if r in state.roles]
    state.put_member(member)
    invite["uses"] += 1
    invite["used_by"].append(member.id)
    if invite["max_uses"] and invite["uses"] >= invite["max_uses"]:
        state.live.pop(invite["code"], None)
    used_up = invite["code"] not in state.live
    if used_up and told == "before":
        state.events.invite_deleted(invite)
    state.events.member_added(member)
    if used_up and told == "after":
        state.events.invite_deleted(invite)
    return True


ROUTES = (
    ("POST", "/channels/{channel}/invites", create),
    ("GET", "/channels/{channel}/invites", of_channel),
    ("GET", "/invites/{code}", show),
    ("DELETE", "/invites/{code}", delete),
)
