"""The stand-in for Hotmart's REST API."""
import time

import pytest

DAY = 86_400_000
NOW = int(time.time() * 1000)
SALES, USERS = "/payments/api/v1/sales/history", "/payments/api/v1/sales/users"
SUBSCRIPTIONS, PRODUCTS = "/payments/api/v1/subscriptions", "/products/api/v1/products"
BASE = {"start_date": NOW - 4000 * DAY, "end_date": NOW}


@pytest.fixture
def hotmart(sandbox):
    sandbox.control("PUT", "/hotmart", {
        "products": [{"id": "4100200", "name": "Clube", "is_subscription": True, "offers": [{"code": "cl9", "name": ""}]},
                     {"id": "4100300", "name": "Xadrez", "plans": [{"code": "p1", "name": "Mensal"}]}],
        "sales": [{"transaction": f"HP{n}", "product_id": "4100200" if n % 2 else "4100300", "status": status,
                   "email": f"p{n}@example.com", "order_date": NOW - n * DAY, "cellphone": f"3198{n}"}
                  for n, status in enumerate(("APPROVED", "COMPLETE", "REFUNDED", "OVERDUE", "APPROVED"), start=1)],
        "subscriptions": [{"subscriber_code": "OLD", "product_id": "4100200", "accession_date": NOW - 400 * DAY},
                          {"subscriber_code": "NEW", "product_id": "4100200", "accession_date": NOW - DAY}],
    })
    return sandbox


def codes(reply):
    return [item["purchase"]["transaction"] for item in reply.json["items"]]


def all_pages(sandbox, path, **query):
    token, found, pages = sandbox.hotmart_token().json["access_token"], [], 0
    while True:
        reply = sandbox.hotmart(path, token, **query)
        assert reply.status == 200, reply.raw
        found += reply.json["items"]
        pages += 1
        following = reply.json["page_info"].get("next_page_token")
        if not following:
            return found, pages
        query["page_token"] = following


def test_a_token_needs_the_right_credentials_and_expires(hotmart):
    assert hotmart.send("POST", "/hotmart/security/oauth/token?grant_type=client_credentials").status == 401
    told = hotmart.hotmart_token().json
    assert told["expires_in"] == 172_799 and hotmart.hotmart(SALES, told["access_token"]).status == 200
    assert hotmart.hotmart(SALES, "made-up").json["error"] == "invalid_token"
    hotmart.control("POST", "/clock", {"advance_seconds": 172_800})
    assert hotmart.hotmart(SALES, told["access_token"]).json["error"] == "token_expired"


def test_only_paid_sales_come_unless_a_status_is_named(hotmart):
    assert codes(hotmart.hotmart(SALES, **BASE)) == ["HP5", "HP2", "HP1"]
    assert codes(hotmart.hotmart(SALES, transaction_status="REFUNDED", **BASE)) == ["HP3"]
    assert codes(hotmart.hotmart(SALES, transaction="HP4")) == ["HP4"]
    assert hotmart.hotmart(SALES, transaction_status="PAID", **BASE).json["error"] == "invalid_value_parameter"


def test_sales_are_cut_by_date_and_product(hotmart):
    assert codes(hotmart.hotmart(SALES, start_date=NOW - 2 * DAY, end_date=NOW)) == ["HP2", "HP1"]
    assert codes(hotmart.hotmart(SALES, product_id="4100300", **BASE)) == ["HP2"]


def test_the_buyers_phone_stands_among_the_users_of_a_sale(hotmart):
    users = hotmart.hotmart(USERS, transaction="HP1").json["items"][0]["users"]
    assert [(u["role"], u["user"]["cellphone"]) for u in users] == [("PRODUCER", "1130000000"), ("BUYER", "31981")]


def test_pages_are_walked_by_opaque_tokens_that_fit_one_question(hotmart):
    found, pages = all_pages(hotmart, SALES, max_results=1, **BASE)
    assert (len(found), pages) == (3, 3)
    token = hotmart.hotmart(SALES, max_results=1, **BASE).json["page_info"]["next_page_token"]
    for wrong in ("x", token[:-4], "WzEsMV0="):
        assert hotmart.hotmart(SALES, page_token=wrong, **BASE).json["error"] == "invalid_token"
    assert hotmart.hotmart(USERS, page_token=token, **BASE).status == 400


def test_older_subscriptions_hide_behind_the_default_accession_date(hotmart):
    def found(**query):
        return [s["subscriber_code"] for s in hotmart.hotmart(SUBSCRIPTIONS, **query).json["items"]]

    assert found() == ["NEW"]
    assert found(accession_date=0) == ["OLD", "NEW"]
    assert found(accession_date=0, status="DELAYED") == []


def test_purchases_of_a_subscription_are_a_bare_array(hotmart):
    hotmart.control("PUT", "/hotmart/sales/HP7", {"product_id": "4100200", "status": "APPROVED", "email": "x@example.com",
                                                  "order_date": NOW, "subscriber_code": "NEW"})
    assert [p["transaction"] for p in hotmart.hotmart(SUBSCRIPTIONS + "/NEW/purchases").json] == ["HP7"]
    assert hotmart.hotmart(SUBSCRIPTIONS + "/NOBODY/purchases").status == 404


def test_offers_and_plans_are_found_by_ucode_and_a_product_without_plans_is_an_error(hotmart):
    club, chess = hotmart.hotmart(PRODUCTS).json["items"]
    assert hotmart.hotmart(f"{PRODUCTS}/{club['ucode']}/offers").json["items"][0]["code"] == "cl9"
    assert hotmart.hotmart(f"{PRODUCTS}/{club['id']}/offers").status == 404
    assert hotmart.hotmart(f"{PRODUCTS}/{club['ucode']}/plans").json["error"] == "invalid_parameter"
    assert hotmart.hotmart(f"{PRODUCTS}/{chess['ucode']}/plans").json["items"][0]["code"] == "p1"


def test_the_rate_limit_is_told_and_enforced(hotmart):
    hotmart.control("PUT", "/hotmart", {"calls_per_minute": 2})
    token = hotmart.hotmart_token().json["access_token"]
    replies = [hotmart.hotmart(SALES, token) for _ in range(3)]
    assert [r.status for r in replies] == [200, 200, 429]
    assert [r.headers["RateLimit-Remaining"] for r in replies] == ["1", "0", "0"]
    assert 0 < int(replies[2].headers["RateLimit-Reset"]) <= 60


def test_long_ranges_and_broken_products_fail_on_demand(hotmart):
    hotmart.control("PUT", "/hotmart", {"slow_range_days": 30, "broken_products": ["4100300"]})
    assert hotmart.hotmart(SALES, start_date=NOW - 31 * DAY, end_date=NOW).status == 502
    assert hotmart.hotmart(SALES, start_date=NOW - 30 * DAY, end_date=NOW).status == 200
    assert hotmart.hotmart(SALES, start_date=NOW - DAY, end_date=NOW, product_id="4100300").status == 500


def test_a_summary_adds_up_and_money_is_split(hotmart):
    total = hotmart.hotmart("/payments/api/v1/sales/summary", **BASE).json["items"]
    assert total == [{"total_items": 3, "total_value": {"value": 292.5, "currency_code": "BRL"}}]
    shares = hotmart.hotmart("/payments/api/v1/sales/commissions", transaction="HP1").json["items"][0]["commissions"]
    assert round(sum(s["commission"]["value"] for s in shares), 2) == 97.5
    details = hotmart.hotmart("/payments/api/v1/sales/price/details", transaction="HP1").json["items"][0]
    assert details["base"] == {"value": 97.5, "currency_code": "BRL"}


# --- generated buyers ---


def test_a_hundred_thousand_buyers_are_found_page_by_page_each_once(hotmart):
    hotmart.control("PUT", "/hotmart", {"sales": [], "calls_per_minute": None, "generate": {"buyers": 100_000}})
    total = 0
    for status in ("COMPLETE", "APPROVED", "REFUNDED", "CANCELLED", "EXPIRED", "PRINTED_BILLET"):
        total += hotmart.hotmart(SALES, transaction_status=status, **BASE).json["page_info"]["total_results"]
    assert total == 100_000
    found, _ = all_pages(hotmart, SALES, transaction_status="REFUNDED", product_id="4100200", max_results=500, **BASE)
    assert len(found) == len({f["buyer"]["email"] for f in found}) == 2500
    assert {(f["product"]["id"], f["purchase"]["status"]) for f in found} == {(4100200, "REFUNDED")}


def test_windows_of_generated_buyers_neither_overlap_nor_leave_a_gap(hotmart):
    first, last = NOW - 90 * DAY, NOW - DAY
    hotmart.control("PUT", "/hotmart", {"sales": [], "generate": {"buyers": 1000, "first": first, "last": last}})
    seen = []
    for start in range(first, last, 30 * DAY):
        found, _ = all_pages(hotmart, SALES, start_date=start, end_date=min(start + 30 * DAY, last + 1) - 1)
        assert all(start <= f["purchase"]["order_date"] < start + 30 * DAY for f in found)
        seen += [f["purchase"]["transaction"] for f in found]
    assert len(seen) == len(set(seen)) == 800
    one = hotmart.hotmart(SALES, transaction=seen[17]).json["items"][0]
    assert hotmart.hotmart(SALES, buyer_email=one["buyer"]["email"]).json["items"] == [one]


# --- Club ---


@pytest.fixture
def club(hotmart):
    pages = [{"page_id": "P1", "name": "Peões"},
             {"page_id": "P2", "name": "Torres", "liberation": {"type": "BY_DAYS", "liberation_days": 7}}]
    hotmart.control("PUT", "/hotmart", {"club": [{
        "subdomain": "xadrez", "product_id": "4100300",
        "modules": [{"module_id": "gOpgkaor7J", "name": "Aberturas", "pages": pages},
                    {"module_id": "extra1", "name": "Extra", "is_extra": True}],
        "users": [{"user_id": "u1", "email": "leo@example.com", "completed": {"P1": NOW - DAY}}],
    }]})
    return hotmart


def test_modules_pages_and_lessons_of_the_club(club):
    modules = club.hotmart("/club/api/v1/modules", subdomain="xadrez").json
    assert [m["module_id"] for m in modules] == ["gOpgkaor7J"]
    assert [m["name"] for m in club.hotmart("/club/api/v1/modules", subdomain="xadrez", is_extra="true").json] == ["Extra"]
    pages = club.hotmart("/club/api/v2/modules/gOpgkaor7J/pages", product_id="4100300").json
    assert [p["page_id"] for p in pages] == ["P1", "P2"]
    assert pages[1]["dripping_configs"][0]["liberation"]["liberation_days"] == 7
    assert "page_id" not in club.hotmart("/club/api/v1/modules/gOpgkaor7J/pages", subdomain="xadrez").json[0]
    lessons = club.hotmart("/club/api/v1/users/u1/lessons", subdomain="xadrez").json["lessons"]
    assert [(one["page_id"], one["is_completed"], "completed_date" in one) for one in lessons] == [
        ("P1", True, True), ("P2", False, False)]


def test_the_club_answers_nothing_where_nothing_is(club):
    assert club.hotmart("/club/api/v1/modules").status == 422
    for path in ("/club/api/v1/modules?subdomain=other", "/club/api/v1/students"):
        reply = club.hotmart(path)
        assert (reply.status, reply.raw) == (200, b"")
    users = club.hotmart("/club/api/v1/users", subdomain="xadrez", email="leo").json
    assert [u["user_id"] for u in users["items"]] == ["u1"] and "total_results" not in users["page_info"]
