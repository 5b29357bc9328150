"""Looking at the gateway's sessions, and upsetting them."""
from discord_connection import HEARTBEAT, RECONNECT
from discord_sessions import encode
from fields import BadInput, Fields


def add_routes(add, world, NotFound, DONE):
    gateway = world.discord.gateway

    def chosen(f):
        """The connections meant: one by its number, or all that are open."""
        number = f.get("connection", int, None, null=True)
        if number is None:
            return list(gateway.connections.values())
        if number not in gateway.connections:
            raise NotFound("no such open connection")
        return [gateway.connections[number]]

    def each(act, *names):
        """A route that does something to the chosen connections and tells how many there were."""
        def handler(params, body, query):
            f = Fields(body)
            f.only("connection", *names)
            connections = chosen(f)
            for connection in connections:
                act(connection, f)
            return {"connections": len(connections)}
        return handler

    def configure(params, body, query):
        gateway.configure(body)
        return gateway.settings

    def close(connection, f):
        code = f.get("code", int, low=1000, high=4999)
        connection.close(code, f.get("reason", str, None))

    def send(connection, f):
        payload = f.get("payload", dict, None)
        raw = f.get("raw", str, None)
        if (payload is None) == (raw is None):
            raise BadInput("payload", "give either payload or raw")
        connection.send(encode(payload) if raw is None else raw)

    def dispatch(params, body, query):
        f = Fields(body)
        f.only("t", "d", "times")
        times = f.get("times", int, 1, low=1, high=1000)
        reached = [gateway.dispatch(f.get("t", str), f.value.get("d")) for _ in range(times)]
        return {"connections": reached[-1]}

    def forget(params, body, query):
        """Sessions die on the server's side, as when its node is lost; connections are dropped."""
        gateway.sessions.clear()
        for connection in list(gateway.connections.values()):
            connection.drop()
        return DONE

    at = "/_sandbox/discord/gateway"
    add("GET", at, lambda params, body, query: gateway.view())
    add("PUT", at, configure)
    add("POST", at + "/reconnect", each(lambda c, f: c.send_op(RECONNECT)))
    add("POST", at + "/heartbeat", each(lambda c, f: c.send_op(HEARTBEAT)))
    add("POST", at + "/invalidate", each(lambda c, f: gateway.invalidate(c, f.get("resumable", bool, False)), "resumable"))
    add("POST", at + "/close", each(close, "code", "reason"))
    add("POST", at + "/drop", each(lambda c, f: c.drop()))
    add("POST", at + "/send", each(send, "payload", "raw"))
    add("POST", at + "/dispatch", dispatch)
    add("POST", at + "/forget", forget)
