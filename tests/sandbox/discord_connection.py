"""One WebSocket of the gateway: frames in and out, heartbeats, compression, and the rules a client can break."""
import asyncio
import json
import time
import zlib
from collections import deque

from aiohttp import web

from discord_sessions import encode

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = (0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11)
LARGEST_SEND = 4096  # bytes that a client may send at once
_SEND_WINDOW = 60.0
_SMALL = 1024  # below this, `compress` in Identify is not worth it
_KEPT = 500  # frames that are remembered of each connection

REASONS = {
    4000: "Unknown error", 4001: "Unknown opcode", 4002: "Decode error", 4003: "Not authenticated",
    4004: "Authentication failed", 4005: "Already authenticated", 4007: "Invalid seq", 4008: "Rate limited",
    4009: "Session timed out", 4010: "Invalid shard", 4012: "Invalid API version", 4013: "Invalid intent(s)",
    4014: "Disallowed intent(s)",
}


class Connection:
    def __init__(self, gateway, request, number):
        self.gateway = gateway
        self.number = number
        self.request = request
        self.path = request.path
        self.query = dict(request.query)
        self.session = None
        self.interval = gateway.settings["heartbeat_interval_ms"] / 1000
        self.opened = time.monotonic()
        self.beat = None  # when the last heartbeat came
        self.received = deque(maxlen=_KEPT)
        self.closed = None
        self.compress_large = False
        self._deflate = zlib.compressobj() if self.query.get("compress") == "zlib-stream" else None
        self._sends = deque()
        self._out = asyncio.Queue()
        self._socket = None
        self._closing = False

    # -- life ------------------------------------------------------------------
    async def run(self):
        self._socket = web.WebSocketResponse(compress=False, max_msg_size=1 << 20, timeout=1.0)
        await self._socket.prepare(self.request)
        greeter, reader, writer = (asyncio.ensure_future(part) for part in (self._greet(), self._read(), self._write()))
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
            if self.closed is not None and self.closed["by"] == "server":
                await asyncio.wait({writer}, timeout=3)  # what was sent before goes out first
            if writer.done() and writer.result() is not None:
                await self._say_goodbye(reader, *writer.result())
        finally:
            for part in (greeter, reader, writer):
                part.cancel()
            if self.closed is None:
                self.closed = {"by": "client", "code": self._socket.close_code}
            self.gateway.gone(self)
        return self._socket

    async def _say_goodbye(self, reader, code, reason):
        """Waits for the client's answer: hanging up at once could overtake the code on its way."""
        reader.cancel()
        await asyncio.wait({reader})
        await self._socket.close(code=code, message=reason.encode())

    async def _greet(self):
        await self.gateway.hello_gate.wait()
        self.send(encode({"op": HELLO, "d": {"heartbeat_interval": int(self.interval * 1000), "_trace": ["sandbox"]},
                          "s": None, "t": None}))
        self.beat = time.monotonic()
        while True:
            # The first heartbeat may come up to one interval late (jitter), so one and a half is a miss.
            late = self.beat + 1.5 * self.interval + 0.25 - time.monotonic()
            if late <= 0:
                return self.close(4000, "heartbeat missed")
            await asyncio.sleep(late)

    async def _read(self):
        async for message in self._socket:
            if self._closing:
                return
            if message.type in (web.WSMsgType.TEXT, web.WSMsgType.BINARY):
                self._take(message.data)

    async def _write(self):
        """Until there is nothing more to send: answers with which code and reason the server closes."""
        try:
            while True:
                item = await self._out.get()
                if not isinstance(item, str):
                    return item
                await self._put(item)
        except (ConnectionError, RuntimeError):
            pass  # the client is gone; the reader notices

    async def _put(self, text):
        if self._deflate is not None:
            # One context for the whole connection; each message ends with 00 00 FF FF.
            raw = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self._socket.send_bytes(raw)
        elif self.compress_large and len(text) > _SMALL:
            await self._socket.send_bytes(zlib.compress(text.encode()))
        else:
            await self._socket.send_str(text)

    # -- out -------------------------------------------------------------------
    def send(self, frame):
        if not self._closing:
            self._out.put_nowait(frame)

    def send_op(self, op, data=None):
        self.send(encode({"op": op, "d": data, "s": None, "t": None}))

    def close(self, code, reason=None):
        if not self._closing:
            self._closing = True
            self.closed = {"by": "server", "code": code}
            self._out.put_nowait((code, reason or REASONS.get(code, "")))

    def drop(self):
        """Without a closing frame, as a broken network does."""
        self._closing = True
        self.closed = {"by": "drop", "code": None}
        if self.request.transport is not None:
            self.request.transport.abort()

    # -- in --------------------------------------------------------------------
    def _take(self, data):
        raw = data.encode() if isinstance(data, str) else data
        now = time.monotonic()
        self._sends.append(now)
        while self._sends[0] <= now - _SEND_WINDOW:
            self._sends.popleft()
        if len(self._sends) > self.gateway.settings["sends_per_minute"]:
            return self.close(4008)
        if len(raw) > LARGEST_SEND:
            return self.close(4002)
        try:
            frame = json.loads(raw)
        except ValueError:
            frame = None
        if not isinstance(frame, dict) or type(frame.get("op")) is not int:
            return self.close(4002)
        op, data = frame["op"], frame.get("d")
        self._remember(op, data, now)
        if op == HEARTBEAT:
            self._heartbeat(data, now)
        elif op == IDENTIFY:
            self.gateway.identify(self, data)
        elif op == RESUME:
            self.gateway.resume(self, data)
        elif op in (PRESENCE, VOICE, MEMBERS):
            if self.session is None:
                return self.close(4003)
            if op == MEMBERS:
                self.gateway.request_members(self, data)
        else:
            self.close(4001)

    def _heartbeat(self, seq, now):
        if seq is not None and type(seq) is not int:
            return self.close(4002)
        self.beat = now
        if self.gateway.settings["acks"]:
            self.send_op(ACK)

    def _remember(self, op, data, now):
        if isinstance(data, dict) and "token" in data:
            data = {**data, "token": "***"}
        self.received.append({"op": op, "d": data, "after_ms": round((now - self.opened) * 1000)})

    def view(self):
        return {"id": self.number, "path": self.path, "query": self.query, "session": self.session and self.session.id,
                "heartbeat_interval_ms": int(self.interval * 1000), "closed": self.closed, "received": list(self.received)}
