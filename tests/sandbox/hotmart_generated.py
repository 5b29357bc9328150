"""Very many made-up sales and subscriptions, computed from their number instead of being held.

Buyer number i bought one product, at one moment, with one status. All three follow from i by periodic rules, so that
"the 300th refunded sale of product P in March" is found by arithmetic.
"""
from bisect import bisect_left

STATUSES = ("COMPLETE",) * 12 + ("APPROVED",) * 4 + ("REFUNDED", "CANCELLED", "EXPIRED", "PRINTED_BILLET")
_UNPAID = ("CANCELLED", "EXPIRED", "PRINTED_BILLET", "WAITING_PAYMENT", "STARTED", "NO_FUNDS", "BLOCKED")
_DAY = 86_400_000
_MAIL = "@buyers.example"


class Generated:
    def __init__(self, buyers, first, last, products, statuses=STATUSES):
        """`products`: the sandbox's product objects; `first` and `last`: ms."""
        self.buyers = buyers
        self.first = first
        self.last = last
        self.products = products
        self.statuses = tuple(statuses)
        self._residues = {}

    def ordered_at(self, i):
        return self.first + (self.last - self.first) * i // self.buyers

    def status_of(self, i):
        return self.statuses[i // len(self.products) % len(self.statuses)]

    def product_of(self, i):
        return self.products[i % len(self.products)]

    def sale(self, i):
        product, status, ordered = self.product_of(i), self.status_of(i), self.ordered_at(i)
        subscribed = product["is_subscription"]
        found = {
            "transaction": f"HP9{i:011d}", "product_id": product["id"], "status": status,
            "email": f"buyer{i}{_MAIL}", "name": f"Comprador {i}", "ucode": f"00000000-0000-4000-8000-{i:012d}",
            "cellphone": f"11{900000000 + i}", "phone": "", "order_date": ordered, "price": "97.5", "currency": "BRL",
            "payment_type": ("PIX", "CREDIT_CARD", "BILLET")[i % 3], "installments": 1 + i % 3,
            "offer_code": f"of{product['id']}", "is_subscription": subscribed,
        }
        if status not in _UNPAID:
            found["approved_date"] = ordered + 7000
            found["warranty_expire_date"] = ordered + 7 * _DAY
        if subscribed:
            found["recurrency_number"] = 1
            found["subscriber_code"] = f"G{i:07d}"
        return found

    def subscription_status(self, i):
        return "ACTIVE" if self.status_of(i) in ("APPROVED", "COMPLETE") else "INACTIVE"

    def subscription(self, i):
        product, ordered = self.product_of(i), self.ordered_at(i)
        return {
            "subscriber_code": f"G{i:07d}", "subscription_id": 5_000_000 + i, "status": self.subscription_status(i),
            "accession_date": ordered, "request_date": ordered, "date_next_charge": ordered + 30 * _DAY,
            "transaction": f"HP9{i:011d}", "product_id": product["id"], "plan_id": 800_000 + int(product["id"]) % 1000,
            "plan_name": "Mensal", "email": f"buyer{i}{_MAIL}", "name": f"Comprador {i}",
            "ucode": f"00000000-0000-4000-8000-{i:012d}", "price": "97.5", "currency": "BRL",
        }

    def number_of(self, text, before, after=""):
        """The i in "HP9…" or "buyer7@…", if there is such a buyer."""
        digits = text[len(before):len(text) - len(after)]
        if not (text.startswith(before) and text.endswith(after) and digits.isdigit()):
            return None
        return int(digits) if int(digits) < self.buyers else None

    def sale_of_transaction(self, code):
        return self.number_of(code, "HP9")

    def sale_of_email(self, email):
        return self.number_of(email, "buyer", _MAIL)

    def subscription_of_code(self, code):
        i = self.number_of(code, "G")
        return i if i is not None and self.product_of(i)["is_subscription"] else None

    def select(self, kind, products=None, statuses=None, start=None, end=None):
        """Those that match, as a sequence of numbers: `kind` is sale or subscription."""
        key = (kind, products and tuple(sorted(products)), statuses and tuple(sorted(statuses)))
        residues = self._residues.get(key)
        if residues is None:
            residues = self._residues[key] = [i for i in range(self._period()) if self._fits(i, kind, products, statuses)]
        low = 0 if start is None else bisect_left(range(self.buyers), start, key=self.ordered_at)
        high = self.buyers if end is None else bisect_left(range(self.buyers), end + 1, key=self.ordered_at)
        return Selection(residues, self._period(), low, max(low, high))

    def _period(self):
        return len(self.products) * len(self.statuses)

    def _fits(self, i, kind, products, statuses):
        if products and self.product_of(i)["id"] not in products:
            return False
        if kind == "sale":
            return not statuses or self.status_of(i) in statuses
        return self.product_of(i)["is_subscription"] and (not statuses or self.subscription_status(i) in statuses)


class Selection:
    """The numbers from `low` to below `high` whose remainder by `period` is in `residues`."""

    def __init__(self, residues, period, low, high):
        self._residues = residues
        self._period = period
        self._skipped = self._below(low)
        self._length = self._below(high) - self._skipped

    def _below(self, bound):
        whole, rest = divmod(bound, self._period)
        return whole * len(self._residues) + bisect_left(self._residues, rest)

    def __len__(self):
        return self._length

    def at(self, place):
        whole, rest = divmod(self._skipped + place, len(self._residues))
        return whole * self._period + self._residues[rest]
