"""The control routes of the stand-in for Meta."""
import time

import pytest

from meta_testing import FIELDS, LIST, error, listed, names


def test_a_template_can_be_added_changed_and_taken_away(sandbox):
    sandbox.control("PUT", "/meta/templates/77", {"name": "novo", "language": "pt_BR", "status": "PENDING"})
    sandbox.control("PUT", "/meta/templates/77", {"status": "IN_REVIEW_BY_OWLS", "quality_score": {"score": "RED"}})
    made = listed(sandbox, name="novo", fields=FIELDS)["data"][0]
    assert made["id"] == "77" and made["status"] == "IN_REVIEW_BY_OWLS" and made["quality_score"] == {"score": "RED"}
    # Null leaves a field out of the answers.
    sandbox.control("PUT", "/meta/templates/77", {"quality_score": None, "parameter_format": None})
    assert not {"quality_score", "parameter_format"} & set(listed(sandbox, name="novo", fields=FIELDS)["data"][0])
    sandbox.control("DELETE", "/meta/templates/77")
    assert listed(sandbox, name="novo") == {"data": []}
    assert sandbox.send("DELETE", "/_sandbox/meta/templates/77").status == 404


def test_each_account_has_its_own_templates(sandbox):
    sandbox.control("PUT", "/meta", {"accounts": [{"id": "5", "name": "Uma"}, {"id": "6", "name": "Outra"}], "templates": [
        {"name": "a", "language": "pt_BR"}, {"name": "a", "language": "pt_BR", "waba_id": "6"}]})
    ids = [[t["id"] for t in sandbox.meta("GET", f"/{n}/message_templates").json["data"]] for n in (5, 6)]
    assert [len(one) for one in ids] == [1, 1] and ids[0] != ids[1]
    sandbox.control("PUT", "/meta", {"accounts": [{"id": "6", "name": "Outra"}]})
    assert [t["id"] for t in sandbox.state("meta.templates")] == ids[1] and sandbox.meta("GET", "/5").status == 400


def test_the_only_account_may_get_another_id_and_keeps_its_templates(sandbox):
    sandbox.control("PUT", "/meta", {"waba_id": "42", "name": "Escola Nova"})
    assert sandbox.state("meta.account") == {"id": "42", "name": "Escola Nova"} and sandbox.meta("GET", LIST).status == 400
    assert len(sandbox.meta("GET", "/42/message_templates").json["data"]) == 4


def test_ten_thousand_templates_are_made_in_one_call(sandbox):
    began = time.monotonic()
    sandbox.control("PUT", "/meta", {"generate": {"templates": 10_000}})
    assert time.monotonic() - began < 2 and sandbox.state("meta.count") == 10_000
    page = listed(sandbox, limit=100)
    assert {language for _, language in names(page)} == {"pt_BR", "en_US", "es"}
    assert len(set(names(page))) == 100 and "PAUSED" in {t["status"] for t in page["data"]}
    assert len(listed(sandbox, name="aviso_00007")["data"]) == 3


ONE = {"name": "um", "language": "pt_BR"}


@pytest.mark.parametrize("path, body, field", [
    ("/meta", {"token": "x"}, "token"),
    ("/meta", {"tokens": [{"token": "x", "permissions": ["fly"]}]}, "tokens[0].permissions"),
    ("/meta", {"tokens": [{}]}, "tokens[0].token"),
    ("/meta", {"accounts": []}, "accounts"),
    ("/meta", {"accounts": [{"id": "5", "name": "A"}, {"id": "5", "name": "B"}]}, "accounts[1].id"),
    ("/meta", {"accounts": [{"id": "5", "name": "A"}], "waba_id": "6"}, "waba_id"),
    ("/meta", {"waba_id": "x"}, "waba_id"),
    ("/meta", {"templates": [{"name": "Boas Vindas", "language": "pt_BR"}]}, "templates[0].name"),
    ("/meta", {"templates": [ONE, ONE]}, "templates[1].name"),
    ("/meta", {"templates": [{**ONE, "id": "7"}, {"name": "b", "language": "es", "id": "7"}]}, "templates[1].id"),
    ("/meta", {"templates": [{"name": "um"}]}, "templates[0].language"),
    ("/meta", {"templates": [{**ONE, "langage": "x"}]}, "templates[0].langage"),
    ("/meta", {"templates": [{**ONE, "waba_id": "8"}]}, "templates[0].waba_id"),
    ("/meta", {"templates": [ONE], "calls_per_hour": 0}, "calls_per_hour"),
    ("/meta", {"generate": {"templates": -1}}, "generate.templates"),
    ("/meta", {"page_cap": 0}, "page_cap"),
    ("/meta", {"error_data": "list"}, "error_data"),
    ("/meta/templates/abc", ONE, "id"),
    ("/meta/templates/9", {**ONE, "id": "8"}, "id"),
    ("/meta/templates/9", {"name": "boas_vindas", "language": "pt_BR"}, "name"),
    ("/meta/templates/9", {"language": "pt_BR"}, "name"),
])
def test_bad_control_input_names_its_field_and_changes_nothing(sandbox, path, body, field):
    before = sandbox.state("meta")
    reply = sandbox.send("PUT", "/_sandbox" + path, body)
    assert reply.status == 400 and reply.json["field"] == field and sandbox.state("meta") == before


def test_a_reset_brings_back_the_demo_account(sandbox):
    before = sandbox.state("meta")
    sandbox.control("PUT", "/meta", {"waba_id": "5", "tokens": ["x"], "generate": {"templates": 3}, "page_cap": 1,
                                     "calls_per_hour": 1, "error_data": "string"})
    sandbox.control("DELETE", "/state")
    assert sandbox.state("meta") == before and len(listed(sandbox)["data"]) == 4
    assert type(error(sandbox.meta("GET", LIST + "?limit=0"))["error_data"]) is dict
