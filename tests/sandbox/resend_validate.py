"""What Resend checks in an e-mail before it accepts it."""
import re
from datetime import datetime

_PLAIN = re.compile(r"[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;.]+")
_NAMED = re.compile(r"[^<>]*<\s*([^<>]+?)\s*>")
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FORMAT = "The email address needs to follow the `email@example.com` or `Name <email@example.com>` format."


class ResendError(Exception):
    def __init__(self, status, name, message):
        super().__init__(message)
        self.status = status
        self.body = {"statusCode": status, "name": name, "message": message}


def invalid(message, name="validation_error"):
    return ResendError(422, name, message)


def address(value):
    """The bare address inside `value`, or None."""
    if not isinstance(value, str):
        return None
    named = _NAMED.fullmatch(value.strip())
    bare = named[1] if named else value.strip()
    return bare if _PLAIN.fullmatch(bare) else None


def _addresses(mail, field):
    value = mail.get(field)
    values = value if isinstance(value, list) else [value]
    if not 1 <= len(values) <= 50:
        raise invalid(f"The `{field}` field must hold between 1 and 50 addresses.")
    for one in values:
        if address(one) is None:
            raise invalid(f"Invalid `{field}` field. {_FORMAT}")
    return values


def _tags(mail):
    tags = mail.get("tags")
    if not isinstance(tags, list):
        raise invalid("The `tags` field must be an array.")
    for tag in tags:
        for part in ("name", "value"):
            if not isinstance(tag, dict) or not isinstance(tag.get(part), str) or not _TAG.fullmatch(tag[part]):
                raise invalid("Tags should only contain ASCII letters, numbers, underscores, or dashes.")


def check(mail, verified_domains):
    """Raises the first thing that is wrong; returns the mail with its addresses as lists."""
    if not isinstance(mail, dict):
        raise invalid("The request body must be an object.")
    template = mail.get("template")
    for field in ("from", "to") if template else ("from", "to", "subject"):
        if mail.get(field) in (None, "", []):
            raise invalid(f"Missing `{field}` field.", "missing_required_field")
    if template is None and not mail.get("html") and not mail.get("text"):
        raise invalid("Missing `html` or `text` field.", "missing_required_field")
    if template is not None and (not isinstance(template, dict) or not template.get("id")):
        raise invalid("Missing `template.id` field.", "missing_required_field")
    if template is not None and (mail.get("html") or mail.get("text")):
        raise invalid("The `template` field cannot be used together with `html` or `text`.")
    for field in ("subject", "html", "text"):
        if mail.get(field) is not None and not isinstance(mail[field], str):
            raise invalid(f"The `{field}` field must be a string.")
    sender = address(mail["from"])
    if sender is None:
        raise invalid(f"Invalid `from` field. {_FORMAT}")
    clean = dict(mail)
    for field in ("to", "cc", "bcc", "reply_to"):
        if mail.get(field) is not None:
            clean[field] = _addresses(mail, field)
    headers = mail.get("headers")
    if headers is not None and (not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values())):
        raise invalid("The `headers` field must be an object of strings.")
    if mail.get("tags") is not None:
        _tags(mail)
    if mail.get("attachments") is not None:
        _attachments(mail["attachments"])
    if mail.get("scheduled_at") is not None:
        _moment(mail["scheduled_at"])
    domain = sender.rsplit("@", 1)[1].lower()
    if verified_domains is not None and domain not in verified_domains:
        raise ResendError(403, "validation_error", f"The {domain} domain is not verified. "
                          "Please, add and verify your domain before sending from it.")
    return clean


def _attachments(attachments):
    whole = isinstance(attachments, list) and all(
        isinstance(a, dict) and (a.get("content") or a.get("path")) for a in attachments)
    if not whole:
        raise invalid("Attachments must have either a `content` or `path`.", "invalid_attachment")


def _moment(value):
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise invalid("The `scheduled_at` field must be an ISO 8601 date.", "invalid_parameter") from None
