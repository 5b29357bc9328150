"""Gateway sessions: what was dispatched under which number, and what a resume may still have."""
import json
import secrets
from collections import deque

encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

GUILDS, MEMBERS, INVITES = 1 << 0, 1 << 1, 1 << 6
PRESENCES, CONTENT = 1 << 8, 1 << 15
KNOWN_INTENTS = (1 << 17) - 1 | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25
# A privileged intent needs one of two application flags: the approved or the limited form.
_PRIVILEGED = ((PRESENCES, 0b11 << 12), (MEMBERS, 0b11 << 14), (CONTENT, 0b11 << 18))


def forbidden_intents(intents, flags):
    """Whether a privileged intent is asked for that the application has not switched on."""
    return any(intents & intent and not flags & switch for intent, switch in _PRIVILEGED)


class Session:
    __slots__ = ("id", "intents", "seq", "events", "connection", "lost_at", "chunked_at")

    def __init__(self, intents, buffered):
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.seq = 0
        self.events = deque(maxlen=buffered)  # (number, event, frame): what a resume may have again
        self.connection = None
        self.lost_at = None
        self.chunked_at = None

    def wants(self, intent):
        return not intent or bool(self.intents & intent)

    def dispatch(self, event, data):
        self.seq += 1
        frame = encode({"op": 0, "d": data, "s": self.seq, "t": event})
        self.events.append((self.seq, event, frame))
        if self.connection is not None:
            self.connection.send(frame)

    def missed(self, seq):
        """The frames after `seq`, or None when the buffer no longer reaches back that far."""
        if seq < self.seq and (not self.events or self.events[0][0] > seq + 1):
            return None
        return [frame for number, event, frame in self.events if number > seq and event != "RESUMED"]

    def view(self):
        return {"id": self.id, "intents": self.intents, "seq": self.seq, "connected": self.connection is not None,
                "dispatched": [[number, event] for number, event, _ in self.events]}
