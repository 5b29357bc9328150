"""The gateway as a whole: who may identify, which sessions live, and who is told what."""
import asyncio
import secrets
import time
from collections import deque

from aiohttp import web

import discord_objects as objects
from discord_connection import INVALID, Connection
from discord_sessions import KNOWN_INTENTS, MEMBERS, Session, forbidden_intents
from fields import BadInput, Fields

DAY = 86400
CHUNK = 1000
_CHUNK_PAUSE = 30.0  # seconds between two requests for all members
_KEPT_CONNECTIONS = 200

# name: (default, type, lowest)
SETTINGS = {
    "heartbeat_interval_ms": (41250, int, 10),  # of connections opened from now on
    "acks": (True, bool, None),  # false: heartbeats stay without an answer
    "hello": (True, bool, None),  # false: the greeting is held back until it is true again
    "refuse": (None, int, 200),  # an HTTP status instead of the upgrade
    "session_seconds": (180.0, float, 0),  # how long a session outlives its connection
    "expired": ("invalid", str, None),  # what a resume of a dead session gets: op 9 ("invalid") or 4009 ("timed_out")
    "buffered_events": (5000, int, 1),
    "identifies_per_day": (1000, int, 1),
    "max_concurrency": (1, int, 1),
    "identify_window_seconds": (5.0, float, 0),
    "sends_per_minute": (120, int, 1),
    "resume_path": ("", str, None),  # "" as the real one: an address without any path
    "invite_delete": ("before", str, None),  # when a join uses an invite up: "before" or "after" the join, or "never"
    "copies": ({}, dict, None),  # per event how often it is sent: 0 loses it, 2 doubles it
}
_CHOICES = {"expired": ("invalid", "timed_out"), "invite_delete": ("before", "after", "never")}


class Gateway:
    def __init__(self, state):
        self.state = state
        self.connections = {}  # the open ones
        self.events = None  # builds what is dispatched; set by who owns both
        self.hello_gate = asyncio.Event()
        self.reset()

    def reset(self):
        for connection in list(self.connections.values()):
            connection.drop()
        self.settings = {name: default for name, (default, _, _) in SETTINGS.items()}
        self.hello_gate.set()
        self.sessions = {}
        self.past = deque(maxlen=_KEPT_CONNECTIONS)
        self._numbers = 0
        self._identified = deque()  # by the wall clock, for the daily limit
        self._recent = deque()  # by the monotonic clock, for the window
        self.unsent = 0  # dispatches that nobody was there for

    def configure(self, body):
        f = Fields(body)
        f.only(*SETTINGS)
        found = {}
        for name in f.value:
            _, kind, low = SETTINGS[name]
            found[name] = f.get(name, kind, null=name == "refuse", low=low)
            if found[name] not in _CHOICES.get(name, (found[name],)):
                raise BadInput(name, "must be one of " + ", ".join(_CHOICES[name]))
        for event, times in found.get("copies", {}).items():
            if type(times) is not int or times < 0:
                raise BadInput(f"copies.{event}", "must be a number of times")
        self.settings.update(found)
        (self.hello_gate.set if self.settings["hello"] else self.hello_gate.clear)()

    # -- connections -------------------------------------------------------------
    async def connect(self, request):
        if self.settings["refuse"]:
            return web.Response(status=self.settings["refuse"])
        if request.query.get("encoding", "json") != "json":
            return web.Response(status=400)
        self._numbers += 1
        connection = Connection(self, request, self._numbers)
        self.connections[connection.number] = connection
        self.past.append(connection)
        if request.query.get("v") != "10":
            connection.close(4012)
        return await connection.run()

    def gone(self, connection):
        self.connections.pop(connection.number, None)
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection, session.lost_at = None, self.state.clock.now()
        # A client that says goodbye with one of these two ends its session.
        if connection.closed["by"] == "client" and connection.closed["code"] in (1000, 1001):
            self.sessions.pop(session.id, None)

    def _forget_dead(self):
        oldest = self.state.clock.now() - self.settings["session_seconds"]
        for session in [s for s in self.sessions.values() if s.connection is None and s.lost_at <= oldest]:
            del self.sessions[session.id]

    # -- identify and resume -------------------------------------------------------
    def starts_left(self):
        """(identifies left today, milliseconds until the count begins anew)"""
        now = self.state.clock.now()
        while self._identified and self._identified[0] <= now - DAY:
            self._identified.popleft()
        began = self._identified[0] if self._identified else now
        return max(0, self.settings["identifies_per_day"] - len(self._identified)), int((began + DAY - now) * 1000)

    def identify(self, connection, data):
        state = self.state
        if connection.session is not None:
            return connection.close(4005)
        if not isinstance(data, dict) or not isinstance(data.get("token"), str) or not isinstance(data.get("properties"), dict):
            return connection.close(4002)
        if data["token"] != state.bot["token"]:
            return connection.close(4004)
        if data.get("shard") not in (None, [0, 1]):
            return connection.close(4010)
        intents = data.get("intents")
        if type(intents) is not int or intents & ~KNOWN_INTENTS or intents < 0:
            return connection.close(4013)
        if forbidden_intents(intents, state.application["flags"]):
            return connection.close(4014)
        if not self.starts_left()[0]:
            return self._reset_token()
        self._identified.append(state.clock.now())
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - self.settings["identify_window_seconds"]:
            self._recent.popleft()
        if len(self._recent) >= self.settings["max_concurrency"]:
            return connection.send_op(INVALID, False)
        self._recent.append(now)
        connection.compress_large = data.get("compress") is True
        session = Session(intents, self.settings["buffered_events"])
        self.sessions[session.id] = session
        self._attach(session, connection)
        session.dispatch("READY", self.events.ready(session, connection, data))
        self.events.welcome(session)

    def _reset_token(self):
        """Too many in a day: all sessions end and the token is worth nothing any more."""
        self.state.bot["token"] = secrets.token_urlsafe(32)
        self.sessions.clear()
        for connection in list(self.connections.values()):
            connection.close(4004)

    def _attach(self, session, connection):
        old, session.connection, session.lost_at = session.connection, connection, None
        connection.session = session
        if old is not None and old is not connection:
            old.close(4000, "resumed elsewhere")

    def resume(self, connection, data):
        if connection.session is not None:
            return connection.close(4005)
        if not isinstance(data, dict) or not isinstance(data.get("session_id"), str) or type(data.get("seq")) is not int:
            return connection.close(4002)
        if data.get("token") != self.state.bot["token"]:
            return connection.close(4004)
        self._forget_dead()
        session = self.sessions.get(data["session_id"])
        if session is None:
            return self._refuse_resume(connection)
        if not 0 <= data["seq"] <= session.seq:
            return connection.close(4007)
        missed = session.missed(data["seq"])
        if missed is None:
            del self.sessions[session.id]
            return self._refuse_resume(connection)
        self._attach(session, connection)
        for frame in missed:
            connection.send(frame)
        session.dispatch("RESUMED", {"_trace": ["sandbox"]})

    def _refuse_resume(self, connection):
        if self.settings["expired"] == "timed_out":
            return connection.close(4009)
        connection.send_op(INVALID, False)

    def invalidate(self, connection, resumable):
        session, connection.session = connection.session, None
        if session is not None:
            session.connection, session.lost_at = None, self.state.clock.now()
            if not resumable:
                self.sessions.pop(session.id, None)
        connection.send_op(INVALID, resumable)

    # -- dispatch ------------------------------------------------------------------
    def interested(self, intent=0):
        self._forget_dead()
        return [s for s in self.sessions.values() if s.wants(intent)]

    def dispatch(self, event, data, intent=0):
        """Returns how many sessions have a connection that it went to."""
        sessions = self.interested(intent)
        for session in sessions:
            for _ in range(self.settings["copies"].get(event, 1)):
                session.dispatch(event, data)
        reached = sum(s.connection is not None for s in sessions)
        self.unsent += not reached
        return reached

    def request_members(self, connection, data):
        session, state = connection.session, self.state
        if not isinstance(data, dict) or str(data.get("guild_id")) != state.guild["id"]:
            return  # ids are taken as numbers too: some libraries send them so
        query, ids = data.get("query"), data.get("user_ids")
        limit = data.get("limit") or 0
        if ids is not None:
            ids = [str(i) for i in (ids if isinstance(ids, list) else [ids])]
            found = [state.members[i] for i in ids if i in state.members]
        else:
            found = [m for m in state.members_in_order() if m.username.startswith(query or "")]
            if not query and not limit:
                if not session.wants(MEMBERS):
                    return
                now = time.monotonic()
                if session.chunked_at is not None and now < session.chunked_at + _CHUNK_PAUSE:
                    meta = {"guild_id": state.guild["id"], "nonce": data.get("nonce")}
                    wait = session.chunked_at + _CHUNK_PAUSE - now
                    return session.dispatch("RATE_LIMITED", {"opcode": 8, "retry_after": wait, "meta": meta})
                session.chunked_at = now
        found = found[:limit] if limit else found
        pages = [found[i:i + CHUNK] for i in range(0, len(found), CHUNK)] or [[]]
        for index, page in enumerate(pages):
            chunk = {"guild_id": state.guild["id"], "members": [objects.member(m) for m in page],
                     "chunk_index": index, "chunk_count": len(pages)}
            if ids is not None:
                chunk["not_found"] = [i for i in ids if i not in state.members]
            if data.get("nonce") is not None:
                chunk["nonce"] = data["nonce"]
            session.dispatch("GUILD_MEMBERS_CHUNK", chunk)

    def view(self):
        self._forget_dead()
        return {"settings": self.settings, "starts_left": self.starts_left()[0], "unsent": self.unsent,
                "sessions": [s.view() for s in self.sessions.values()],
                "connections": [c.view() for c in self.past]}
