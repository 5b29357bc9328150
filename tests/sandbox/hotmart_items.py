"""Hotmart's JSON objects, made from what the sandbox holds."""


def amount(text):
    """A number as Hotmart writes it: 89.9, not 89.90."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _named(product):
    return {"id": int(product["id"]), "name": product["name"]}


def sale(s, product):
    purchase = {
        "transaction": s["transaction"], "order_date": s["order_date"], "status": s["status"],
        "is_subscription": s["is_subscription"], "commission_as": s.get("commission_as", "PRODUCER"),
        "price": {"value": amount(s["price"]), "currency_code": s["currency"]},
        "payment": {"method": s["payment_type"], "installments_number": s["installments"], "type": s["payment_type"]},
        "tracking": {"source_sck": s.get("source_sck", ""), "source": s.get("source", ""), "external_code": ""},
        "offer": {"payment_mode": "SUBSCRIPTION" if s["is_subscription"] else "UNIQUE_PAYMENT", "code": s["offer_code"]},
        "hotmart_fee": {"total": 7.49, "fixed": 1, "currency_code": s["currency"], "base": amount(s["price"]),
                        "percentage": 9.9},
    }
    for name in ("approved_date", "warranty_expire_date", "recurrency_number"):
        if name in s:
            purchase[name] = s[name]
    return {"product": _named(product), "buyer": {"name": s["name"], "ucode": s["ucode"], "email": s["email"]},
            "producer": {"name": "Editora Exemplo", "ucode": "252A74C5-0000-4000-8000-E45D871C6018"}, "purchase": purchase}


def sale_users(s, product):
    def user(role, name, email, ucode, cellphone, phone):
        return {"role": role, "user": {"ucode": ucode, "locale": "PT_BR", "name": name, "trade_name": "",
                                       "cellphone": cellphone, "phone": phone, "email": email, "documents": [],
                                       "address": {"city": "", "state": "", "country": "Brasil"}}}

    return {"transaction": s["transaction"], "product": _named(product), "users": [
        user("PRODUCER", "Editora Exemplo", "editora@example.com", "252A74C5-0000-4000-8000-E45D871C6018", "1130000000", ""),
        user("BUYER", s["name"], s["email"], s["ucode"], s["cellphone"], s["phone"]),
    ]}


def commissions(s, product):
    value = amount(s["price"])
    return {"transaction": s["transaction"], "product": _named(product), "exchange_rate_currency_payout": 1, "commissions": [
        {"source": "MARKETPLACE", "commission": {"value": 7.49, "currency_value": s["currency"]},
         "user": {"ucode": "", "name": "Hotmart"}},
        {"source": "PRODUCER", "commission": {"value": round(value - 7.49, 2), "currency_value": s["currency"]},
         "user": {"ucode": "252A74C5-0000-4000-8000-E45D871C6018", "name": "Editora Exemplo"}}]}


def price_details(s, product):
    value = {"value": amount(s["price"]), "currency_code": s["currency"]}
    return {"transaction": s["transaction"], "product": _named(product), "base": value, "total": value,
            "vat": {"value": 0, "currency_code": s["currency"]}, "fee": {"value": 7.49, "currency_code": s["currency"]},
            "real_conversion_rate": 1}


def subscription(s, product):
    found = {
        "subscriber_code": s["subscriber_code"], "subscription_id": s["subscription_id"], "status": s["status"],
        "accession_date": s["accession_date"], "trial": False, "transaction": s["transaction"],
        "plan": {"name": s["plan_name"], "id": s["plan_id"], "recurrency_period": 30},
        "product": {**_named(product), "ucode": product["ucode"]},
        "price": {"value": amount(s["price"]), "currency_code": s["currency"]},
        "subscriber": {"name": s["name"], "email": s["email"], "ucode": s["ucode"]},
    }
    for name in ("end_accession_date", "date_next_charge", "request_date"):
        if name in s:
            found[name] = s[name]
    return found


def subscription_summary(s, product):
    return {**subscription(s, product), "lifetime": 1, "offer": {"code": ""},
            "last_recurrency": {"number": 1, "status": "PAID", "billing_type": "SUBSCRIPTION"}, "unpaid_recurrencies": []}


def subscription_purchase(s):
    found = {"transaction": s["transaction"], "status": s["status"],
             "price": {"value": amount(s["price"]), "currency_code": s["currency"]}, "payment_type": s["payment_type"],
             "payment_method": s["payment_type"], "payment_engine": "HOTMART", "under_warranty": False,
             "recurrency_number": s.get("recurrency_number", 1), "purchase_subscription": True}
    if "approved_date" in s:
        found["approved_date"] = s["approved_date"]
    return found


def product(p):
    return {"id": int(p["id"]), "name": p["name"], "ucode": p["ucode"], "status": p["status"],
            "created_at": p["created_at"], "format": p["format"], "is_subscription": p["is_subscription"],
            "warranty_period": 7}


def club_user(u):
    found = {"user_id": u["user_id"], "name": u.get("name", ""), "email": u["email"], "role": u.get("role", "STUDENT"),
             "status": u.get("status", "ACTIVE"), "type": u.get("type", "BUYER"), "engagement": "LOW", "locale": "pt_BR",
             "plus_access": "WITHOUT_PLUS_ACCESS", "access_count": u.get("access_count", 0), "is_deletable": False}
    for name in ("purchase_date", "first_access_date", "last_access_date"):
        if name in u:
            found[name] = u[name]
    return found
