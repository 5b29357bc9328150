"""createSubscriber and updateSubscriber: what they ask for and what they refuse."""
from manychat_errors import invalid
from manychat_state import digits_of, same_account

_CREATE = ("first_name", "last_name", "phone", "whatsapp_phone", "email", "gender", "has_opt_in_sms",
           "has_opt_in_email", "consent_phrase")
_TAKEN = {"wa_id": "This WhatsApp ID already exists: {}", "phone": "Subscriber with this phone already exists: {}",
          "email": "Subscriber with this email already exists: {}"}


def _check(state, body, allowed):
    for name, value in body.items():
        if name not in allowed:
            raise invalid(f"{name} is not allowed", name, state.error_shape)
        if value == "":
            raise invalid(f"{name} cannot be blank", name, state.error_shape)
    if "phone" in body and "has_opt_in_sms" not in body:
        raise invalid("has_opt_in_sms is required", "has_opt_in_sms", state.error_shape)
    if "email" in body and "has_opt_in_email" not in body:
        raise invalid("has_opt_in_email is required", "has_opt_in_email", state.error_shape)
    if body.get("has_opt_in_sms") is True and not body.get("consent_phrase"):
        raise invalid("consent_phrase is required", "consent_phrase", state.error_shape)


def create(state, body):
    _check(state, body, _CREATE)
    known = {"wa_id": digits_of(body.get("whatsapp_phone", "")), "phone": body.get("phone", ""),
             "email": body.get("email", "")}
    if not any(known.values()):
        raise invalid("At least one of phone, whatsapp_phone, email is required", "whatsapp_phone", state.error_shape)
    for kind, value in known.items():
        if value and not state.imports[kind]:
            raise invalid(f"Permission denied to import {kind}", kind, state.error_shape)
    if known["wa_id"] and same_account(known["wa_id"]) in state.invalid_whatsapp:
        raise invalid("This is not a valid WhatsApp phone number", "wa_id", state.error_shape)
    for kind, value in known.items():
        taken = state.taken(kind, value) if value else None
        if taken is not None:
            held = {"wa_id": taken.whatsapp_phone, "phone": taken.phone, "email": taken.email}[kind]
            raise invalid(_TAKEN[kind].format(held), kind, state.error_shape)
    made = state.add(first_name=body.get("first_name", ""), last_name=body.get("last_name", ""), phone=known["phone"],
                     email=known["email"], whatsapp_phone=known["wa_id"])
    return state.view(made)


def update(state, subscriber, body):
    _check(state, {k: v for k, v in body.items() if k != "subscriber_id"},
           [name for name in _CREATE if name != "whatsapp_phone"])
    for name in ("first_name", "last_name", "phone", "email"):
        if name in body:
            setattr(subscriber, name, body[name])
    state.index(subscriber)
    return state.view(subscriber)
