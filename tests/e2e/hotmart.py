"""Events in the shape of Hotmart's webhook 2.0.0, about invented people."""

import itertools
import random
import time
import uuid
from dataclasses import dataclass, field

DAY_MS = 86_400_000
_FIRST = ("Alice", "Bento", "Clara", "Davi", "Elisa", "Fábio", "Gisele", "Heitor", "Iara", "João", "Lívia", "Mauro")
_LAST = ("Amaral", "Bastos", "Cunha", "Duarte", "Esteves", "Falcão", "Guedes", "Lacerda", "Moreno", "Peixoto")
_numbers = itertools.count(random.randrange(10**8, 9 * 10**8))


def now_ms():
    return int(time.time() * 1000)


@dataclass(frozen=True)
class Product:
    id: int
    ucode: str
    name: str
    role: str  # the Discord role that it opens


CLUB = Product(4100200, "5d0c6f0e-8f43-4a55-9f0b-2f6f0f7c1d21", "Clube de Leitura", "700000000000000101")
CHESS = Product(4100300, "0c3f7f4e-2b1a-4a3c-8a64-6b1d5c2e9f10", "Curso de Xadrez", "700000000000000102")


@dataclass
class Person:
    """A buyer that no other test knows."""

    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def first(self):
        return _FIRST[self.number % len(_FIRST)]

    @property
    def last(self):
        return _LAST[self.number % len(_LAST)]

    @property
    def name(self):
        return f"{self.first} {self.last}"

    @property
    def email(self):
        return f"aluno{self.number}@escola.example"

    @property
    def phone_digits(self):
        """With country and area: the mobile of the checkout, as it is known everywhere."""
        return f"55319{self.number % 10**8:08d}"

    @property
    def discord_id(self):
        return str(800_000_000_000_000_000 + self.number)


class Sale:
    """One product bought by one person: makes the events of its life, each later than the one before."""

    def __init__(self, person, product=CLUB, subscription=True, at=None, code=None):
        self.person = person
        self.product = product
        self.subscriber_code = (code or f"S{next(_numbers)}") if subscription else None
        self.transaction = f"HP{next(_numbers)}"
        self._clock = at or now_ms() - 60_000
        self._ordered = self._approved = self._clock
        self._recurrence = 1

    def _event(self, event, data):
        self._clock += 1000
        return {"id": str(uuid.uuid4()), "creation_date": self._clock, "event": event, "version": "2.0.0", "data": data}

    def _purchase(self, event, status):
        person, product = self.person, self.product
        price = {"value": 89.9, "currency_value": "BRL"}
        purchase = {
            "transaction": self.transaction,
            "status": status,
            "order_date": self._ordered,
            "approved_date": self._approved,
            "price": price,
            "full_price": price,
            "original_offer_price": price,
            "offer": {"code": "oferta1"},
            "origin": {"sck": "insta|bio"},
            "checkout_country": {"name": "Brasil", "iso": "BR"},
            "order_bump": {"is_order_bump": False},
            "payment": {"type": "CREDIT_CARD", "installments_number": 1},
            "subscription_anticipation_purchase": False,
            "invoice_by": "HOTMART",
            "is_funnel": False,
            "business_model": "I",
        }
        data = {
            "product": {
                "id": product.id,
                "ucode": product.ucode,
                "name": product.name,
                "has_co_production": False,
                "support_email": "ajuda@escola.example",
                "is_physical_product": False,
            },
            "affiliates": [{"affiliate_code": "", "name": ""}],
            "buyer": {
                # As people type it: mixed case occurs in real traffic.
                "email": person.email.capitalize(),
                "name": person.name,
                "first_name": person.first,
                "last_name": person.last,
                "checkout_phone_code": "31",
                "checkout_phone": f"9{person.number % 10**8:08d}",
                "document": "00000000191",
                "document_type": "CPF",
                "address": {"country": "Brasil", "country_iso": "BR", "city": "Belo Horizonte", "state": "Minas Gerais"},
            },
            "producer": {"name": "Escola Exemplo", "document": "00000000000191", "legal_nature": "Pessoa Jurídica"},
            "commissions": [
                {"value": 7.49, "currency_value": "BRL", "source": "MARKETPLACE"},
                {"value": 82.41, "currency_value": "BRL", "source": "PRODUCER"},
            ],
            "purchase": purchase,
        }
        if self.subscriber_code:
            purchase["recurrence_number"] = self._recurrence
            purchase["date_next_charge"] = self._approved + 30 * DAY_MS
            data["subscription"] = {
                "status": "ACTIVE",
                "plan": {"id": 812345, "name": "Mensal"},
                "subscriber": {"code": self.subscriber_code},
            }
        return self._event(event, data)

    def approved(self):
        return self._purchase("PURCHASE_APPROVED", "APPROVED")

    def complete(self):
        return self._purchase("PURCHASE_COMPLETE", "COMPLETED")

    def refunded(self):
        return self._purchase("PURCHASE_REFUNDED", "REFUNDED")

    def chargeback(self):
        return self._purchase("PURCHASE_CHARGEBACK", "CHARGEBACK")

    def cancelled(self):
        """The subscription ends; says nothing about a transaction."""
        person = self.person
        return self._event(
            "SUBSCRIPTION_CANCELLATION",
            {
                "cancellation_date": self._clock,
                "date_next_charge": self._approved + 30 * DAY_MS,
                "actual_recurrence_value": 89.9,
                "product": {"id": self.product.id, "name": self.product.name},
                "subscriber": {
                    "code": self.subscriber_code,
                    "name": person.name,
                    "email": person.email,
                    "phone": {"dddPhone": "", "phone": "", "dddCell": "31", "cell": f"9{person.number % 10**8:08d}"},
                },
                "subscription": {"id": 3344556, "plan": {"id": 812345, "name": "Mensal"}},
            },
        )

    def switched(self, new_plan, old_plan=812345):
        """From one plan of the product to another; says nothing about a transaction."""
        plans = [{"id": new_plan, "name": "Anual", "offer": {"key": "ofanual"}, "current": True},
                 {"id": old_plan, "name": "Mensal", "offer": {"key": "ofmensal"}, "current": False}]
        return self._event(
            "SWITCH_PLAN",
            {
                "switch_plan_date": self._clock,
                "subscription": {
                    "subscriber_code": self.subscriber_code,
                    "status": "ACTIVE",
                    "date_next_charge": self._approved + 30 * DAY_MS,
                    "product": {"id": self.product.id, "name": self.product.name},
                    "user": {"email": self.person.email},
                },
                "plans": plans,
            },
        )

    def renew(self):
        """From here on the events are about the next payment of the same subscription."""
        self._clock += 1000
        self.transaction = f"HP{next(_numbers)}"
        self._ordered = self._approved = self._clock
        self._recurrence += 1
        return self
