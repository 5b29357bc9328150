"""ManyChat's page API: pages, subscribers, tags, custom fields, flows."""
import json
import time

from answers import Answer
from limits import Window
from manychat_errors import ManyChatError, invalid, no_such_page
from manychat_state import TYPES
from manychat_subscribers import create, update
from router import Router

MOST_FIELDS = 20
TEXT_TYPES = ("text", "date", "datetime")


class ManyChat:
    name = "manychat"
    prefix = "/manychat"

    def __init__(self, state):
        self.state = state
        self.router = Router()
        get = lambda path, handler: self.router.add("GET", "/fb/" + path, handler)  # noqa: E731
        post = lambda path, handler: self.router.add("POST", "/fb/" + path, handler)  # noqa: E731
        get("page/getInfo", lambda query: self.state.page)
        get("page/getTags", lambda query: [{"id": n, "name": name} for n, name in self.state.tags.items()])
        get("page/getCustomFields", lambda query: list(self.state.fields.values()))
        get("page/getFlows", self._flows)
        post("page/createTag", self._create_tag)
        post("page/createCustomField", self._create_field)
        get("subscriber/getInfo", lambda query: self.state.view(self._subscriber(query)))
        get("subscriber/findByCustomField", self._find_by_field)
        get("subscriber/findBySystemField", self._find_by_system_field)
        post("subscriber/createSubscriber", lambda body: create(self.state, body))
        post("subscriber/updateSubscriber", lambda body: update(self.state, self._subscriber(body), body))
        post("subscriber/addTag", lambda body: self._add_tag(body, self._tag_id(body)))
        post("subscriber/addTagByName", lambda body: self._add_tag(body, self._tag_named(body)))
        post("subscriber/removeTag", lambda body: self._remove_tag(body, self._tag_id(body)))
        post("subscriber/removeTagByName", lambda body: self._remove_tag(body, self._tag_named(body)))
        post("subscriber/setCustomField", self._set_field)
        post("subscriber/setCustomFieldByName", self._set_field)
        post("subscriber/setCustomFields", self._set_fields)
        post("sending/sendFlow", self._send_flow)

    def relative(self, path):
        return path, True

    async def answer(self, request, call):
        try:
            self._authorize(request)
            if call.route is None:
                return no_such_page()
            self._take(call.route)
            await call.pause()
            given = request.query if call.method == "GET" else self._body(request, call)
            value = call.route.handler(given)
        except ManyChatError as refusal:
            return Answer(refusal.status, refusal.body)
        return Answer(200, {"status": "success"} if value is None else {"status": "success", "data": value})

    def _authorize(self, request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise ManyChatError("Token is required", status=401)
        if token.strip() not in self.state.tokens:
            raise ManyChatError("Wrong token", status=401)

    def _take(self, route):
        limit = self.state.limits.get(route.name)
        if limit is None:
            return
        window = self.state.windows.get(route.name)
        if window is None:
            window = self.state.windows[route.name] = Window(limit, 1.0)
        if not window.take(time.monotonic()):
            raise self._too_many()

    def _too_many(self):
        # No headers are known, and which of the two it is is not either.
        return ManyChatError("max rps exceeded", status=429 if self.state.limit_answer == "429" else 400)

    def _body(self, request, call):
        try:
            body = json.loads(call.body)
        except ValueError:
            raise invalid("The body is not JSON") from None
        if not isinstance(body, dict) or request.content_type != "application/json":
            raise invalid("The body must be a JSON object")
        return body

    # -- reading -------------------------------------------------------------------
    def _flows(self, query):
        return {"flows": [{"ns": ns, "name": name, "folder_id": 0} for ns, name in self.state.flows.items()], "folders": []}

    def _subscriber(self, given):
        number = given.get("subscriber_id")
        if type(number) is str and number.isascii() and number.isdigit():
            number = int(number)
        if type(number) is not int:
            raise invalid("subscriber_id must be an integer", "subscriber_id")
        found = self.state.subscribers.get(number)
        if found is None or found.hidden:
            raise invalid("Subscriber does not exist", "subscriber_id")
        return found

    def _find_by_field(self, query):
        number = query.get("field_id", "")
        field = self.state.fields.get(int(number)) if number.isdigit() else None
        if field is None or field["type"] not in ("text", "number"):
            raise invalid("Custom field does not exist or cannot be searched", "field_id")
        return [self.state.view(s) for s in self.state.by_field(field["id"], query.get("field_value", ""))]

    def _find_by_system_field(self, query):
        given = [name for name in ("phone", "email") if query.get(name)]
        if len(given) != 1 or len(query) != 1:
            raise invalid("Exactly one of email, phone is required")
        found = self.state.by_phone(query["phone"]) if given == ["phone"] else self.state.by_email(query["email"])
        if found is not None:
            view = self.state.view(found)
            return [view] if self.state.find_shape == "array" else view
        if self.state.not_found == "error":
            raise invalid("Subscriber does not exist")
        return {"empty_array": [], "empty_object": {}, "null": None}[self.state.not_found]

    # -- the page --------------------------------------------------------------------
    def _create_tag(self, body):
        name = self._text(body, "name")
        if name in self.state.tag_ids:
            raise invalid("Tag with this name already exists", "name")
        return {"tag": {"id": self.state.add_tag(name), "name": name}}

    def _create_field(self, body):
        caption, kind = self._text(body, "caption"), self._text(body, "type")
        if kind not in TYPES:
            raise invalid("type is not supported", "type")
        if caption.lower() in self.state.field_ids:
            raise invalid("Custom field with this name already exists", "caption")
        return {"field": self.state.fields[self.state.add_field(caption, kind)]}

    def _text(self, body, name):
        value = body.get(name)
        if type(value) is not str or not value.strip():
            raise invalid(f"{name} is required", name)
        return value

    # -- tags ------------------------------------------------------------------------
    def _tag_id(self, body):
        number = body.get("tag_id")
        if number not in self.state.tags:
            raise invalid("Tag does not exist")
        return number

    def _tag_named(self, body):
        number = self.state.tag_ids.get(self._text(body, "tag_name"))
        if number is None:
            raise invalid("Tag does not exist")
        return number

    def _add_tag(self, body, tag):
        subscriber = self._subscriber(body)
        if tag not in subscriber.tags:
            subscriber.tags[tag] = None
            subscriber.changes.append(("add", self.state.tags[tag]))

    def _remove_tag(self, body, tag):
        subscriber = self._subscriber(body)
        if tag in subscriber.tags:
            del subscriber.tags[tag]
            subscriber.changes.append(("remove", self.state.tags[tag]))

    # -- custom fields ---------------------------------------------------------------
    def _field(self, given):
        if "field_id" in given:
            number = given["field_id"]
        else:
            number = self.state.field_ids.get(str(given.get("field_name", "")).lower())
        field = self.state.fields.get(number)
        if field is None:
            raise invalid("Custom field does not exist")
        value = given.get("field_value")
        fits = {"number": type(value) in (int, float), "boolean": type(value) is bool}.get(
            field["type"], type(value) is str and field["type"] in TEXT_TYPES)
        if not fits:
            raise invalid(f"Value of {field['name']} is not of the type {field['type']}")
        if value == "" and not self.state.empty_values:
            raise invalid(f"Value of {field['name']} cannot be blank")
        return field["id"], value

    def _set_field(self, body):
        subscriber = self._subscriber(body)
        self.state.set_field(subscriber, *self._field(body))

    def _set_fields(self, body):
        subscriber = self._subscriber(body)
        given = body.get("fields")
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_FIELDS:
            raise invalid(f"fields must hold 1 to {MOST_FIELDS} elements", "fields")
        for field, value in [self._field(one if isinstance(one, dict) else {}) for one in given]:
            self.state.set_field(subscriber, field, value)

    # -- sending -----------------------------------------------------------------------
    def _send_flow(self, body):
        subscriber = self._subscriber(body)
        if set(body) != {"subscriber_id", "flow_ns"}:
            raise invalid("Only subscriber_id and flow_ns are allowed")
        if body["flow_ns"] not in self.state.flows:
            raise invalid("Flow does not exist", "flow_ns")
        if not subscriber.active:
            raise ManyChatError("Subscriber is not active")
        now = self.state.clock.now()
        subscriber.sent_at = [at for at in subscriber.sent_at if at > now - 3600]
        if len(subscriber.sent_at) >= self.state.flows_an_hour:
            raise ManyChatError("Too many flows for this subscriber in an hour", status=429)
        subscriber.sent_at.append(now)
        fields = {self.state.fields[n]["name"]: v for n, v in subscriber.fields.items()}
        self.state.flows_sent.append({"subscriber_id": str(subscriber.id), "flow_ns": body["flow_ns"],
                                      "flow": self.state.flows[body["flow_ns"]], "fields": fields,
                                      "tags": [self.state.tags[n] for n in subscriber.tags],
                                      "at": self.state.clock.iso()})

    # -- faults and counters -------------------------------------------------------------
    def rate_limited(self, fault, call):
        refusal = self._too_many()
        return Answer(refusal.status, refusal.body)

    def broken(self, status):
        return Answer(status, {"status": "error", "message": "Internal error"})

    def done(self, call, answer):
        pass
