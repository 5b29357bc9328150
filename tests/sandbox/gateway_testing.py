"""A bare WebSocket client for the gateway's tests: it only does what a test tells it to."""
import asyncio
import json
import zlib

import aiohttp

TOKEN = "sandbox-bot-token"
GUILDS, MEMBERS, INVITES = 1, 2, 64


class Client:
    def __init__(self, socket, inflate):
        self.socket = socket
        self.inflate = inflate
        self.interval = None
        self.seq = None
        self.ready = None

    async def frame(self, seconds=5):
        """The next frame, or None and `close_code` when the other side closed."""
        message = await self.socket.receive(timeout=seconds)
        if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.ERROR):
            return None
        data = message.data
        if isinstance(data, bytes):
            if self.inflate:
                assert data.endswith(b"\x00\x00\xff\xff")
                data = self.inflate.decompress(data)
            else:
                data = zlib.decompress(data)
        found = json.loads(data)
        if found["s"] is not None:
            self.seq = found["s"]
        return found

    async def op(self, op):
        found = await self.frame()
        assert found is not None and found["op"] == op, (found, self.close_code)
        return found["d"]

    async def event(self, name):
        found = await self.frame()
        assert found is not None and (found["op"], found["t"]) == (0, name), (found, self.close_code)
        return found["d"]

    async def closing(self):
        assert await self.frame() is None
        return self.close_code

    @property
    def close_code(self):
        return self.socket.close_code

    async def send(self, op, data=None):
        await self.socket.send_str(json.dumps({"op": op, "d": data}))

    async def identify(self, intents=GUILDS | MEMBERS, **more):
        await self.send(2, {"token": TOKEN, "intents": intents, "properties": {"os": "linux"}, **more})

    async def begin(self, intents=GUILDS | MEMBERS, **more):
        await self.identify(intents, **more)
        self.ready = await self.event("READY")
        if intents & GUILDS:
            await self.event("GUILD_CREATE")

    async def resume(self, session_id, seq, token=TOKEN):
        await self.send(6, {"token": token, "session_id": session_id, "seq": seq})

    async def close(self, code=4000):
        await self.socket.close(code=code)


class Clients:
    """Opens connections; all are closed at its end."""

    def __init__(self, sandbox):
        self.sandbox = sandbox

    async def __aenter__(self):
        self.http = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *error):
        await self.http.close()

    async def open(self, url=None, query="v=10&encoding=json", hello=True):
        url = url or f"ws://127.0.0.1:{self.sandbox.port}/"
        socket = await self.http.ws_connect(f"{url}?{query}", max_msg_size=0)
        client = Client(socket, zlib.decompressobj() if "zlib-stream" in query else None)
        if hello:
            client.interval = (await client.op(10))["heartbeat_interval"]
        return client

    async def begun(self, intents=GUILDS | MEMBERS, **more):
        client = await self.open()
        await client.begin(intents, **more)
        return client

    async def control(self, method, path, body=None):
        return await asyncio.to_thread(self.sandbox.control, method, path, body)

    async def discord(self, *arguments, **named):
        return await asyncio.to_thread(lambda: self.sandbox.discord(*arguments, **named))


def gateway_test(story):
    """Makes a plain test of `async def story(clients)`, with a fresh sandbox."""
    def test(sandbox):
        async def run():
            async with Clients(sandbox) as clients:
                await clients.control("PUT", "/discord/gateway", {"identify_window_seconds": 0})
                await asyncio.wait_for(story(clients), 20)
        asyncio.run(run())
    test.__name__ = story.__name__
    return test
