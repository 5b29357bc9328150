import re
import time

import pytest

from meta_testing import FIELDS, LIST, TOKEN, WABA, error, listed, names


def load(sandbox, count):
    sandbox.control("PUT", "/meta", {"templates": [
        {"name": f"modelo_{n}", "language": "pt_BR"} for n in range(count)]})


def test_the_demo_templates_have_the_form_of_graph(sandbox):
    answer = listed(sandbox, fields=FIELDS, limit=100)
    welcome, english, cart, slip = answer["data"]
    assert list(welcome) == FIELDS.split(",") and welcome["parameter_format"] == "POSITIONAL"
    assert [c["type"] for c in welcome["components"]] == ["HEADER", "BODY", "FOOTER", "BUTTONS"]
    assert "{{1}}" in welcome["components"][1]["text"] and "{{2}}" in welcome["components"][1]["text"]
    assert welcome["quality_score"]["score"] == "GREEN" and type(welcome["quality_score"]["date"]) is int
    assert (english["name"], english["language"], english["status"]) == (welcome["name"], "en_US", "PENDING")
    assert english["id"] != welcome["id"] and "quality_score" not in english
    assert cart["parameter_format"] == "NAMED" and cart["quality_score"] == {"score": "UNKNOWN"}
    example = cart["components"][0]["example"]["body_text_named_params"]
    assert all("{{" + one["param_name"] + "}}" in cart["components"][0]["text"] for one in example)
    assert (slip["status"], slip["rejected_reason"], welcome["rejected_reason"]) == ("REJECTED", "INVALID_FORMAT", "NONE")
    assert set(answer["paging"]) == {"cursors"}


def test_only_the_fields_asked_for_come_and_the_id_always(sandbox):
    assert set(listed(sandbox)["data"][0]) == {"id", "name", "language", "status", "category", "components"}
    assert set(listed(sandbox, fields="name,status")["data"][0]) == {"id", "name", "status"}
    refused = sandbox.meta("GET", LIST + "?fields=id,colour")
    assert (refused.status, error(refused)["code"]) == (400, 100) and "colour" in error(refused)["message"]


def test_pages_follow_each_other_and_the_last_has_cursors_but_no_next(sandbox):
    load(sandbox, 7)
    seen, after, pages = [], None, 0
    while True:
        answer = listed(sandbox, fields="name", limit=2, **({"after": after} if after else {}))
        pages += 1
        seen += [one["name"] for one in answer["data"]]
        assert set(answer["paging"]["cursors"]) == {"before", "after"}
        after = answer["paging"]["cursors"]["after"]
        if "next" not in answer["paging"]:
            break
    assert pages == 4 and seen == [f"modelo_{n}" for n in range(7)]
    assert listed(sandbox, limit=2, after=after) == {"data": []}
    back = listed(sandbox, fields="name", limit=2, before=answer["paging"]["cursors"]["before"])
    assert [one["name"] for one in back["data"]] == ["modelo_4", "modelo_5"] and "next" in back["paging"]


def test_next_is_an_address_that_holds_the_token_and_works_without_the_header(sandbox):
    load(sandbox, 5)
    address = listed(sandbox, fields="id,name", limit=2, status="APPROVED")["paging"]["next"]
    assert address.startswith(f"http://127.0.0.1:{sandbox.port}/meta/v25.0{LIST}?") and "access_token=" + TOKEN in address
    seen = []
    while address:
        answer = sandbox.send("GET", address.partition(str(sandbox.port))[2]).json
        seen += [one["name"] for one in answer["data"]]
        assert set(answer["data"][0]) == {"id", "name"} and "access_token=" + TOKEN in answer["paging"]["previous"]
        address = answer["paging"].get("next")
    assert seen == ["modelo_2", "modelo_3", "modelo_4"]


def test_a_cursor_stays_good_when_templates_go_and_come(sandbox):
    load(sandbox, 4)
    page = listed(sandbox, limit=2)
    sandbox.control("DELETE", "/meta/templates/" + page["data"][1]["id"])
    sandbox.control("PUT", "/meta/templates/77", {"name": "novo", "language": "es"})
    rest = listed(sandbox, limit=10, after=page["paging"]["cursors"]["after"])
    assert [name for name, _ in names(rest)] == ["modelo_2", "modelo_3", "novo"]


@pytest.mark.parametrize("query", ["after=nonsense", "before=%E2%82%AC", "after=MTox", "after=QQ&before=QQ", "limit=0",
                                   "limit=-3", "limit=many"])
def test_a_parameter_that_cannot_be_read_is_code_100(sandbox, query):
    refused = sandbox.meta("GET", LIST + "?" + query)
    assert (refused.status, error(refused)["code"], error(refused)["type"]) == (400, 100, "OAuthException")


def test_the_limit_is_25_unless_given_and_never_above_the_cap(sandbox):
    sandbox.control("PUT", "/meta", {"generate": {"templates": 130}})
    assert len(listed(sandbox)["data"]) == 25
    assert len(listed(sandbox, limit=130)["data"]) == 100
    sandbox.control("PUT", "/meta", {"page_cap": 10})
    assert len(listed(sandbox)["data"]) == len(listed(sandbox, limit=50)["data"]) == 10


def test_templates_are_filtered_by_name_language_status_and_category(sandbox):
    assert names(listed(sandbox, name="boas_vindas")) == [("boas_vindas", "pt_BR"), ("boas_vindas", "en_US")]
    assert names(listed(sandbox, name="boas_vindas", language="en_US")) == [("boas_vindas", "en_US")]
    assert names(listed(sandbox, status="REJECTED")) == [("boleto_lembrete", "pt_BR")]
    assert names(listed(sandbox, category="MARKETING")) == [("carrinho_abandonado", "pt_BR")]
    assert listed(sandbox, name="nenhum") == {"data": []}


def test_the_account_tells_its_name(sandbox):
    assert sandbox.meta("GET", f"/{WABA}?fields=id,name").json == {"id": WABA, "name": "Escola Exemplo"}
    assert sandbox.meta("GET", f"/{WABA}?fields=name").json == {"name": "Escola Exemplo", "id": WABA}


def test_without_templates_there_is_no_paging(sandbox):
    sandbox.control("PUT", "/meta", {"templates": []})
    assert listed(sandbox) == {"data": []}


def test_any_version_will_do_and_none_is_an_unknown_path(sandbox):
    headers = {"Authorization": "Bearer " + TOKEN}
    for base in ("/meta/v25.0", "/meta/v26.0", "/meta/v3.1"):
        assert sandbox.send("GET", base + LIST, headers=headers).status == 200
    for path in (LIST, "/v25" + LIST, "/vX.0" + LIST, "/v25.0", "/v25.0/1/nothing", f"/v25.0{LIST}/1"):
        refused = sandbox.send("GET", "/meta" + path, headers=headers)
        assert (refused.status, error(refused)["code"]) == (400, 2500) and "Unknown path" in error(refused)["message"]


def test_the_token_is_asked_for_and_checked(sandbox):
    sandbox.control("PUT", "/meta", {"tokens": [
        "good", {"token": "sender", "permissions": ["whatsapp_business_messaging"]}, {"token": "old", "expired": True}]})
    missing = sandbox.meta("GET", LIST, Authorization=None)
    assert (missing.status, error(missing)["code"], error(missing)["type"]) == (401, 190, "OAuthException")
    assert re.fullmatch("A[A-Za-z0-9_-]+", error(missing)["fbtrace_id"]) and "error_data" not in error(missing)
    for given, status, code in ((TOKEN, 401, 190), ("old", 401, 190), ("sender", 403, 200), ("good", 200, None)):
        by_header = sandbox.meta("GET", LIST, Authorization="Bearer " + given)
        by_query = sandbox.meta("GET", LIST + "?access_token=" + given, Authorization=None)
        for reply in (by_header, by_query):
            assert (reply.status, reply.json.get("error", {}).get("code")) == (status, code)
    # What stands in the header counts.
    assert sandbox.meta("GET", LIST + "?access_token=good", Authorization="Bearer bad").status == 401


def test_an_unknown_account_is_code_100_with_subcode_33(sandbox):
    for path in ("/300000000000009/message_templates", "/300000000000009", "/abc/message_templates"):
        refused = sandbox.meta("GET", path)
        assert refused.status == 400 and (error(refused)["code"], error(refused)["error_subcode"]) == (100, 33)


@pytest.mark.parametrize("shape, kind", [("object", dict), ("string", str)])
def test_error_data_comes_as_an_object_or_as_a_string(sandbox, shape, kind):
    sandbox.control("PUT", "/meta", {"error_data": shape})
    for reply in (sandbox.meta("GET", LIST + "?after=nonsense"), sandbox.meta("DELETE", LIST + "?name=boas_vindas")):
        assert type(error(reply)["error_data"]) is kind
    if shape == "object":
        assert set(error(reply)["error_data"]) == {"messaging_product", "details"}


def test_calls_are_limited_by_the_hour_for_each_account(sandbox):
    sandbox.control("PUT", "/meta", {"calls_per_hour": 2, "accounts": [{"id": WABA, "name": "A"}, {"id": "5", "name": "B"}]})
    replies = [sandbox.meta("GET", LIST), sandbox.meta("GET", "/" + WABA), sandbox.meta("GET", LIST)]
    assert [r.status for r in replies] == [200, 200, 400]
    assert error(replies[2])["code"] == 80008
    assert sandbox.meta("GET", "/5").status == 200
    sandbox.control("POST", "/clock", {"advance_seconds": 3601})
    assert sandbox.meta("GET", LIST).status == 200
    sandbox.control("PUT", "/meta", {"calls_per_hour": None})
    assert {sandbox.meta("GET", LIST).status for _ in range(5)} == {200}


def test_writing_is_counted_and_refused(sandbox):
    assert sandbox.state("meta.template_writes") == 0
    before = sandbox.state("meta.templates")
    for method, path in (("POST", LIST), ("DELETE", LIST + "?name=boas_vindas"), ("PUT", LIST), ("PATCH", LIST),
                         ("POST", "/" + before[0]["id"]), ("DELETE", "/" + before[0]["id"])):
        refused = sandbox.meta(method, path, {"name": "x"} if method == "POST" else None)
        assert (refused.status, error(refused)["code"]) == (400, 3)
    assert sandbox.meta("POST", LIST, {}, Authorization=None).status == 401
    sandbox.fault(provider="meta", method="POST", kind="drop", times=1)
    with pytest.raises(ConnectionError):
        sandbox.meta("POST", LIST, {})
    assert sandbox.state("meta.template_writes") == 8 and sandbox.state("meta.templates") == before
    calls = sandbox.state("calls")
    assert calls["meta POST /{waba}/message_templates"]["total"] == 3
    assert calls["meta DELETE /{waba}/message_templates"]["total"] == 1


def test_faults_strike_by_the_path_without_the_version(sandbox):
    path = "/*/message_templates"
    for status, code in ((500, 1), (502, 1), (503, 2)):
        sandbox.fault(provider="meta", method="GET", path=path, kind="status", status=status, times=1)
        broken = sandbox.meta("GET", LIST)
        assert (broken.status, error(broken)["code"]) == (status, code)
    sandbox.fault(provider="meta", path=path, kind="rate_limit", times=1)
    limited = sandbox.meta("GET", LIST)
    assert (limited.status, error(limited)["code"]) == (400, 80008)
    sandbox.fault(provider="meta", path=path, kind="body", body={"data": "x"}, times=1)
    assert sandbox.meta("GET", LIST).json == {"data": "x"}
    sandbox.fault(provider="meta", path=path, kind="status", status=502, body="<html>", times=1)
    assert sandbox.meta("GET", LIST).raw == b"<html>"
    for kind in ("drop", "drop_after"):
        sandbox.fault(provider="meta", path=path, kind=kind, times=1)
        with pytest.raises(ConnectionError):
            sandbox.meta("GET", LIST)
    sandbox.fault(provider="meta", path=path, kind="latency", latency_ms=150)
    began = time.monotonic()
    assert sandbox.meta("GET", LIST).status == 200 and time.monotonic() - began >= 0.15


def test_a_fault_may_spoil_one_page_only(sandbox):
    load(sandbox, 6)
    first = listed(sandbox, limit=2)
    after = first["paging"]["cursors"]["after"]
    sandbox.fault(provider="meta", kind="status", status=500, contains="after=" + after)
    assert sandbox.meta("GET", LIST + "?limit=2&after=" + after).status == 500
    assert listed(sandbox, limit=2) == first
