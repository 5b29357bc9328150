"""Messages: posted by the bot itself or through a webhook."""
import secrets

import discord_objects as objects
from answers import Answer
from discord_errors import Form, error
from discord_invites import CATEGORY, need_channel
from discord_permissions import MANAGE_WEBHOOKS, SEND_MESSAGES, in_channel
from limits import too_many

FORUMS = (15, 16)
WEBHOOKS_PER_CHANNEL = 15
_EMBED_TEXT = {"title": 256, "description": 4096}
_EMBED_PARTS = {"footer": ("text", 2048), "author": ("name", 256)}


def _check_embed(form, at, embed):
    """Checks one embed and returns how many characters it adds to the common sum."""
    if not isinstance(embed, dict):
        form.wrong(at, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return 0
    texts = [(at + (name,), embed.get(name), 0, high) for name, high in _EMBED_TEXT.items()]
    for part, (name, high) in _EMBED_PARTS.items():
        inner = embed.get(part)
        if isinstance(inner, dict):
            texts.append((at + (part, name), inner.get(name), 0, high))
    fields = embed.get("fields") or []
    if not isinstance(fields, list):
        form.wrong(at + ("fields",), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        fields = []
    if len(fields) > 25:
        form.wrong(at + ("fields",), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, field in enumerate(fields):
        for name, high in (("name", 256), ("value", 1024)):
            path = at + ("fields", index, name)
            value = field.get(name) if isinstance(field, dict) else None
            if not value:
                form.required(path)
            else:
                texts.append((path, value, 1, high))
    for path, value, low, high in texts:
        form.text(value, path, low, high)
    return sum(len(value) for _, value, _, _ in texts if isinstance(value, str))


def _read(ctx, webhook):
    body, form = ctx.object(), Form()
    content, embeds = body.get("content"), body.get("embeds") or []
    form.text(content, ("content",), 0, 2000)
    if not isinstance(embeds, list):
        form.wrong(("embeds",), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        embeds = []
    if len(embeds) > 10:
        form.wrong(("embeds",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    if sum(_check_embed(form, ("embeds", n), e) for n, e in enumerate(embeds)) > 6000:
        form.wrong(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    mentions = body.get("allowed_mentions")
    if mentions is not None and not isinstance(mentions, dict):
        form.wrong(("allowed_mentions",), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    if webhook:
        form.text(body.get("username"), ("username",), 1, 80)
    flags = form.integer(body, "flags", 0, (1 << 31) - 1, 0)
    form.finish()
    if not (isinstance(content, str) and content.strip()) and not embeds and not body.get("poll") and not ctx.files:
        raise error(50006)
    return {"content": content or "", "embeds": embeds, "flags": flags}, body


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
    message, body = _read(ctx, webhook=False)
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


def execute(ctx):
    state = ctx.state
    webhook = state.webhooks.get(ctx.params["webhook"])
    if webhook is None:
        raise error(10015)
    if webhook["token"] != ctx.params["token"]:
        raise error(50027)
    form = Form()
    wait = form.boolean(ctx.query, "wait", False)
    form.finish()
    message, body = _read(ctx, webhook=True)
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
    ("POST", "/webhooks/{webhook}/{token}", execute),
)
