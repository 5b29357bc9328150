"""What must be true of a student after a set of events, worked out without any of ciclo's code."""

from dataclasses import dataclass

from hotmart import CHESS, CLUB
from sandbox_client import VISITOR_ROLE

STATUS = {  # in the order in which a payment can go on
    "PURCHASE_APPROVED": "APPROVED",
    "PURCHASE_COMPLETE": "COMPLETED",
    "PURCHASE_REFUNDED": "REFUNDED",
    "PURCHASE_CHARGEBACK": "REFUNDED",
}
_STAGES = list(STATUS)
_ROLES = {str(product.id): product.role for product in (CLUB, CHESS)}


@dataclass
class Payment:
    product: str
    subscriber: str | None
    paid_at: int
    status: str = ""
    stage: int = -1


@dataclass
class Expectation:
    transactions: dict  # code -> status
    enrollments: dict  # Hotmart's product id -> "active" or "cancelled"
    lifecycle: str
    roles: set  # when the account is known

    @property
    def has_access(self):
        return "active" in self.enrollments.values()


def _payments(events):
    payments = {}
    for event in events:
        if event["event"] not in STATUS:
            continue
        data = event["data"]
        purchase = data["purchase"]
        payment = payments.setdefault(
            purchase["transaction"],
            Payment(str(data["product"]["id"]), data.get("subscription", {}).get("subscriber", {}).get("code"),
                    purchase["approved_date"]))
        stage = _STAGES.index(event["event"])
        if stage > payment.stage:
            payment.stage, payment.status = stage, STATUS[event["event"]]
    return payments


def _cancelled_at(events, subscriber):
    return max((event["creation_date"] for event in events
                if event["event"] == "SUBSCRIPTION_CANCELLATION" and event["data"]["subscriber"]["code"] == subscriber),
               default=None)


def _gives_access(payment, payments, events):
    if payment.status not in ("APPROVED", "COMPLETED"):
        return False
    if payment.subscriber is None:
        return True
    ended = _cancelled_at(events, payment.subscriber)
    # A payment after the cancellation revives the subscription.
    return ended is None or any(p.subscriber == payment.subscriber and p.paid_at > ended for p in payments.values())


def expect(events, is_linked):
    payments = _payments(events)
    enrollments = {}
    for payment in payments.values():
        if _gives_access(payment, payments, events):
            enrollments[payment.product] = "active"
        else:
            enrollments.setdefault(payment.product, "cancelled")
    roles = {_ROLES[product] for product, status in enrollments.items() if status == "active"}
    lifecycle = "churned"
    if roles:
        lifecycle = "active" if is_linked else "pending_onboarding"
    return Expectation({code: payment.status for code, payment in payments.items()}, enrollments, lifecycle,
                       roles or {VISITOR_ROLE})
