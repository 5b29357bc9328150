"""What the tests share: the demo guild's ids, a client, and starting the real process."""
import base64
import http.client
import json
import os
import random
import socket
import subprocess
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
GUILD, BOT, BOT_ROLE = "700000000000000001", "700000000000000002", "700000000000000010"
CLUB, CHESS, ANNUAL, VISITOR, BOARD = (f"700000000000000{n}" for n in (101, 102, 103, 199, 900))
WELCOME, REGISTER, NOTICES = (f"700000000000000{n}" for n in (301, 302, 303))
RITA, LEO = "700000000000001001", "700000000000001002"
HOOK = "/webhooks/700000000000000401/sandbox-webhook-token"
STRANGER = "700000000000005555"


class Reply:
    def __init__(self, status, headers, raw):
        self.status = status
        self.headers = headers
        self.raw = raw

    @property
    def json(self):
        return json.loads(self.raw)

    @property
    def code(self):
        return self.json["code"]


class Sandbox:
    """Talks to the running process the way a client would."""

    def __init__(self, port):
        self.port = port

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            if body is not None and not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            # Sent by hand, so that http.client adds no headers of its own.
            connection.putrequest(method, path, skip_accept_encoding=True)
            data = body.encode() if isinstance(body, str) else body
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def control(self, method, path, body=None):
        reply = self.send(method, "/_sandbox" + path, body)
        assert reply.status == 200, reply.raw
        return reply.json

    def state(self, part):
        return self.control("GET", "/state?part=" + part)

    def discord(self, method, path, body=None, **headers):
        given = {"User-Agent": "DiscordBot (https://example.com, 1.0)", "Authorization": "Bot sandbox-bot-token"}
        if body is not None:
            given["Content-Type"] = "application/json"
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.send(method, "/api/v10" + path, body, {k: v for k, v in given.items() if v is not None})

    def manychat(self, method, path, body=None, **headers):
        given = {"Authorization": "Bearer 100200300:sandbox-token", "Accept": "application/json"}
        if body is not None:
            given["Content-Type"] = "application/json"
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.send(method, "/manychat/fb" + path, body, {k: v for k, v in given.items() if v is not None})

    def meta(self, method, path, body=None, **headers):
        """`path` without the version; a header None is left out."""
        given = {"Authorization": "Bearer sandbox-meta-token"}
        if body is not None:
            given["Content-Type"] = "application/json"
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.send(method, "/meta/v25.0" + path, body, {k: v for k, v in given.items() if v is not None})

    def resend(self, method, path, body=None, **headers):
        given = {"User-Agent": "test/1", "Authorization": "Bearer re_sandbox"}
        if body is not None:
            given["Content-Type"] = "application/json"
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.send(method, "/resend" + path, body, {k: v for k, v in given.items() if v is not None})

    def hotmart_token(self):
        basic = base64.b64encode(b"sandbox-client:sandbox-secret").decode()
        return self.send("POST", "/hotmart/security/oauth/token?grant_type=client_credentials&client_id=sandbox-client"
                         "&client_secret=sandbox-secret", headers={"Authorization": "Basic " + basic})

    def hotmart(self, path, token=None, **query):
        """GET with a token of its own unless one is given."""
        token = token or self.hotmart_token().json["access_token"]
        asked = "?" + urllib.parse.urlencode(query, doseq=True) if query else ""
        return self.send("GET", "/hotmart" + path + asked, headers={"Authorization": "Bearer " + token})

    def role(self, method, user, role):
        return self.discord(method, f"/guilds/{GUILD}/members/{user}/roles/{role}")

    def fault(self, **fault):
        return self.control("POST", "/faults", fault)["id"]

    def no_limits(self):
        self.send("PUT", "/_sandbox/discord/limits", "null")


def free_port():
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def start(port):
    process = subprocess.Popen([os.path.join(HERE, "sandbox"), "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE)
    assert process.stdout.readline().startswith(b"sandbox listening on ")
    return process


def until(check, seconds=5):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.01)
    return False
