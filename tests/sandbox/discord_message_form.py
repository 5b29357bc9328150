"""What a message may hold, wherever it is posted."""
from discord_errors import Form, error

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


def read_message(body, files=False, webhook=False):
    form = Form()
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
    if not (isinstance(content, str) and content.strip()) and not embeds and not body.get("poll") and not files:
        raise error(50006)
    return {"content": content or "", "embeds": embeds, "flags": flags}
