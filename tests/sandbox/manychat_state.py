"""What a ManyChat page holds: subscribers, tags, custom fields, flows, and what was sent."""
from fields import BadInput

TYPES = ("text", "number", "date", "datetime", "boolean")
NOT_FOUND = ("empty_array", "empty_object", "null", "error")
SHAPES = ("array", "object", "string")

# Calls a second, per endpoint; the hourly one is per subscriber.
LIMITS = {
    "GET /fb/page/getInfo": 100, "GET /fb/page/getTags": 100, "GET /fb/page/getCustomFields": 100,
    "GET /fb/page/getFlows": 10, "POST /fb/page/createTag": 10, "POST /fb/page/createCustomField": 10,
    "GET /fb/subscriber/getInfo": 10, "GET /fb/subscriber/findByCustomField": 10,
    "GET /fb/subscriber/findBySystemField": 50, "POST /fb/subscriber/createSubscriber": 10,
    "POST /fb/subscriber/updateSubscriber": 10, "POST /fb/subscriber/addTag": 10,
    "POST /fb/subscriber/addTagByName": 10, "POST /fb/subscriber/removeTag": 10,
    "POST /fb/subscriber/removeTagByName": 10, "POST /fb/subscriber/setCustomField": 10,
    "POST /fb/subscriber/setCustomFieldByName": 10, "POST /fb/subscriber/setCustomFields": 10,
    "POST /fb/sending/sendFlow": 20,
}
FLOWS_AN_HOUR = 100


def digits_of(text):
    return "".join(c for c in str(text) if c.isdigit())


def same_account(digits):
    """One WhatsApp account may be known with and without the ninth digit of a Brazilian mobile."""
    if len(digits) == 12 and digits.startswith("55") and digits[4] in "6789":
        return digits[:4] + "9" + digits[4:]
    return digits


class Subscriber:
    __slots__ = ("id", "first_name", "last_name", "phone", "email", "whatsapp_phone", "tags", "fields", "hidden",
                 "active", "changes", "sent_at")

    def __init__(self, number, first_name="", last_name="", phone="", email="", whatsapp_phone="", hidden=False,
                 active=True):
        self.id = number
        self.first_name, self.last_name = first_name, last_name
        self.phone, self.email, self.whatsapp_phone = phone, email, whatsapp_phone
        self.hidden = hidden  # exists, and no call of the API finds it
        self.active = active  # false: never interacted, so no flow can be sent
        self.tags = {}        # id: None, in the order in which they were added
        self.fields = {}      # id: value
        self.changes = []     # ("add", tag name), only those that changed something
        self.sent_at = []


class ManyChatState:
    def __init__(self, clock):
        self.clock = clock
        self.reset()

    def reset(self):
        self.page = {"id": "100200300", "name": "Escola Exemplo"}
        self.tokens = {"100200300:sandbox-token"}
        self.imports = {"wa_id": True, "phone": True, "email": True}
        self.find_shape = "object"
        self.not_found = "empty_array"
        self.error_shape = "object"
        self.empty_values = True  # whether a field can be emptied is not known
        self.invalid_whatsapp = set()
        self.limit_answer = "429"
        self.limits = dict(LIMITS)
        self.flows_an_hour = FLOWS_AN_HOUR
        self.tags, self.tag_ids = {}, {}
        self.fields, self.field_ids = {}, {}
        self.flows = {f"content20260101120000_00000{n}": name for n, name in enumerate(
            ("Onboarding", "Boas-vindas", "Bem-vindo de volta", "Cancelamento", "Lembrete", "Aula de xadrez"), start=1)}
        self.flows_sent = []
        self.forget_subscribers()
        self.next_id = 1_200_000_001
        self.next_small = 11
        self.add_field("order_id", "text")
        self.windows = {}

    def forget_subscribers(self):
        self.subscribers = {}
        self._by_phone, self._by_email, self._accounts, self._by_field = {}, {}, {}, {}

    def configure(self, f):
        """Takes checked control input; nothing changes unless all of it is good."""
        f.only("tokens", "imports", "empty_values", "find_shape", "not_found", "error_shape", "invalid_whatsapp", "limit_answer",
               "limits", "flows_an_hour", "tags", "fields", "flows")
        chosen = {}
        for name, allowed in (("find_shape", ("object", "array")), ("not_found", NOT_FOUND), ("error_shape", SHAPES),
                              ("limit_answer", ("429", "max_rps"))):
            chosen[name] = f.get(name, str, getattr(self, name))
            if chosen[name] not in allowed:
                raise BadInput(name, "must be one of " + ", ".join(allowed))
        imports = f.get("imports", dict, self.imports)
        for name, allowed in imports.items():
            if name not in ("wa_id", "phone", "email") or type(allowed) is not bool:
                raise BadInput("imports", "holds wa_id, phone and email, each true or false")
        empty_values = f.get("empty_values", bool, self.empty_values)
        limits = f.get("limits", dict, self.limits, null=True)
        for name, limit in (limits or {}).items():
            if name not in LIMITS or type(limit) is not int or limit < 1:
                raise BadInput(f"limits.{name}", "must be an endpoint with a number above 0")
        flows = f.get("flows", dict, self.flows)
        tags, fields = f.get("tags", list, []), f.get("fields", list, [])
        tokens = f.get("tokens", list, list(self.tokens))
        hourly = f.get("flows_an_hour", int, self.flows_an_hour, low=1)
        barred = f.get("invalid_whatsapp", list, list(self.invalid_whatsapp))
        for name, value in chosen.items():
            setattr(self, name, value)
        self.imports, self.empty_values = {**self.imports, **imports}, empty_values
        self.limits, self.windows = dict(limits or {}), {}
        self.flows, self.tokens, self.flows_an_hour = dict(flows), set(tokens), hourly
        self.invalid_whatsapp = {same_account(digits_of(n)) for n in barred}
        for name in tags:
            self.add_tag(name)
        for name in fields:
            self.add_field(name, "text")

    # -- the page ------------------------------------------------------------
    def add_tag(self, name):
        number, self.next_small = self.next_small, self.next_small + 1
        self.tags[number] = name
        self.tag_ids[name] = number
        return number

    def add_field(self, name, kind):
        number, self.next_small = self.next_small, self.next_small + 1
        self.fields[number] = {"id": number, "name": name, "type": kind, "description": ""}
        self.field_ids[name.lower()] = number
        return number

    # -- subscribers -----------------------------------------------------------
    def add(self, **known):
        number, self.next_id = self.next_id, self.next_id + 1
        subscriber = self.subscribers[number] = Subscriber(number, **known)
        self.index(subscriber)
        return subscriber

    def index(self, subscriber):
        if subscriber.phone:
            self._by_phone[subscriber.phone] = subscriber.id
        if subscriber.email:
            self._by_email[subscriber.email.lower()] = subscriber.id
        if subscriber.whatsapp_phone:
            self._accounts[same_account(subscriber.whatsapp_phone)] = subscriber.id

    def remove(self, subscriber):
        del self.subscribers[subscriber.id]
        for index in (self._by_phone, self._by_email, self._accounts):
            for key in [k for k, number in index.items() if number == subscriber.id]:
                del index[key]

    def _visible(self, number):
        found = self.subscribers.get(number)
        return None if found is None or found.hidden else found

    def by_phone(self, phone):
        return self._visible(self._by_phone.get(phone))

    def by_email(self, email):
        return self._visible(self._by_email.get(email.lower()))

    def by_field(self, field, value):
        found = (self._visible(n) for n in reversed(self._by_field.get((field, str(value)), {})))
        return [s for s in found if s is not None][:100]

    def taken(self, kind, value):
        """Whoever exists already under this identity, found by nothing else if hidden."""
        index = {"wa_id": self._accounts, "phone": self._by_phone, "email": self._by_email}[kind]
        key = same_account(value) if kind == "wa_id" else value.lower()
        return self.subscribers.get(index.get(key))

    def set_field(self, subscriber, field, value):
        old = subscriber.fields.get(field)
        if old is not None:
            self._by_field.get((field, str(old)), {}).pop(subscriber.id, None)
        subscriber.fields[field] = value
        self._by_field.setdefault((field, str(value)), {})[subscriber.id] = None

    def view(self, s):
        return {
            "id": str(s.id), "page_id": self.page["id"], "first_name": s.first_name, "last_name": s.last_name,
            "name": f"{s.first_name} {s.last_name}".strip(), "gender": "", "profile_pic": "", "locale": "",
            "language": "", "timezone": "", "live_chat_url": f"https://manychat.example/chat/{s.id}",
            "last_input_text": "", "optin_phone": bool(s.phone), "phone": s.phone, "optin_email": bool(s.email),
            "email": s.email, "subscribed": "2026-03-01T12:00:00+00:00", "last_interaction": None, "last_seen": "",
            "is_followup_enabled": True, "ig_username": "", "ig_id": 0, "whatsapp_phone": s.whatsapp_phone,
            "whatsapp_bsuid": None, "whatsapp_username": None, "optin_whatsapp": bool(s.whatsapp_phone),
            "custom_fields": [{**self.fields[n], "value": v} for n, v in s.fields.items()],
            "tags": [{"id": n, "name": self.tags[n]} for n in s.tags], "user_refs": [],
        }

    def short(self, s):
        """For tests: tags and fields by name, and what was sent."""
        return {"id": str(s.id), "name": f"{s.first_name} {s.last_name}".strip(), "phone": s.phone, "email": s.email,
                "whatsapp_phone": s.whatsapp_phone, "tags": [self.tags[n] for n in s.tags],
                "fields": {self.fields[n]["name"]: v for n, v in s.fields.items()},
                "tag_changes": [list(change) for change in s.changes],
                "flows": [sent for sent in self.flows_sent if sent["subscriber_id"] == str(s.id)]}

    def find(self, text):
        """By id, or by any number or address that it is known under, hidden or not."""
        digits = digits_of(text)
        number = self._accounts.get(same_account(digits)) or self._by_email.get(text.lower()) or self._by_phone.get(text)
        return self.subscribers.get(number) or (self.subscribers.get(int(digits)) if digits else None)

    def generate(self, count, first, without_ninth_every, mirror, tags):
        """`count` WhatsApp contacts with the numbers 55 31 9xxxxxxxx from `first` on, with ids that follow each other;
        answers the first id."""
        field, first_id = None, self.next_id
        numbers = [self.tag_ids.get(name) or self.add_tag(name) for name in tags]
        if mirror:
            field = self.field_ids.get(mirror.lower()) or self.add_field(mirror, "text")
        for index in range(count):
            number = f"55319{first + index:08d}"
            if without_ninth_every and index % without_ninth_every == 0:
                number = number[:4] + number[5:]
            subscriber = self.add(first_name="Aluno", last_name=str(index), whatsapp_phone=number)
            subscriber.tags = dict.fromkeys(numbers)
            if field:
                self.set_field(subscriber, field, number)
        return first_id
