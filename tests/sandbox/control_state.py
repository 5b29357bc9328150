"""What the sandbox shows of itself, whole or in part."""
from fields import BadInput


def _tree(world):
    discord, manychat, resend = world.discord.state, world.manychat.state, world.resend.state
    return {
        "discord": {
            "guild": lambda: dict(discord.guild),
            "bot": lambda: {"id": discord.bot["id"], "username": discord.bot["username"]},
            "application": lambda: dict(discord.application),
            "roles": lambda: [discord.role_view(r) for r in discord.roles.values()],
            "channels": lambda: list(discord.channels.values()),
            "members": lambda: {m.id: discord.member_view(m) for m in discord.members.values()},
            "invites": lambda: [discord.invite_view(i) for i in discord.invites.values()],
            "webhooks": lambda: list(discord.webhooks.values()),
            "messages": lambda: discord.messages,
            "commands": lambda: discord.commands,
            "gateway": world.discord.gateway.view,
            "interactions": lambda: {i.id: i.view(discord.clock.now()) for i in discord.interactions.values()},
            "direct_messages": discord.direct_view,
            "over_limit": lambda: dict(world.discord.limits.over),
        },
        "hotmart": world.hotmart.state.view,
        "manychat": {
            "subscribers": lambda: {str(s.id): manychat.short(s) for s in manychat.subscribers.values()},
            "count": lambda: len(manychat.subscribers),
            "tags": lambda: list(manychat.tags.values()),
            "fields": lambda: [f["name"] for f in manychat.fields.values()],
            "flows_sent": lambda: manychat.flows_sent,
        },
        "meta": {**world.meta.state.views(), "template_writes": lambda: world.meta.template_writes(world.calls)},
        "resend": {"emails": resend.view, "rejected": lambda: resend.rejected},
        "calls": world.calls.view,
        "invalid_requests": lambda: world.discord.limits.refused_total,
        "faults": world.faults.view,
    }


def _build(node):
    return {key: _build(value) for key, value in node.items()} if isinstance(node, dict) else node()


def view(world, part):
    if not part:
        return _build(_tree(world))
    if part.startswith("discord.members."):
        # Polling one member must stay cheap in a guild of many.
        member = world.discord.state.members.get(part.rpartition(".")[2])
        return world.discord.state.member_view(member) if member else None
    if part.startswith("discord.interactions."):
        found = world.discord.state.interactions.get(part.rpartition(".")[2])
        return found.view(world.clock.now()) if found else None
    if part.startswith("discord.direct_messages."):
        return world.discord.state.direct_view(part.rpartition(".")[2])
    if part.startswith("manychat.subscribers."):
        # By id, phone or e-mail.
        found = world.manychat.state.find(part.removeprefix("manychat.subscribers."))
        return world.manychat.state.short(found) if found else None
    node = _tree(world)
    for key in part.split("."):
        if not isinstance(node, dict) or key not in node:
            raise BadInput("part", f"there is no {part}")
        node = node[key]
    return _build(node)

