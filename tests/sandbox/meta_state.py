"""What the stand-in for Meta holds: tokens, WhatsApp Business accounts, their templates, and the settings."""
from fields import Fields
from limits import Window
from meta_demo import DEMO
from meta_templates import Templates

MANAGEMENT, MESSAGING = "whatsapp_business_management", "whatsapp_business_messaging"
PERMISSIONS = (MANAGEMENT, MESSAGING)
ERROR_DATA = ("object", "string")
USUAL_CAP, LARGEST_CAP = 100, 1000


class Token:
    __slots__ = ("permissions", "expired")

    def __init__(self, permissions=PERMISSIONS, expired=False):
        self.permissions = frozenset(permissions)
        self.expired = expired


class MetaState:
    def __init__(self, clock):
        self.clock = clock
        self.reset()

    def reset(self):
        self.tokens = {"sandbox-meta-token": Token()}
        self.accounts = {"300000000000001": "Escola Exemplo"}  # id: name; the first has what names no account
        self.templates = Templates()
        for source in DEMO:
            self.templates.put(Fields(source), self.accounts)
        self.page_cap = USUAL_CAP
        self.error_data = "object"
        self.set_rate(5000)

    def set_rate(self, per_hour):
        self.calls_per_hour = per_hour
        self._windows = {}

    def take(self, waba):
        """Whether this account may be called once more in this hour."""
        if self.calls_per_hour is None:
            return True
        window = self._windows.get(waba)
        if window is None:
            window = self._windows[waba] = Window(self.calls_per_hour, 3600.0)
        # By the sandbox's clock, so that a test can let the hour pass.
        return window.take(self.clock.now())

    def account_view(self, waba):
        return {"id": waba, "name": self.accounts[waba]}

    def views(self):
        return {
            "account": lambda: self.account_view(next(iter(self.accounts))),
            "accounts": lambda: [self.account_view(waba) for waba in self.accounts],
            "templates": lambda: self.templates.view(),
            "count": lambda: len(self.templates.by_id),
        }
