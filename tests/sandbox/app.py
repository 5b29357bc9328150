"""The process: one port, one event loop, and the way of a request through it."""
import argparse
import asyncio
import gc
import os
import signal

from aiohttp import web

from answers import Answer, encode
from control import Control
from world import World

LARGEST_BODY = 256 * 1024 * 1024  # a guild with very many members is loaded in one request


class Call:
    """What is known of a request besides its headers."""

    __slots__ = ("method", "path", "version_ok", "route", "params", "allowed", "body", "delay")

    async def pause(self):
        if self.delay:
            await asyncio.sleep(self.delay)


def hang_up(request):
    """Closes the connection without an answer."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()  # goes nowhere: the transport is closed


async def provide(world, provider, request, path):
    call = Call()
    call.method = request.method
    call.path, call.version_ok = provider.relative(path)
    call.route, call.params, call.allowed = provider.router.find(call.method, call.path)
    # Multipart bodies are parsed as a stream later on, so they are left alone here.
    streamed = not request.body_exists or request.content_type == "multipart/form-data"
    call.body = b"" if streamed else await request.read()
    plan = world.faults.plan(provider.name, call.method, call.path, request.rel_url, call.body)
    call.delay = plan.delay if plan else 0.0
    fault = plan.fault if plan else None
    key = f"{provider.name} {call.route.name if call.route else call.method + ' (unknown)'}"

    if fault is None:
        answer = await provider.answer(request, call)
    elif fault.kind in ("drop", "status", "rate_limit"):
        await call.pause()
        if fault.kind == "drop":
            world.calls.count(key, "drop")
            return hang_up(request)
        if fault.kind == "rate_limit":
            answer = provider.rate_limited(fault, call)
        else:
            answer = instead(fault, provider.broken(fault.status))
    else:
        answer = await provider.answer(request, call)
        if fault.kind == "body":
            answer = instead(fault, answer)

    provider.done(call, answer)
    if fault is not None and fault.kind == "drop_after":
        world.calls.count(key, "drop_after")
        return hang_up(request)
    world.calls.count(key, answer.status)
    return answer.response()


def instead(fault, answer):
    """Puts what the fault asks for over an answer. A string is sent as it is, anything else as JSON."""
    headers = {**answer.headers, **fault.headers}
    status = fault.status or answer.status
    if isinstance(fault.body, str):
        headers.pop("Via", None)  # a page comes from the edge, not from the API
        headers.update(fault.headers)
        return Answer(status, headers=headers, raw=fault.body.encode(), raw_type=fault.content_type)
    value = answer.value if fault.body is None else fault.body
    return Answer(status, None if status == 204 else value, headers)


def handler_for(world):
    control = Control(world)
    gateway = world.discord.gateway
    prefixes = [(p.prefix + "/", p) for p in world.providers]
    healthy, nowhere = encode({"status": "ok"}), encode({"error": "no such path in the sandbox"})
    as_json = {"Content-Type": "application/json"}

    async def handle(request):
        path = request.path
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await gateway.connect(request)
        for prefix, provider in prefixes:
            if path.startswith(prefix):
                return await provide(world, provider, request, path[len(prefix) - 1:])
        if path.startswith("/_sandbox/"):
            return await control.handle(request, path)
        if path == "/healthz":
            return web.Response(body=healthy, headers=dict(as_json))
        return web.Response(status=404, body=nowhere, headers=dict(as_json))

    return handle


async def serve(host, port):
    loop = asyncio.get_running_loop()
    gc.set_threshold(50000, 20, 50)  # rare collections: their pauses would show in latency measurements

    def request_of(message, payload, protocol, writer, task):
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY)

    server = web.Server(handler_for(World()), request_factory=request_of, access_log=None, keepalive_timeout=75.0)
    for number in (signal.SIGTERM, signal.SIGINT):
        # Nothing is worth saving, and a waiting client should see the end at once.
        loop.add_signal_handler(number, os._exit, 0)
    listener = await loop.create_server(server, host, port, backlog=1024)
    host, port = listener.sockets[0].getsockname()[:2]
    print(f"sandbox listening on {host}:{port}", flush=True)
    await listener.serve_forever()


def main():
    parser = argparse.ArgumentParser(description="Stands in for the outside providers.")
    parser.add_argument("--listen", default=os.environ.get("SANDBOX_LISTEN", "127.0.0.1:8082"), metavar="HOST:PORT")
    host, _, port = parser.parse_args().listen.rpartition(":")
    if not host or not port.isdigit():
        parser.error("--listen must look like 127.0.0.1:8082")
    asyncio.run(serve(host.strip("[]"), int(port)))
