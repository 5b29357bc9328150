"""What the stand-in for Hotmart holds: credentials, products, sales, subscriptions, members of the Club."""
import base64
import secrets

from fields import BadInput
from hotmart_generated import STATUSES, Generated
from limits import Window

CLIENT = {"id": "sandbox-client", "secret": "sandbox-secret"}
# An unknown status would never be found again: every listing asks by name.
SALE_STATUSES = ("APPROVED", "BLOCKED", "CANCELLED", "CHARGEBACK", "COMPLETE", "EXPIRED", "NO_FUNDS", "OVERDUE",
                 "PARTIALLY_REFUNDED", "PRE_ORDER", "PRINTED_BILLET", "PROCESSING_TRANSACTION", "PROTESTED", "REFUNDED",
                 "STARTED", "UNDER_ANALISYS", "WAITING_PAYMENT")
SUBSCRIPTION_STATUSES = ("ACTIVE", "INACTIVE", "DELAYED", "CANCELLED_BY_CUSTOMER", "CANCELLED_BY_SELLER",
                         "CANCELLED_BY_ADMIN", "STARTED", "OVERDUE")
_SETTINGS = ("client", "calls_per_minute", "token_seconds", "slow_range_days", "broken_products", "page_cap", "products",
             "sales", "subscriptions", "club", "generate")


class HotmartState:
    def __init__(self, clock):
        self.clock = clock
        self.reset()

    def reset(self):
        self.client = dict(CLIENT)
        self.token_seconds = 172_799
        self.slow_range_days = None  # a longer range of dates answers 502
        self.broken_products = set()  # every call that names one of them answers 500
        self.page_cap = 500
        self.products = {}
        self.sales = {}
        self.subscriptions = {}
        self.club = {}
        self.generated = None
        self.tokens = {}
        self.set_rate(500)

    def set_rate(self, per_minute):
        self.per_minute = per_minute
        self.window = Window(per_minute, 60.0) if per_minute else None

    def basic(self):
        return base64.b64encode(f"{self.client['id']}:{self.client['secret']}".encode()).decode()

    def issue_token(self):
        token = "H4sI" + secrets.token_urlsafe(300)  # long, as the real ones are
        self.tokens[token] = self.clock.now() + self.token_seconds
        return token

    def sale(self, transaction):
        known = self.sales.get(transaction)
        if known is None and self.generated is not None:
            i = self.generated.sale_of_transaction(transaction)
            return None if i is None else self.generated.sale(i)
        return known

    def subscription(self, code):
        known = self.subscriptions.get(code)
        if known is None and self.generated is not None:
            i = self.generated.subscription_of_code(code)
            return None if i is None else self.generated.subscription(i)
        return known

    def view(self):
        return {"products": list(self.products.values()), "sales": list(self.sales.values()),
                "subscriptions": list(self.subscriptions.values()), "club": list(self.club.values()),
                "generated_buyers": self.generated.buyers if self.generated else 0}

    # -- loading ---------------------------------------------------------------
    def configure(self, f):
        """Each key given replaces that part as a whole."""
        f.only(*_SETTINGS)
        if f.has("client"):
            client = type(f)(f.get("client", dict), "client")
            self.client = {"id": client.get("id", str), "secret": client.get("secret", str)}
        if f.has("calls_per_minute"):
            self.set_rate(f.get("calls_per_minute", int, null=True, low=1))
        self.token_seconds = f.get("token_seconds", int, self.token_seconds, low=1)
        self.page_cap = f.get("page_cap", int, self.page_cap, low=1, high=500)
        if f.has("slow_range_days"):
            self.slow_range_days = f.get("slow_range_days", int, null=True, low=1)
        if f.has("broken_products"):
            self.broken_products = {str(p) for p in f.get("broken_products", list)}
        if f.has("products"):
            self.products = {p["id"]: p for p in map(product, f.objects("products"))}
        if f.has("sales"):
            self.sales = {s["transaction"]: s for s in map(self._sale, f.objects("sales"))}
        if f.has("subscriptions"):
            self.subscriptions = {s["subscriber_code"]: s for s in map(self._subscription, f.objects("subscriptions"))}
        if f.has("club"):
            self.club = {area["subdomain"]: area for area in map(club_area, f.objects("club"))}
        if f.has("generate"):
            self._generate(f)

    def put_sale(self, transaction, f):
        known = self.sales.get(transaction, {})
        self.sales[transaction] = self._sale(type(f)({**known, **f.value, "transaction": transaction}))

    def put_subscription(self, code, f):
        known = self.subscriptions.get(code, {})
        self.subscriptions[code] = self._subscription(type(f)({**known, **f.value, "subscriber_code": code}))

    def _generate(self, f):
        source = f.get("generate", dict, null=True)
        if source is None:
            self.generated = None
            return
        g = type(f)(source, "generate")
        g.only("buyers", "first", "last", "products", "statuses")
        names = [str(p) for p in g.get("products", list, list(self.products))]
        for name in names:
            if name not in self.products:
                raise BadInput("generate.products", f"{name} is not a product of the sandbox")
        if not names:
            raise BadInput("generate.products", "load some products first")
        now = int(self.clock.now() * 1000)
        self.generated = Generated(
            g.get("buyers", int, low=1), g.get("first", int, now - 365 * 86_400_000), g.get("last", int, now - 3_600_000),
            [self.products[name] for name in names], _checked(g, "statuses", SALE_STATUSES, list(STATUSES)))

    def _sale(self, f):
        found = {
            "transaction": f.get("transaction", str), "product_id": self._known_product(f), "status": f.get("status", str),
            "email": f.get("email", str, ""), "name": f.get("name", str, ""), "ucode": f.get("ucode", str, ""),
            "order_date": f.get("order_date", int), "price": f.get("price", str, "97.5"),
            "currency": f.get("currency", str, "BRL"), "payment_type": f.get("payment_type", str, "CREDIT_CARD"),
            "installments": f.get("installments", int, 1), "offer_code": f.get("offer_code", str, ""),
            "cellphone": f.get("cellphone", str, ""), "phone": f.get("phone", str, ""),
            "is_subscription": f.get("is_subscription", bool, f.has("subscriber_code")),
        }
        for name in ("approved_date", "warranty_expire_date", "recurrency_number"):
            if f.has(name):
                found[name] = f.get(name, int)
        for name in ("subscriber_code", "source", "source_sck", "commission_as"):
            if f.has(name):
                found[name] = f.get(name, str)
        f.only(*found, "approved_date", "warranty_expire_date", "recurrency_number", "subscriber_code", "source",
               "source_sck", "commission_as")
        if found["status"] not in SALE_STATUSES:
            raise BadInput(f.path("status"), "must be one of " + ", ".join(SALE_STATUSES))
        return found

    def _subscription(self, f):
        found = {
            "subscriber_code": f.get("subscriber_code", str), "product_id": self._known_product(f),
            "subscription_id": f.get("subscription_id", int, 0), "status": f.get("status", str, "ACTIVE"),
            "accession_date": f.get("accession_date", int), "email": f.get("email", str, ""),
            "name": f.get("name", str, ""), "ucode": f.get("ucode", str, ""), "transaction": f.get("transaction", str, ""),
            "plan_id": f.get("plan_id", int, 0), "plan_name": f.get("plan_name", str, "Mensal"),
            "price": f.get("price", str, "97.5"), "currency": f.get("currency", str, "BRL"),
        }
        for name in ("end_accession_date", "date_next_charge", "request_date"):
            if f.has(name):
                found[name] = f.get(name, int)
        f.only(*found, "end_accession_date", "date_next_charge", "request_date")
        if found["status"] not in SUBSCRIPTION_STATUSES:
            raise BadInput(f.path("status"), "must be one of " + ", ".join(SUBSCRIPTION_STATUSES))
        return found

    def _known_product(self, f):
        name = f.get("product_id", str)
        if name not in self.products:
            raise BadInput(f.path("product_id"), f"{name} is not a product of the sandbox")
        return name


def _checked(f, name, known, default):
    values = f.get(name, list, default)
    for value in values:
        if value not in known:
            raise BadInput(f.path(name), "must hold some of " + ", ".join(known))
    return values


def product(f):
    f.only("id", "name", "ucode", "status", "format", "is_subscription", "created_at", "offers", "plans")
    number = f.get("id", str)
    if not number.isdigit():
        raise BadInput(f.path("id"), "must be a number as text")
    return {
        "id": number, "name": f.get("name", str, f"Produto {number}"),
        "ucode": f.get("ucode", str, f"00000000-0000-4000-9000-{int(number):012d}"), "status": f.get("status", str, "ACTIVE"),
        "format": f.get("format", str, "ONLINE_COURSE"), "is_subscription": f.get("is_subscription", bool, False),
        "created_at": f.get("created_at", int, 1_600_000_000_000), "offers": f.get("offers", list, []),
        "plans": f.get("plans", list, []),
    }


def club_area(f):
    """A members' area: its modules with their pages, and its users with what they completed."""
    f.only("subdomain", "product_id", "modules", "users")
    return {"subdomain": f.get("subdomain", str), "product_id": f.get("product_id", str, ""),
            "modules": f.get("modules", list, []), "users": f.get("users", list, [])}
