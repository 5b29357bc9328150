import threading
import time

import pytest

from sandbox_testing import until

MAIL = {"from": "Escola <avisos@example.com>", "to": ["ana@example.com"], "subject": "Seu convite", "text": "Entre por aqui."}


def test_a_mail_is_accepted_and_can_be_read_back(sandbox):
    sent = sandbox.resend("POST", "/emails", {**MAIL, "tags": [{"name": "kind", "value": "invite"}]})
    assert sent.status == 200 and sent.headers["ratelimit-limit"] == "10"
    kept = sandbox.state("resend.emails")
    assert kept[0]["id"] == sent.json["id"] and kept[0]["to"] == ["ana@example.com"] and kept[0]["idempotency_key"] is None
    assert sandbox.resend("GET", "/emails/" + sent.json["id"]).json["last_event"] == "delivered"
    sandbox.control("PUT", "/resend/emails/" + sent.json["id"], {"last_event": "bounced"})
    assert sandbox.resend("GET", "/emails/" + sent.json["id"]).json["last_event"] == "bounced"


def test_no_user_agent_is_the_edges_1010(sandbox):
    reply = sandbox.resend("POST", "/emails", MAIL, User_Agent=None)
    assert reply.status == 403 and b"1010" in reply.raw


def test_keys_are_checked(sandbox):
    sandbox.control("PUT", "/resend", {"api_keys": ["re_full", {"key": "re_send", "permission": "sending_access"}]})
    missing = sandbox.resend("POST", "/emails", MAIL, Authorization=None)
    assert (missing.status, missing.json["name"]) == (401, "missing_api_key")
    wrong = sandbox.resend("POST", "/emails", MAIL)
    assert (wrong.status, wrong.json["name"]) == (403, "invalid_api_key")
    sent = sandbox.resend("POST", "/emails", MAIL, Authorization="Bearer re_send")
    assert sent.status == 200
    shut = sandbox.resend("GET", "/emails/" + sent.json["id"], Authorization="Bearer re_send")
    assert (shut.status, shut.json["name"]) == (401, "restricted_api_key")


def test_the_same_key_and_body_answer_again_without_sending_again(sandbox):
    replies = [sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="convite/1") for _ in range(3)]
    assert {r.status for r in replies} == {200} and len({r.json["id"] for r in replies}) == 1
    assert len(sandbox.state("resend.emails")) == 1


def test_the_same_key_with_another_body_is_409(sandbox):
    sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="convite/1")
    reply = sandbox.resend("POST", "/emails", {**MAIL, "subject": "Outro"}, Idempotency_Key="convite/1")
    assert (reply.status, reply.json["name"]) == (409, "invalid_idempotent_request")


def test_a_key_still_running_is_409_and_may_be_tried_again(sandbox):
    sandbox.fault(provider="resend", kind="latency", latency_ms=400, times=1)
    first = {}
    thread = threading.Thread(target=lambda: first.update(reply=sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k")))
    thread.start()
    assert until(lambda: sandbox.state("faults")[0]["hits"] == 1)
    reply = sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k")
    assert (reply.status, reply.json["name"]) == (409, "concurrent_idempotent_requests")
    thread.join()
    assert sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k").json == first["reply"].json


def test_a_key_protects_for_24_hours_only(sandbox):
    one = sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k").json["id"]
    sandbox.control("POST", "/clock", {"advance_seconds": 86399})
    assert sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k").json["id"] == one
    sandbox.control("POST", "/clock", {"advance_seconds": 2})
    assert sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k").json["id"] != one


def test_a_lost_answer_is_found_again_with_the_same_key(sandbox):
    sandbox.fault(provider="resend", kind="drop_after", times=1)
    with pytest.raises(ConnectionError):
        sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k")
    kept = sandbox.state("resend.emails")
    assert sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k").json["id"] == kept[0]["id"]
    assert len(sandbox.state("resend.emails")) == 1


def test_a_refused_request_does_not_use_the_key_up(sandbox):
    assert sandbox.resend("POST", "/emails", {**MAIL, "to": []}, Idempotency_Key="k").status == 422
    assert sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k").status == 200
    assert sandbox.state("resend.rejected") == 1


@pytest.mark.parametrize("change, status, name", [
    ({"subject": None}, 422, "missing_required_field"),
    ({"text": None}, 422, "missing_required_field"),
    ({"to": "nobody"}, 422, "validation_error"),
    ({"to": ["a@example.com"] * 51}, 422, "validation_error"),
    ({"from": "Escola"}, 422, "validation_error"),
    ({"tags": [{"name": "preço", "value": "x"}]}, 422, "validation_error"),
    ({"attachments": [{}]}, 422, "invalid_attachment"),
])
def test_each_mail_field_is_checked(sandbox, change, status, name):
    reply = sandbox.resend("POST", "/emails", {**MAIL, **change})
    assert (reply.status, reply.json["name"], reply.json["statusCode"]) == (status, name, status)


def test_an_overlong_idempotency_key_is_400(sandbox):
    reply = sandbox.resend("POST", "/emails", MAIL, Idempotency_Key="k" * 257)
    assert (reply.status, reply.json["name"]) == (400, "invalid_idempotency_key")


def test_a_domain_that_is_not_verified_is_403(sandbox):
    sandbox.control("PUT", "/resend", {"verified_domains": ["escola.example"]})
    reply = sandbox.resend("POST", "/emails", MAIL)
    assert (reply.status, reply.json["name"]) == (403, "validation_error")
    assert sandbox.resend("POST", "/emails", {**MAIL, "from": "avisos@Escola.example"}).status == 200


def test_a_batch_is_accepted_or_refused_as_a_whole(sandbox):
    assert sandbox.resend("POST", "/emails/batch", [MAIL, {**MAIL, "to": "x"}]).status == 422
    assert sandbox.state("resend.emails") == []
    reply = sandbox.resend("POST", "/emails/batch", [MAIL] * 3)
    assert len(reply.json["data"]) == 3 and len(sandbox.state("resend.emails")) == 3
    assert sandbox.resend("POST", "/emails/batch", [MAIL] * 101).status == 422


def test_the_teams_rate_limit_answers_429_with_its_headers(sandbox):
    sandbox.control("PUT", "/resend", {"per_second": 2, "api_keys": ["re_sandbox", "re_b"]})
    first = sandbox.resend("POST", "/emails", MAIL)
    assert first.headers["ratelimit-remaining"] == "1"
    assert sandbox.resend("POST", "/emails", MAIL, Authorization="Bearer re_b").status == 200
    reply = sandbox.resend("POST", "/emails", MAIL)
    assert (reply.status, reply.json["name"], reply.headers["retry-after"]) == (429, "rate_limit_exceeded", "1")
    time.sleep(1.02)
    assert sandbox.resend("POST", "/emails", MAIL).status == 200


def test_a_quota_is_a_fault_with_its_own_body(sandbox):
    body = {"statusCode": 429, "name": "daily_quota_exceeded", "message": "Quota reached."}
    sandbox.fault(provider="resend", method="POST", path="/emails", kind="status", status=429, body=body)
    reply = sandbox.resend("POST", "/emails", MAIL)
    assert (reply.status, reply.json) == (429, body)


def test_unknown_paths_and_methods_have_their_names(sandbox):
    assert sandbox.resend("GET", "/nothing").json["name"] == "not_found"
    assert sandbox.resend("PUT", "/emails", MAIL).json["name"] == "method_not_allowed"
    assert sandbox.resend("GET", "/emails/6c0d").json["name"] == "not_found"
