"""Discord's JSON objects, with the fields clients rely on."""
from clock import iso


def user(id, username, bot=False):
    found = {"id": id, "username": username, "global_name": None, "discriminator": "0", "avatar": None,
             "public_flags": 0, "flags": 0, "primary_guild": None}
    if bot:
        found["bot"] = True
    return found


def bot_user(state):
    return user(state.bot["id"], state.bot["username"], bot=True)


def member(m):
    return {
        "user": user(m.id, m.username, m.bot), "nick": m.nick, "avatar": None, "banner": None,
        "roles": m.roles, "joined_at": m.joined_at, "premium_since": None, "deaf": False, "mute": False,
        "flags": 1 if m.rejoined else 0, "pending": m.pending, "communication_disabled_until": None,
    }


def role(r):
    found = {
        "id": r.id, "name": r.name, "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False, "icon": None, "unicode_emoji": None, "position": r.position,
        "permissions": str(r.permissions), "managed": r.managed, "mentionable": False, "flags": 0,
    }
    if r.tags:
        found["tags"] = r.tags
    return found


def channel(state, c, position):
    return {
        "id": c["id"], "type": c["type"], "guild_id": state.guild["id"], "name": c["name"], "position": position,
        "parent_id": c.get("parent_id"), "permission_overwrites": c["permission_overwrites"], "topic": None,
        "nsfw": False, "last_message_id": None, "rate_limit_per_user": 0, "flags": 0,
    }


def guild(state):
    return {
        "id": state.guild["id"], "name": state.guild["name"], "icon": None, "splash": None, "banner": None,
        "description": None, "owner_id": state.guild["owner_id"], "features": [], "emojis": [], "stickers": [],
        "roles": [role(r) for r in state.roles.values()], "afk_channel_id": None, "afk_timeout": 300,
        "system_channel_id": None, "rules_channel_id": None, "verification_level": 0,
        "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0,
        "premium_tier": 0, "preferred_locale": "pt-BR",
    }


def application(state):
    return {"id": state.application["id"], "name": state.bot["username"], "icon": None, "description": "",
            "bot_public": False, "bot_require_code_grant": False, "verify_key": "0" * 64,
            "flags": state.application["flags"], "bot": bot_user(state),
            "owner": user(state.guild["owner_id"], "direcao"), "team": None, "summary": "", "rpc_origins": []}


def invite(state, i, metadata=False):
    place = state.channels.get(i["channel_id"], {"id": i["channel_id"], "name": "", "type": 0})
    found = {
        "type": 0, "code": i["code"], "expires_at": None if i["expires"] is None else iso(i["expires"]),
        "guild_id": state.guild["id"], "guild": {"id": state.guild["id"], "name": state.guild["name"]},
        "channel": {"id": place["id"], "name": place["name"], "type": place["type"]},
        "inviter": bot_user(state),
    }
    if i["role_ids"]:
        found["roles"] = [{"id": r, "name": state.roles[r].name} for r in i["role_ids"] if r in state.roles]
    if metadata:
        # Only the creator's answer and a channel's list tell about use.
        found.update(uses=i["uses"], max_uses=i["max_uses"], max_age=i["max_age"],
                     temporary=i["temporary"], created_at=iso(i["created"]))
    return found


def webhook(state, w):
    return {"id": w["id"], "type": 1, "guild_id": state.guild["id"], "channel_id": w["channel_id"], "name": w["name"],
            "avatar": None, "token": w["token"], "application_id": state.application["id"], "user": bot_user(state)}


def message(m, author):
    found = {
        "id": m["id"], "type": 0, "channel_id": m["channel_id"], "author": author, "content": m["content"],
        "embeds": m["embeds"], "attachments": [], "mentions": [], "mention_roles": [], "mention_everyone": False,
        "pinned": False, "tts": False, "timestamp": m["at"], "edited_timestamp": None, "flags": m["flags"],
        "components": [],
    }
    if "webhook_id" in m:
        found["webhook_id"] = m["webhook_id"]
    return found
