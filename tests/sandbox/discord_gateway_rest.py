"""Where the gateway is: the sandbox itself, under the name it was called by."""


def address(ctx):
    return {"url": f"ws://{ctx.host}/"}


def address_for_bots(ctx):
    left, reset_after = ctx.gateway.starts_left()
    settings = ctx.gateway.settings
    return {**address(ctx), "shards": 1, "session_start_limit": {
        "total": settings["identifies_per_day"], "remaining": left, "reset_after": reset_after,
        "max_concurrency": settings["max_concurrency"]}}


ROUTES = (
    ("GET", "/gateway", address),
    ("GET", "/gateway/bot", address_for_bots),
)
