"""Direct messages: a channel per person, which the person can close to strangers of the guild."""
import discord_objects as objects
from discord_errors import Form, error
from fields import is_snowflake

DIRECT = 1


def open_channel(ctx):
    state, form = ctx.state, Form()
    recipient = ctx.object().get("recipient_id")
    if recipient is None:
        form.required(("recipient_id",))
    elif not is_snowflake(str(recipient)):
        form.wrong(("recipient_id",), "NUMBER_TYPE_COERCE", f'Value "{recipient}" is not snowflake.')
    form.finish()
    recipient = str(recipient)
    if recipient == state.bot["id"]:
        raise error(50007)
    if recipient in state.deleted_users:
        raise error(10013)
    # Opening works for anybody; whether a message arrives is another matter.
    channel = next((c for c in state.direct.values() if c["recipient_id"] == recipient), None)
    if channel is None:
        channel = {"id": state.snowflake(), "recipient_id": recipient}
        state.direct[channel["id"]] = channel
    member = state.members.get(recipient)
    return {"id": channel["id"], "type": DIRECT, "last_message_id": None, "flags": 0,
            "recipients": [objects.user(recipient, member.username if member else "user" + recipient)]}


def check_reachable(state, channel):
    """Someone who shares no guild with the bot, or took no messages from it, cannot be written to."""
    recipient = channel["recipient_id"]
    if recipient not in state.members or recipient in state.closed_to_messages:
        raise error(50007)


ROUTES = (("POST", "/users/@me/channels", open_channel),)
