"""Messages: posted by the bot itself or through a webhook."""
import secrets

import discord_interactions
import discord_objects as objects
from answers import Answer
from discord_direct import check_reachable
from discord_errors import Form, error
from discord_invites import CATEGORY, need_channel
from discord_message_form import read_message
from discord_permissions import MANAGE_WEBHOOKS, SEND_MESSAGES, in_channel
from limits import too_many

FORUMS = (15, 16)
WEBHOOKS_PER_CHANNEL = 15


def _store(ctx, channel_id, message, webhook_id=None, author=None, body=None):
    state = ctx.state
    entry = {"id": state.snowflake(), "channel_id": channel_id, **message, "at": state.clock.iso()}
    if webhook_id:
        entry["webhook_id"] = webhook_id
        entry["username"] = author["username"]
    if body.get("allowed_mentions") is not None:
        entry["allowed_mentions"] = body["allowed_mentions"]
    state.messages.append(entry)
    return objects.message(entry, author)


def post(ctx):
    body = ctx.object()
    message = read_message(body, ctx.files)
    direct = ctx.state.direct.get(ctx.params["channel"])
    if direct is not None:
        check_reachable(ctx.state, direct)
        return _store(ctx, direct["id"], message, author=objects.bot_user(ctx.state), body=body)
    channel = need_channel(ctx)
    in_channel(ctx.state, channel, SEND_MESSAGES)
    if channel["type"] == CATEGORY or channel["type"] in FORUMS:
        raise error(50024)
    return _store(ctx, channel["id"], message, author=objects.bot_user(ctx.state), body=body)


def create_webhook(ctx):
    state, body, form = ctx.state, ctx.object(), Form()
    name = body.get("name")
    if name is None:
        form.required(("name",))
    form.text(name, ("name",), 1, 80)
    if isinstance(name, str) and any(word in name.lower() for word in ("clyde", "discord")):
        form.wrong(("name",), "USERNAME_INVALID_CONTAINS", "Username cannot contain a reserved word")
    form.finish()
    channel = need_channel(ctx)
    in_channel(state, channel, MANAGE_WEBHOOKS)
    if sum(w["channel_id"] == channel["id"] for w in state.webhooks.values()) >= WEBHOOKS_PER_CHANNEL:
        raise error(30007)
    made = {"id": state.snowflake(), "token": secrets.token_urlsafe(48), "channel_id": channel["id"], "name": name}
    state.webhooks[made["id"]] = made
    return objects.webhook(state, made)


def _webhook_of(ctx):
    webhook = ctx.state.webhooks.get(ctx.params["webhook"])
    if webhook is None:
        raise error(10015)
    if webhook["token"] != ctx.params["token"]:
        raise error(50027)
    return webhook


def show_webhook(ctx):
    return objects.webhook(ctx.state, _webhook_of(ctx))


def execute(ctx):
    state = ctx.state
    if ctx.params["webhook"] == state.application["id"]:
        return discord_interactions.follow_up(ctx)
    webhook = _webhook_of(ctx)
    form = Form()
    wait = form.boolean(ctx.query, "wait", False)
    form.finish()
    body = ctx.object()
    message = read_message(body, ctx.files, webhook=True)
    channel = state.channels.get(webhook["channel_id"])
    if channel is None:
        raise error(10015)  # a deleted channel takes its webhooks with it
    thread = ctx.query.get("thread_id")
    if channel["type"] in FORUMS and not thread and not body.get("thread_name"):
        raise error(220001)
    busy = ctx.limits.take_channel(channel["id"])
    if busy is not None:
        # Others post here too: the webhook's own bucket still has room, hence "shared".
        headers, value = too_many(busy, False, "shared", {})
        return Answer(429, value, headers)
    author = objects.user(webhook["id"], body.get("username") or webhook["name"], bot=True)
    sent = _store(ctx, thread or channel["id"], message, webhook["id"], author, body)
    return sent if wait else None


ROUTES = (
    ("POST", "/channels/{channel}/messages", post),
    ("POST", "/channels/{channel}/webhooks", create_webhook),
    ("GET", "/webhooks/{webhook}/{token}", show_webhook),
    ("POST", "/webhooks/{webhook}/{token}", execute),
)
