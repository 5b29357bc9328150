"""Talking to the admin API as a program or a browser does."""

import json

from http_calls import call

PASSWORD = "uma senha bem comprida"
HOST_HEADERS = {"Content-Type": "application/json"}


class AdminApi:
    """One caller: with a personal token, a session cookie, or nothing."""

    def __init__(self, port, token=None, cookie=None, headers=None):
        self.port = port
        self.token = token
        self._headers = dict(headers or {})
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        if cookie is not None:
            self._headers["Cookie"] = f"ciclo_session={cookie}"

    def ask(self, method, path, body=None, headers=None, seconds=20):
        """`body`: an object, or raw bytes."""
        given = {**(HOST_HEADERS if body is not None else {}), **self._headers, **(headers or {})}
        raw = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        return call(self.port, method, path, raw, given, seconds)

    def expect(self, status, method, path, body=None, headers=None):
        answer = self.ask(method, path, body, headers)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.text}"
        return answer.json if answer.text else None

    def get(self, path):
        return self.expect(200, "GET", path)


def make_account(ciclo, email, role="admin"):
    ciclo.cli("admin", "create", email, "--role", role, typed=PASSWORD + "\n")


def token_of(ciclo, email, name="test"):
    return ciclo.cli("admin", "token", email, "--name", name).split()[0]


def caller(ciclo, role, mark):
    """An account of its own with a personal token. A student is somebody who was demoted."""
    email = f"{role}.{mark}@escola.example"
    make_account(ciclo, email, "admin" if role == "student" else role)
    api = AdminApi(ciclo.admin_port, token_of(ciclo, email))
    if role == "student":
        ciclo.cli("admin", "role", email, "student")
    api.email = email
    return api


def assert_problem(answer, status):
    assert answer.status == status, f"{answer.status}: {answer.text}"
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json
    assert problem["status"] == status
    assert problem["title"] and len(problem["detail"]) > 10, "it has to say what to do"
    return problem
