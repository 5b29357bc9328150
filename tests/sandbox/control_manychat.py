"""Loading and changing the stand-in ManyChat page."""
from fields import Fields
from manychat_state import digits_of

_SUBSCRIBER = ("first_name", "last_name", "phone", "email", "whatsapp_phone", "hidden", "active", "tags", "fields")


def _put(state, body):
    """A contact that came by itself; its custom fields and tags are made when they are missing."""
    f = Fields(body)
    f.only(*_SUBSCRIBER)
    known = {name: f.get(name, str, "") for name in ("first_name", "last_name", "phone", "email")}
    known["whatsapp_phone"] = digits_of(f.get("whatsapp_phone", str, ""))
    hidden, active = f.get("hidden", bool, False), f.get("active", bool, True)
    tags, fields = f.get("tags", list, []), f.get("fields", dict, {})
    made = state.add(**known, hidden=hidden, active=active)
    for name in tags:
        made.tags[state.tag_ids.get(name) or state.add_tag(name)] = None
    for name, value in fields.items():
        state.set_field(made, state.field_ids.get(name.lower()) or state.add_field(name, "text"), value)
    return {"id": str(made.id)}


def add_routes(add, world, NotFound, DONE):
    state = world.manychat.state

    def configure(params, body, query):
        state.configure(Fields(body))
        return DONE

    def post_subscriber(params, body, query):
        return _put(state, body)

    def change_tags(params, body, query):
        """A person takes and gives tags by hand."""
        subscriber = state.find(params["id"])
        if subscriber is None:
            raise NotFound("no such subscriber")
        f = Fields(body)
        f.only("tags")
        subscriber.tags = {state.tag_ids.get(n) or state.add_tag(n): None for n in f.get("tags", list)}
        return DONE

    def delete_subscriber(params, body, query):
        subscriber = state.find(params["id"])
        if subscriber is None:
            raise NotFound("no such subscriber")
        state.remove(subscriber)
        return DONE

    def generate(params, body, query):
        f = Fields(body)
        f.only("count", "first", "without_ninth_every", "mirror_field", "tags")
        first_id = state.generate(f.get("count", int, low=1, high=1_000_000), f.get("first", int, 80_000_000, low=0),
                       f.get("without_ninth_every", int, 0, low=0), f.get("mirror_field", str, ""),
                       f.get("tags", list, []))
        return {"subscribers": len(state.subscribers), "first_id": str(first_id)}

    add("PUT", "/_sandbox/manychat", configure)
    add("POST", "/_sandbox/manychat/subscribers", post_subscriber)
    add("PUT", "/_sandbox/manychat/subscribers/{id}/tags", change_tags)
    add("DELETE", "/_sandbox/manychat/subscribers/{id}", delete_subscriber)
    add("POST", "/_sandbox/manychat/generate", generate)
