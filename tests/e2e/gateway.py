"""Delivering webhooks as Hotmart does."""

import json
import time

from http_calls import call

HOTTOK = "e2e-hottok-0123456789abcdef"
PATH = "/webhooks/hotmart"


class Gateway:
    def __init__(self, port):
        self.port = port

    def post(self, body, token=HOTTOK, headers=None, path=PATH, method="POST", seconds=10):
        """`body` is an event (object) or raw bytes. `token` None: no token header at all."""
        given = {"Content-Type": "application/json"}
        if token is not None:
            given["X-HOTMART-HOTTOK"] = token
        given.update(headers or {})
        raw = body if isinstance(body, (bytes, type(None))) else json.dumps(body, ensure_ascii=False).encode()
        return call(self.port, method, path, raw, {k: v for k, v in given.items() if v is not None}, seconds)

    def accept(self, event):
        answer = self.post(event)
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        return answer.json

    def deliver(self, event, seconds=40):
        """Again and again until the answer is 200, as Hotmart does, only with less patience in between."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = self.post(event, seconds=5)
                if answer.status == 200:
                    return answer.json
                seen = f"{answer.status}: {answer.text}"
            except OSError as failure:
                seen = repr(failure)
            if time.monotonic() > deadline:
                raise AssertionError(f"{event['id']} was not taken within {seconds} s; last: {seen}")
            time.sleep(0.1)
