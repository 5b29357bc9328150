"""Hotmart's listings of sales, subscriptions and products: filters and pages."""
import base64
import json
import zlib

import hotmart_items as items
from hotmart_state import SALE_STATUSES, SUBSCRIPTION_STATUSES

_DAY = 86_400_000


class HotmartError(Exception):
    def __init__(self, status, error, description):
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description,
                     "error_uri": "https://developers.hotmart.com/docs/en/"}


class Empty(Exception):
    """200 with no body at all, as some of Hotmart's endpoints answer."""


def wrong(name, value):
    return HotmartError(400, "invalid_value_parameter", f"The value {value!r} of {name} is not valid.")


def number(query, name, default=None, high=None):
    text = query.get(name)
    if text is None:
        return default
    if not text.isdigit() or (high is not None and int(text) > high):
        raise wrong(name, text)
    return int(text)


def choices(query, name, known):
    values = query.getall(name, [])
    for value in values:
        if value not in known:
            raise wrong(name, value)
    return values


def page(ctx, sequence):
    """One page of `sequence` (anything with a length and at(place)), with tokens that fit only this question."""
    query = ctx.query
    size = number(query, "max_results", 50, high=ctx.state.page_cap) or 50
    asked = sorted((k, v) for k, v in query.items() if k not in ("page_token", "max_results"))
    mark = zlib.crc32(json.dumps([ctx.path, asked]).encode())
    offset = 0
    if query.get("page_token"):
        try:
            offset, told = json.loads(base64.urlsafe_b64decode(query["page_token"]))
        except ValueError:
            told = None
        if told != mark:
            raise HotmartError(400, "invalid_token", "The page token is not valid.")
    last = min(len(sequence), offset + size)
    info = {"total_results": len(sequence), "results_per_page": last - offset}
    if last < len(sequence):
        info["next_page_token"] = _token(last, mark)
    if offset:
        info["prev_page_token"] = _token(max(0, offset - size), mark)
    return {"items": [sequence.at(place) for place in range(offset, last)], "page_info": info}


def _token(offset, mark):
    return base64.urlsafe_b64encode(json.dumps([offset, mark]).encode()).decode()


class Joined:
    """What was loaded, then what is generated; each made into JSON only when asked for."""

    def __init__(self, loaded, numbers, generate, shape):
        self._loaded = loaded
        self._numbers = numbers
        self._generate = generate
        self._shape = shape

    def __len__(self):
        return len(self._loaded) + (len(self._numbers) if self._numbers is not None else 0)

    def at(self, place):
        if place < len(self._loaded):
            return self._shape(self._loaded[place])
        return self._shape(self._generate(self._numbers.at(place - len(self._loaded))))


class One:
    """A single generated number as a selection."""

    def __init__(self, i):
        self._i = i

    def __len__(self):
        return 1

    def at(self, place):
        return self._i


def _in_range(value, start, end):
    return value is not None and (start is None or value >= start) and (end is None or value <= end)


def _sales(ctx, shape):
    state, query = ctx.state, ctx.query
    transaction, email, product = query.get("transaction"), query.get("buyer_email"), query.get("product_id")
    statuses = choices(query, "transaction_status", SALE_STATUSES)
    if not statuses and not transaction:
        statuses = ["APPROVED", "COMPLETE"]  # the default that hides everything else
    start, end = number(query, "start_date"), number(query, "end_date")
    if state.slow_range_days and (end or 0) - (start or 0) > state.slow_range_days * _DAY:
        raise HotmartError(502, "internal_server_error", "The query took too long.")

    def fits(s):
        return (not statuses or s["status"] in statuses) and (not product or s["product_id"] == product) and \
            (not transaction or s["transaction"] == transaction) and (not email or s["email"].lower() == email.lower()) and \
            _in_range(s["order_date"], start, end)

    numbers, generated = None, state.generated
    if generated is not None:
        if transaction or email:
            i = generated.sale_of_transaction(transaction) if transaction else generated.sale_of_email(email)
            numbers = One(i) if i is not None and fits(generated.sale(i)) else None
        else:
            numbers = generated.select("sale", {product} if product else None, set(statuses) or None, start, end)
    loaded = sorted((s for s in state.sales.values() if fits(s)), key=lambda s: (s["order_date"], s["transaction"]))
    return Joined(loaded, numbers, generated.sale if generated else None,
                  lambda s: shape(s, state.products[s["product_id"]]))


def history(ctx):
    return page(ctx, _sales(ctx, items.sale))


def users(ctx):
    return page(ctx, _sales(ctx, items.sale_users))


def commissions(ctx):
    return page(ctx, _sales(ctx, items.commissions))


def price_details(ctx):
    return page(ctx, _sales(ctx, items.price_details))


def summary(ctx):
    found = _sales(ctx, lambda s, product: (s["currency"], items.amount(s["price"])))
    totals = {}
    for place in range(len(found)):
        currency, value = found.at(place)
        count, sum_ = totals.get(currency, (0, 0))
        totals[currency] = (count + 1, sum_ + value)
    return {"items": [{"total_items": count, "total_value": {"value": round(value, 2), "currency_code": currency}}
                      for currency, (count, value) in totals.items()], "page_info": {"total_results": len(totals)}}


def _subscriptions(ctx, shape):
    state, query = ctx.state, ctx.query
    statuses, products = choices(query, "status", SUBSCRIPTION_STATUSES), query.getall("product_id", [])
    code, email, transaction = query.get("subscriber_code"), query.get("subscriber_email"), query.get("transaction")
    # The default that hides everybody who came earlier.
    start = number(query, "accession_date", int((state.clock.now() - 30 * 86_400) * 1000))
    end = number(query, "end_accession_date")

    def fits(s):
        return (not statuses or s["status"] in statuses) and (not products or s["product_id"] in products) and \
            (not code or s["subscriber_code"] == code) and (not email or s["email"].lower() == email.lower()) and \
            (not transaction or s["transaction"] == transaction) and _in_range(s["accession_date"], start, end)

    numbers, generated = None, state.generated
    if generated is not None:
        if code or email or transaction:
            i = generated.subscription_of_code(code) if code else generated.sale_of_email(email) if email \
                else generated.sale_of_transaction(transaction)
            known = i is not None and generated.product_of(i)["is_subscription"]
            numbers = One(i) if known and fits(generated.subscription(i)) else None
        else:
            numbers = generated.select("subscription", set(products) or None, set(statuses) or None, start, end)
    loaded = sorted((s for s in state.subscriptions.values() if fits(s)),
                    key=lambda s: (s["accession_date"], s["subscriber_code"]))
    return Joined(loaded, numbers, generated.subscription if generated else None,
                  lambda s: shape(s, state.products[s["product_id"]]))


def subscriptions(ctx):
    return page(ctx, _subscriptions(ctx, items.subscription))


def subscriptions_summary(ctx):
    return page(ctx, _subscriptions(ctx, items.subscription_summary))


def purchases(ctx):
    state, code = ctx.state, ctx.params["code"]
    known = state.subscription(code)
    if known is None:
        raise HotmartError(404, "not_found", "The subscription was not found.")
    found = [s for s in state.sales.values() if s.get("subscriber_code") == code]
    if code not in state.subscriptions:
        found.append(state.sale(known["transaction"]))
    return [items.subscription_purchase(s) for s in sorted(found, key=lambda s: s["order_date"])]


class Plain:
    def __init__(self, values):
        self._values = values

    def __len__(self):
        return len(self._values)

    def at(self, place):
        return self._values[place]


def products(ctx):
    query = ctx.query
    found = [items.product(p) for p in ctx.state.products.values()
             if all(query.get(name) in (None, p[name]) for name in ("id", "status", "format"))]
    return page(ctx, Plain(found))


def _product(ctx):
    # By ucode only: the number is not accepted here.
    for p in ctx.state.products.values():
        if p["ucode"] == ctx.params["ucode"]:
            return p
    raise HotmartError(404, "not_found", "The product was not found.")


def offers(ctx):
    return page(ctx, Plain(_product(ctx)["offers"]))


def plans(ctx):
    found = _product(ctx)["plans"]
    if not found:
        raise HotmartError(400, "invalid_parameter", "The product has no plans.")
    return page(ctx, Plain(found))


ROUTES = (
    ("GET", "/payments/api/v1/sales/history", history),
    ("GET", "/payments/api/v1/sales/summary", summary),
    ("GET", "/payments/api/v1/sales/users", users),
    ("GET", "/payments/api/v1/sales/commissions", commissions),
    ("GET", "/payments/api/v1/sales/price/details", price_details),
    ("GET", "/payments/api/v1/subscriptions", subscriptions),
    ("GET", "/payments/api/v1/subscriptions/summary", subscriptions_summary),
    ("GET", "/payments/api/v1/subscriptions/{code}/purchases", purchases),
    ("GET", "/products/api/v1/products", products),
    ("GET", "/products/api/v1/products/{ucode}/offers", offers),
    ("GET", "/products/api/v1/products/{ucode}/plans", plans),
)
