"""Who gets into the admin API, and how hard it is for everybody else."""

import json
import re
import threading
import uuid
from urllib.parse import quote

import pytest

from admin_api import PASSWORD, AdminApi, assert_problem, caller, make_account, token_of
from http_calls import call
from openapi import ENDPOINTS, example_path


@pytest.fixture(scope="module")
def api(lone_admin_api):
    return lone_admin_api


@pytest.fixture(scope="module")
def callers(api):
    """One caller for each role."""
    return {role: caller(api, role, "roles") for role in ("student", "support", "admin")}


# --- who may do what ---


@pytest.mark.parametrize("method, path", [(m, p) for m, p, open_to in ENDPOINTS if open_to != "everybody"])
def test_every_endpoint_refuses_whoever_shows_no_good_token(api, method, path):
    for token in (None, "", "ciclo_" + "0" * 64, "Bearer", "' OR 1=1 --", "x" * 5000):
        assert_problem(AdminApi(api.admin_port, token).ask(method, example_path(path), {}), 401)
    basic = {"Authorization": "Basic YWRtaW46YWRtaW4="}
    answer = AdminApi(api.admin_port, headers=basic).ask(method, example_path(path), {})
    assert_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("method, path, open_to", ENDPOINTS)
def test_every_endpoint_is_open_to_its_roles_only(api, callers, method, path, open_to):
    allowed = {"everybody": ("student", "support", "admin"), "support": ("support", "admin"), "admin": ("admin",)}[open_to]
    for role, one in callers.items():
        if role in allowed and path.endswith("/stream"):
            continue  # does not end: test_admin_jobs.py reads it
        # Nothing exists by these ids, and the body says nothing: no call changes anything.
        answer = one.ask(method, example_path(path), b"[]" if method in ("POST", "PATCH") else None)
        if role in allowed:
            assert answer.status not in (401, 403, 500, 503), f"{role}: {answer.status} {answer.text}"
        else:
            assert_problem(answer, 403)


def test_a_demoted_admin_may_do_nothing_from_that_moment_on(api):
    one = caller(api, "admin", "demoted")
    one.get("/admin/me")
    api.cli("admin", "role", one.email, "student")
    assert_problem(one.ask("GET", "/admin/me"), 403)
    assert_problem(AdminApi(api.admin_port).ask("POST", "/admin/sign-in", {"email": one.email, "password": PASSWORD}), 401)
    api.cli("admin", "role", one.email, "support")
    assert one.get("/admin/me")["role"] == "support"


# --- signing in ---


def test_a_session_begins_with_the_password_and_ends_with_the_sign_out(api):
    make_account(api, "rita@escola.example")
    answer = AdminApi(api.admin_port).ask("POST", "/admin/sign-in", {"email": " Rita@Escola.example ", "password": PASSWORD})
    assert answer.status == 200, answer.text
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200", "Secure"):
        assert part in cookie
    session = re.match(r"ciclo_session=(\w+);", cookie)[1]
    assert session == answer.json["token"]

    browser = AdminApi(api.admin_port, cookie=session)
    me = browser.get("/admin/me")
    assert (me["email"], me["role"], me["signed_in_with"]) == ("rita@escola.example", "admin", "session")

    # A foreign page can make a browser send the cookie, but neither of these headers.
    assert_problem(browser.ask("POST", "/admin/tokens", {"name": "forged"}), 403)
    assert_problem(browser.ask("POST", "/admin/tokens", {"name": "forged"}, {"Sec-Fetch-Site": "cross-site",
                                                                            "X-Requested-With": "ciclo"}), 403)
    made = browser.expect(201, "POST", "/admin/tokens", {"name": "script"}, {"X-Requested-With": "ciclo"})
    assert AdminApi(api.admin_port, made["token"]).get("/admin/me")["signed_in_with"] == "token"
    browser.expect(409, "POST", "/admin/tokens", {"name": "script"}, {"Sec-Fetch-Site": "same-origin"})

    assert browser.ask("POST", "/admin/sign-out", headers={"Sec-Fetch-Site": "same-origin"}).status == 204
    assert_problem(browser.ask("GET", "/admin/me"), 401)


def test_neither_tokens_nor_passwords_are_in_the_database_or_in_the_logs(api):
    make_account(api, "segredo@escola.example")
    token = token_of(api, "segredo@escola.example")
    session = AdminApi(api.admin_port).expect(200, "POST", "/admin/sign-in",
                                              {"email": "segredo@escola.example", "password": PASSWORD})["token"]
    text = json.dumps([api.database.rows(f"SELECT t::text FROM {table} AS t")
                       for table in ("accounts", "access_tokens", "sign_in_attempts", "events", "users")])
    log = api.processes["admin-api"].log_text()
    for secret in (token, session, PASSWORD):
        assert secret not in text
        assert secret not in log
    assert api.database.value("SELECT password_hash FROM accounts WHERE email = %s",
                              "segredo@escola.example").startswith("scrypt$")
    assert "segredo@escola.example" not in log


def test_a_token_has_an_owner_an_end_and_can_be_taken_back(api):
    make_account(api, "dona@escola.example")
    session = AdminApi(api.admin_port).expect(200, "POST", "/admin/sign-in",
                                              {"email": "dona@escola.example", "password": PASSWORD})["token"]
    owner = AdminApi(api.admin_port, session)
    made = owner.expect(201, "POST", "/admin/tokens", {"name": "relatório", "expires_in_days": 1})
    assert [token["name"] for token in owner.get("/admin/tokens")["tokens"]] == ["relatório"]
    program = AdminApi(api.admin_port, made["token"])
    # A token that leaked makes no others, and is nobody else's to take back.
    assert_problem(program.ask("POST", "/admin/tokens", {"name": "another"}), 403)
    assert_problem(caller(api, "admin", "foreign").ask("DELETE", f"/admin/tokens/{made['id']}"), 404)
    assert owner.get("/admin/tokens")["tokens"][0]["last_used_at"] is not None

    api.database.execute("UPDATE access_tokens SET expires_at = now() WHERE id = %s", made["id"])
    assert_problem(program.ask("GET", "/admin/me"), 401)
    made = owner.expect(201, "POST", "/admin/tokens", {"name": "relatório"})
    assert owner.ask("DELETE", f"/admin/tokens/{made['id']}").status == 204
    assert_problem(AdminApi(api.admin_port, made["token"]).ask("GET", "/admin/me"), 401)


def test_guessing_an_account_is_stopped_even_when_many_guess_at_once(api):
    make_account(api, "alvo@escola.example")
    # Another address for each test: the limit of this one is not used up. (TRUST_FORWARDED_FOR is set.)
    anybody = AdminApi(api.admin_port, headers={"X-Forwarded-For": "203.0.113.7"})
    answers = []

    def guess(number):
        answers.append(anybody.ask("POST", "/admin/sign-in",
                                   {"email": "alvo@escola.example", "password": f"errada {number}"}, seconds=60).status)

    guessers = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for one in guessers:
        one.start()
    for one in guessers:
        one.join()

    assert set(answers) <= {401, 429, 503}
    assert answers.count(429) >= 7
    refused = anybody.ask("POST", "/admin/sign-in", {"email": "alvo@escola.example", "password": PASSWORD})
    assert_problem(refused, 429)
    assert int(refused.headers["Retry-After"]) > 0
    # Somebody else is not hindered, and the window ends.
    make_account(api, "vizinha@escola.example")
    anybody.expect(200, "POST", "/admin/sign-in", {"email": "vizinha@escola.example", "password": PASSWORD})
    api.database.execute("UPDATE sign_in_attempts SET window_started_at = now() - interval '16 minutes'")
    anybody.expect(200, "POST", "/admin/sign-in", {"email": "alvo@escola.example", "password": PASSWORD})


def test_one_address_cannot_go_through_many_accounts(api):
    address = AdminApi(api.admin_port, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.99"})
    address.ask("POST", "/admin/sign-in", {"email": "a@escola.example", "password": "errada"})
    api.database.execute("UPDATE sign_in_attempts SET attempts = 30 WHERE subject = 'address:203.0.113.99'")
    assert_problem(address.ask("POST", "/admin/sign-in", {"email": "b@escola.example", "password": "errada"}), 429)


def test_a_new_password_ends_every_session(api):
    make_account(api, "troca@escola.example")
    session = AdminApi(api.admin_port).expect(200, "POST", "/admin/sign-in",
                                              {"email": "troca@escola.example", "password": PASSWORD})["token"]
    api.cli("admin", "password", "troca@escola.example", typed="outra senha bem comprida\n")
    assert_problem(AdminApi(api.admin_port, session).ask("GET", "/admin/me"), 401)
    assert_problem(AdminApi(api.admin_port).ask("POST", "/admin/sign-in",
                                                {"email": "troca@escola.example", "password": PASSWORD}), 401)


def test_the_command_line_refuses_short_passwords_and_wrong_words(api):
    assert "12" in api.cli("admin", "create", "curta@escola.example", typed="curta\n", code=2)
    assert "no role" in api.cli("admin", "create", "x@escola.example", "--role", "owner", typed=PASSWORD, code=2)
    assert "no e-mail" in api.cli("admin", "create", "x", typed=PASSWORD, code=2)
    make_account(api, "dupla@escola.example")
    assert "already" in api.cli("admin", "create", "dupla@escola.example", typed=PASSWORD + "\n", code=1)
    assert "already" in api.cli("admin", "create", "dupla@escola.example", "--if-missing")
    assert "dupla@escola.example" in api.cli("admin", "list")


# --- attacks ---

INJECTIONS = ["' OR '1'='1", "'; DROP TABLE users; --", "\\'; SELECT pg_sleep(5); --", "%27%20OR%201=1", "x\u0000y",
              "$1", "{}", "../../etc/passwd", "\r\nSet-Cookie: ciclo_session=evil"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_looks_like_sql_is_text_and_changes_nothing(api, callers, text):
    admin = callers["admin"]
    tables = api.database.value("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
    for path in (f"/admin/events?type={quote(text)}", f"/admin/events?student={quote(text)}",
                 f"/admin/events?status={quote(text)}", f"/admin/events?cursor={quote(text)}",
                 f"/admin/events?from={quote(text)}", f"/admin/jobs/runs?job={quote(text)}",
                 f"/admin/products/{quote(text, safe='')}", f"/admin/jobs/runs/{quote(text, safe='')}",
                 f"/admin/onboarding/stuck?cursor={quote(text)}"):
        answer = admin.ask("GET", path)
        assert answer.status in (200, 400, 404), f"{path}: {answer.status} {answer.text}"
        assert "Set-Cookie" not in answer.headers
        if answer.status == 200:
            assert not (answer.json.get("events") or answer.json.get("runs"))
    for body in ({"email": text, "password": text}, {"email": {"$ne": 1}, "password": ["x"]}):
        answer = AdminApi(api.admin_port, headers={"X-Forwarded-For": f"192.0.2.{len(text)}"}).ask(
            "POST", "/admin/sign-in", body)
        assert answer.status in (400, 401, 429), answer.text
    answer = admin.ask("POST", f"/admin/jobs/{quote(text, safe='')}", {})
    assert_problem(answer, 404)
    assert "Set-Cookie" not in answer.headers
    assert api.database.value(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == tables


def test_a_name_that_looks_like_sql_is_kept_as_it_is(api, callers):
    name = "Robert'); DROP TABLE products; -- \"<script>\""
    made = callers["admin"].expect(201, "POST", "/admin/products", {
        "name": name, "identifiers": [{"kind": "product.id", "value": "'; DELETE FROM products; --"}]})
    assert callers["admin"].get(f"/admin/products/{made['id']}")["name"] == name


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b'{"email": 1}', b'{"email": "\\u0000"}',
                                  b'{"a":' * 2000 + b"1" + b"}" * 2000])
def test_a_body_that_makes_no_sense_is_400(api, body):
    anybody = AdminApi(api.admin_port, headers={"X-Forwarded-For": "192.0.2.200"})
    assert_problem(anybody.ask("POST", "/admin/sign-in", body), 400)


def test_a_body_that_is_too_large_or_no_json_is_refused(api, callers):
    answer = callers["admin"].ask("POST", "/admin/products", b'{"name": "' + b"x" * 70_000 + b'"}')
    assert_problem(answer, 413)
    form = callers["admin"].ask("POST", "/admin/products", b"name=x", {"Content-Type": "application/x-www-form-urlencoded"})
    assert_problem(form, 415)


def test_other_paths_and_methods_say_what_there_is(api, callers):
    assert_problem(callers["admin"].ask("GET", "/admin/nothing"), 404)
    answer = callers["admin"].ask("PUT", "/admin/products", {})
    assert_problem(answer, 405)
    assert answer.headers["Allow"] == "GET, POST"
    answer = call(api.admin_port, "GET", "/admin/me")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert_problem(callers["admin"].ask("POST", f"/admin/events/{uuid.uuid4()}/retry"), 404)
