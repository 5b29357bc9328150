import pytest

CONTACT = {"first_name": "Ana", "last_name": "Souza", "whatsapp_phone": "5531987650001"}


def texts(reply):
    """Every string in details.messages, however it is wrapped."""
    def walk(node):
        if isinstance(node, str):
            return [node]
        if isinstance(node, list):
            return [t for one in node for t in walk(one)]
        return [t for key, one in node.items() if key != "field" for t in walk(one)]
    return walk(reply.json["details"]["messages"])


@pytest.fixture
def ana(sandbox):
    return int(sandbox.manychat("POST", "/subscriber/createSubscriber", CONTACT).json["data"]["id"])


def post(sandbox, path, **body):
    return sandbox.manychat("POST", path, body)


def test_the_token_is_asked_for_and_checked(sandbox):
    missing = sandbox.manychat("GET", "/page/getInfo", Authorization=None)
    assert (missing.status, missing.json) == (401, {"status": "error", "message": "Token is required"})
    wrong = sandbox.manychat("GET", "/page/getInfo", Authorization="Bearer 1:x")
    assert (wrong.status, wrong.json["message"]) == (401, "Wrong token")
    assert sandbox.manychat("GET", "/page/getInfo").json["data"]["name"] == "Escola Exemplo"


def test_an_unknown_path_is_a_large_page_of_html(sandbox):
    reply = sandbox.manychat("POST", "/page/removeTag", {"tag_id": 11})
    assert reply.status == 404 and reply.raw.startswith(b"<!DOCTYPE html>") and len(reply.raw) > 20_000


def test_a_tag_must_exist_before_it_can_be_added_by_name(sandbox, ana):
    refused = post(sandbox, "/subscriber/addTagByName", subscriber_id=ana, tag_name="Xadrez")
    assert refused.status == 400 and texts(refused) == ["Tag does not exist"]
    made = post(sandbox, "/page/createTag", name="Xadrez").json["data"]["tag"]
    assert "exists" in texts(post(sandbox, "/page/createTag", name="Xadrez"))[0]
    for _ in range(2):
        assert post(sandbox, "/subscriber/addTagByName", subscriber_id=ana, tag_name="Xadrez").json == {"status": "success"}
    info = sandbox.manychat("GET", f"/subscriber/getInfo?subscriber_id={ana}").json["data"]
    assert info["id"] == str(ana) and info["tags"] == [made]
    # The id may come as text, too.
    assert post(sandbox, "/subscriber/removeTag", subscriber_id=str(ana), tag_id=made["id"]).status == 200
    assert sandbox.state(f"manychat.subscribers.{ana}")["tag_changes"] == [["add", "Xadrez"], ["remove", "Xadrez"]]


def test_whatsapp_contacts_are_not_found_by_phone_but_by_the_mirror_field(sandbox, ana):
    for phone in ("%2B5531987650001", "5531987650001"):
        assert sandbox.manychat("GET", "/subscriber/findBySystemField?phone=" + phone).json["data"] == []
    field = post(sandbox, "/page/createCustomField", caption="Numero", type="text").json["data"]["field"]["id"]
    post(sandbox, "/subscriber/setCustomFieldByName", subscriber_id=ana, field_name="numero", field_value="5531987650001")
    found = sandbox.manychat("GET", f"/subscriber/findByCustomField?field_id={field}&field_value=5531987650001")
    assert [one["id"] for one in found.json["data"]] == [str(ana)]
    post(sandbox, "/subscriber/setCustomFieldByName", subscriber_id=ana, field_name="numero", field_value="1")
    assert sandbox.manychat("GET", f"/subscriber/findByCustomField?field_id={field}&field_value=5531987650001").json["data"] == []


@pytest.mark.parametrize("find_shape", ["object", "array"])
def test_a_hit_comes_as_an_object_or_as_an_array(sandbox, find_shape):
    sandbox.control("PUT", "/manychat", {"find_shape": find_shape})
    made = sandbox.control("POST", "/manychat/subscribers", {"email": "ana@example.com", "phone": "+5531987650001"})["id"]
    for query in ("email=ana%40example.com", "phone=%2B5531987650001"):
        data = sandbox.manychat("GET", "/subscriber/findBySystemField?" + query).json["data"]
        assert (data[0] if find_shape == "array" else data)["id"] == made
    both = sandbox.manychat("GET", "/subscriber/findBySystemField?email=a&phone=1")
    assert both.status == 400


@pytest.mark.parametrize("not_found, status, data", [
    ("empty_array", 200, []), ("empty_object", 200, {}), ("null", 200, None), ("error", 400, None)])
def test_nothing_found_comes_in_four_ways(sandbox, not_found, status, data):
    sandbox.control("PUT", "/manychat", {"not_found": not_found})
    reply = sandbox.manychat("GET", "/subscriber/findBySystemField?email=none%40example.com")
    assert (reply.status, reply.json.get("data")) == (status, data)


@pytest.mark.parametrize("shape", ["array", "object", "string"])
def test_the_same_whatsapp_account_cannot_be_made_twice(sandbox, shape):
    sandbox.control("PUT", "/manychat", {"error_shape": shape})
    sandbox.control("POST", "/manychat/subscribers", {"whatsapp_phone": "553187650001"})
    refused = sandbox.manychat("POST", "/subscriber/createSubscriber", CONTACT)
    # Told in the form in which it is stored: without the ninth digit.
    assert (refused.status, texts(refused)) == (400, ["This WhatsApp ID already exists: 553187650001"])


@pytest.mark.parametrize("change, complaint", [
    ({"whatsapp_phone": None}, "At least one of"),
    ({"email": "ana@example.com"}, "has_opt_in_email is required"),
    ({"phone": "+5531987650001"}, "has_opt_in_sms is required"),
    ({"phone": "+5531987650001", "has_opt_in_sms": True}, "consent_phrase is required"),
    ({"last_name": ""}, "last_name cannot be blank"),
    ({"optin_whatsapp": True}, "is not allowed"),
])
def test_each_field_of_a_new_subscriber_is_checked(sandbox, change, complaint):
    body = {k: v for k, v in {**CONTACT, **change}.items() if v is not None}
    refused = sandbox.manychat("POST", "/subscriber/createSubscriber", body)
    assert refused.status == 400 and complaint in texts(refused)[0]


def test_import_can_be_forbidden_and_a_number_can_be_without_whatsapp(sandbox):
    sandbox.control("PUT", "/manychat", {"imports": {"wa_id": False}})
    assert texts(sandbox.manychat("POST", "/subscriber/createSubscriber", CONTACT)) == ["Permission denied to import wa_id"]
    sandbox.control("PUT", "/manychat", {"imports": {"wa_id": True}, "invalid_whatsapp": ["5531987650001"]})
    assert "not a valid WhatsApp" in texts(sandbox.manychat("POST", "/subscriber/createSubscriber", CONTACT))[0]


def test_an_update_takes_no_phone_without_consent(sandbox, ana):
    assert post(sandbox, "/subscriber/updateSubscriber", subscriber_id=ana, phone="+5531987650001").status == 400
    assert post(sandbox, "/subscriber/updateSubscriber", subscriber_id=ana, whatsapp_phone="1").status == 400
    updated = post(sandbox, "/subscriber/updateSubscriber", subscriber_id=ana, first_name="Bia")
    assert updated.json["data"]["name"] == "Bia Souza"


def test_fields_must_exist_and_fit_and_come_twenty_at_most(sandbox, ana):
    post(sandbox, "/page/createCustomField", caption="idade", type="number")
    missing = post(sandbox, "/subscriber/setCustomFieldByName", subscriber_id=ana, field_name="nada", field_value="x")
    assert texts(missing) == ["Custom field does not exist"]
    assert post(sandbox, "/subscriber/setCustomFieldByName", subscriber_id=ana, field_name="idade", field_value="9").status == 400
    many = [{"field_name": "idade", "field_value": 9}] * 21
    assert post(sandbox, "/subscriber/setCustomFields", subscriber_id=ana, fields=many).status == 400
    assert post(sandbox, "/subscriber/setCustomFields", subscriber_id=ana, fields=many[:20]).status == 200
    assert sandbox.state(f"manychat.subscribers.{ana}")["fields"] == {"idade": 9}
    empty = [{"field_name": "order_id", "field_value": ""}]
    assert post(sandbox, "/subscriber/setCustomFields", subscriber_id=ana, fields=empty).status == 200
    sandbox.control("PUT", "/manychat", {"empty_values": False})
    assert post(sandbox, "/subscriber/setCustomFields", subscriber_id=ana, fields=empty).status == 400


def test_a_flow_is_sent_with_the_fields_of_that_moment_and_at_most_so_often_an_hour(sandbox, ana):
    sandbox.control("PUT", "/manychat", {"flows_an_hour": 2, "limits": None})
    flow = sandbox.manychat("GET", "/page/getFlows").json["data"]["flows"][0]
    post(sandbox, "/subscriber/setCustomFieldByName", subscriber_id=ana, field_name="order_id", field_value="A-77")
    for _ in range(2):
        assert post(sandbox, "/sending/sendFlow", subscriber_id=ana, flow_ns=flow["ns"]).json == {"status": "success"}
    assert post(sandbox, "/sending/sendFlow", subscriber_id=ana, flow_ns=flow["ns"]).status == 429
    sandbox.control("POST", "/clock", {"advance_seconds": 3601})
    assert post(sandbox, "/sending/sendFlow", subscriber_id=ana, flow_ns=flow["ns"]).status == 200
    sent = sandbox.state("manychat.flows_sent")
    assert len(sent) == 3 and sent[0]["flow"] == flow["name"] and sent[0]["fields"] == {"order_id": "A-77"}
    assert post(sandbox, "/sending/sendFlow", subscriber_id=ana, flow_ns="none").status == 400
    assert post(sandbox, "/sending/sendFlow", subscriber_id=ana, flow_ns=flow["ns"], fields=[]).status == 400


@pytest.mark.parametrize("limit_answer, status", [("429", 429), ("max_rps", 400)])
def test_each_endpoint_has_its_own_limit_a_second(sandbox, limit_answer, status):
    sandbox.control("PUT", "/manychat", {"limits": {"GET /fb/page/getTags": 2}, "limit_answer": limit_answer})
    replies = [sandbox.manychat("GET", "/page/getTags") for _ in range(3)]
    refused = [r for r in replies if r.status != 200]
    assert refused and refused[0].status == status and "max rps" in refused[0].json["message"]
    assert not [name for name in refused[0].headers if "rate" in name.lower() or "retry" in name.lower()]
    assert sandbox.manychat("GET", "/page/getInfo").status == 200


def test_a_flow_whose_answer_is_lost_was_sent(sandbox, ana):
    sandbox.fault(provider="manychat", path="/fb/sending/sendFlow", kind="drop_after", times=1)
    flow = sandbox.manychat("GET", "/page/getFlows").json["data"]["flows"][0]["ns"]
    with pytest.raises(ConnectionError):
        post(sandbox, "/sending/sendFlow", subscriber_id=ana, flow_ns=flow)
    assert len(sandbox.state("manychat.flows_sent")) == 1


def test_a_hidden_contact_exists_and_cannot_be_found(sandbox):
    sandbox.control("POST", "/manychat/subscribers", {"whatsapp_phone": "5531987650001", "hidden": True})
    assert "already exists" in texts(sandbox.manychat("POST", "/subscriber/createSubscriber", CONTACT))[0]


def test_a_hundred_thousand_contacts_are_made_in_one_call(sandbox):
    made = sandbox.control("POST", "/manychat/generate", {
        "count": 100_000, "without_ninth_every": 4, "mirror_field": "phone_number", "tags": ["lead"]})
    assert sandbox.state(f"manychat.subscribers.{int(made['first_id']) + 1}")["whatsapp_phone"] == "5531980000001"
    assert made["subscribers"] == sandbox.state("manychat.count") == 100_000
    # The first is stored without the ninth digit, and found by both forms.
    one = sandbox.state("manychat.subscribers.5531980000000")
    assert one["whatsapp_phone"] == "553180000000" and one["tags"] == ["lead"] and one["fields"] == {"phone_number": "553180000000"}
    assert sandbox.state("manychat.subscribers.553180099999")["whatsapp_phone"] == "5531980099999"
