"""Many students at once, as Hotmart reports them: late, shuffled, some deliveries twice."""

import random
import threading
import time

from hotmart import CHESS, CLUB, Sale

SENDERS = 6
SENT_TWICE = 0.2


def _kept(person):
    sale = Sale(person)
    return [sale.approved(), sale.complete()]


def _renewed(person):
    sale = Sale(person)
    return [sale.approved(), sale.complete(), sale.renew().approved(), sale.complete()]


def _both_products(person):
    club, chess = Sale(person), Sale(person, CHESS, subscription=False)
    return [club.approved(), chess.approved(), club.complete(), chess.complete()]


def _refunded(person):
    sale = Sale(person, subscription=False)
    return [sale.approved(), sale.complete(), sale.refunded()]


def _charged_back(person):
    sale = Sale(person)
    return [sale.approved(), sale.complete(), sale.chargeback()]


def _cancelled(person):
    sale = Sale(person)
    return [sale.approved(), sale.renew().approved(), sale.cancelled()]


def _returned(person):
    sale = Sale(person)
    return [sale.approved(), sale.cancelled(), sale.renew().approved(), sale.complete()]


def _one_of_two_products(person):
    club, chess = Sale(person, CLUB), Sale(person, CHESS, subscription=False)
    return [club.approved(), chess.approved(), chess.refunded(), club.complete()]


def _bought_twice_by_mistake(person):
    first, second = Sale(person, subscription=False), Sale(person, subscription=False)
    return [first.approved(), second.approved(), first.refunded(), second.complete()]


# Lives in which access never ends, in whatever order the events arrive.
STEADY = (_kept, _renewed, _both_products)
CHANGING = (_refunded, _charged_back, _cancelled, _returned, _one_of_two_products, _bought_twice_by_mistake)


class Traffic:
    def __init__(self, histories, per_second, seed=7):
        """`histories`: the events of each student."""
        dice = random.Random(seed)
        self.events = [event for history in histories for event in history]
        self._waiting = self.events + [event for event in self.events if dice.random() < SENT_TWICE]
        dice.shuffle(self._waiting)
        self._total = len(self._waiting)
        self._pause = SENDERS / per_second
        self._lock = threading.Lock()
        self._threads = []
        self.answers = {}  # event id -> the status in each 200
        self.failures = []

    def start(self, gateway):
        self._threads = [threading.Thread(target=self._send, args=(gateway,)) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def _send(self, gateway):
        while True:
            with self._lock:
                if not self._waiting:
                    return
                event = self._waiting.pop()
            try:
                answer = gateway.deliver(event)
            except AssertionError as failure:
                self.failures.append(failure)
                return
            with self._lock:
                self.answers.setdefault(event["id"], []).append(answer["status"])
            time.sleep(self._pause)

    def wait_for(self, share):
        """Until this share of the deliveries was taken, or taking them has come to a halt."""
        deadline = time.monotonic() + 30
        while len(self._waiting) > self._total * (1 - share) and time.monotonic() < deadline:
            time.sleep(0.01)

    def join(self):
        for thread in self._threads:
            thread.join()
        assert not self.failures, self.failures
