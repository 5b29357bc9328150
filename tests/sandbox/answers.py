"""What a provider answers, before it becomes an HTTP response."""
import json

from aiohttp import web

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

JSON_TYPE = "application/json"


def encode(value):
    return _encode(value).encode("utf-8")


class Answer:
    """A status, a JSON value (None = no body) and headers.

    `raw` carries bytes that are deliberately not JSON, such as an edge server's page.
    """

    __slots__ = ("status", "value", "headers", "raw", "raw_type")

    def __init__(self, status, value=None, headers=None, raw=None, raw_type="text/html"):
        self.status = status
        self.value = value
        self.headers = headers if headers is not None else {}
        self.raw = raw
        self.raw_type = raw_type

    def response(self):
        headers = self.headers
        if self.raw is not None:
            headers["Content-Type"] = self.raw_type
            return web.Response(status=self.status, body=self.raw, headers=headers)
        if self.value is None:
            return web.Response(status=self.status, headers=headers)
        # Exactly this value: some client libraries refuse a charset parameter.
        headers["Content-Type"] = JSON_TYPE
        return web.Response(status=self.status, body=encode(self.value), headers=headers)
