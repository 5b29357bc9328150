"""Loading and changing what the stand-in for Meta holds."""
from fields import BadInput, Fields, check_snowflake
from meta_demo import generated
from meta_state import ERROR_DATA, LARGEST_CAP, PERMISSIONS, Token
from meta_templates import Templates

_SETTINGS = ("tokens", "accounts", "waba_id", "name", "templates", "generate", "page_cap", "calls_per_hour", "error_data")
_MOST = 100_000


def _tokens(f):
    found = {}
    for index, source in enumerate(f.get("tokens", list)):
        if isinstance(source, str):
            found[source] = Token()
            continue
        entry = Fields(source, f"tokens[{index}]")
        entry.only("token", "permissions", "expired")
        permissions = entry.get("permissions", list, list(PERMISSIONS))
        if any(name not in PERMISSIONS for name in permissions):
            raise BadInput(entry.path("permissions"), "must hold some of " + ", ".join(PERMISSIONS))
        found[entry.get("token", str)] = Token(permissions, entry.get("expired", bool, False))
    return found


def _accounts(f, known):
    """All accounts, or the only one."""
    if not f.has("accounts"):
        waba, name = next(iter(known.items()))
        if not f.has("waba_id"):
            return {**known, waba: f.get("name", str, name)}
        return {f.snowflake("waba_id"): f.get("name", str, name)}
    for name in ("waba_id", "name"):
        if f.has(name):
            raise BadInput(name, "cannot stand beside accounts")
    found = {}
    for entry in f.objects("accounts"):
        entry.only("id", "name")
        number = entry.snowflake("id")
        if number in found:
            raise BadInput(entry.path("id"), "is there twice")
        found[number] = entry.get("name", str)
    if not found:
        raise BadInput("accounts", "must hold at least one")
    return found


def _templates(f, accounts):
    """Those given, then those made up; None if neither was asked for."""
    if not f.has("templates") and not f.has("generate"):
        return None
    made = Templates()
    for entry in f.objects("templates"):
        if entry.get("id", str, None) in made.by_id:
            raise BadInput(entry.path("id"), "is there twice")
        made.put(entry, accounts)
    if f.has("generate"):
        wish = Fields(f.get("generate", dict), "generate")
        wish.only("templates")
        for source in generated(wish.get("templates", int, low=0, high=_MOST)):
            made.put(Fields(source, "generate"), accounts)
    return made


def _configure(state, f):
    """Each key given replaces that part as a whole; nothing changes unless all of it is good."""
    f.only(*_SETTINGS)
    tokens = _tokens(f) if f.has("tokens") else state.tokens
    accounts = _accounts(f, state.accounts)
    templates = _templates(f, accounts)
    cap = f.get("page_cap", int, state.page_cap, low=1, high=LARGEST_CAP)
    per_hour = f.get("calls_per_hour", int, state.calls_per_hour, null=True, low=1)
    shape = f.get("error_data", str, state.error_data)
    if shape not in ERROR_DATA:
        raise BadInput("error_data", "must be one of " + ", ".join(ERROR_DATA))
    if templates is None:
        if f.has("waba_id"):
            state.templates.move(next(iter(state.accounts)), next(iter(accounts)))
        state.templates.keep(accounts)
    else:
        state.templates = templates
    state.tokens, state.accounts, state.page_cap, state.error_data = tokens, accounts, cap, shape
    if f.has("calls_per_hour"):
        state.set_rate(per_hour)


def add_routes(add, world, NotFound, DONE):
    state = world.meta.state

    def configure(params, body, query):
        _configure(state, Fields(body))
        return DONE

    def put_template(params, body, query):
        f = Fields(body)
        if f.get("id", str, params["id"]) != params["id"]:
            raise BadInput("id", "must be the one in the path")
        check_snowflake(params["id"], "id")
        state.templates.put(Fields({**f.value, "id": params["id"]}), state.accounts)
        return DONE

    def delete_template(params, body, query):
        if not state.templates.remove(params["id"]):
            raise NotFound("no such template")
        return DONE

    add("PUT", "/_sandbox/meta", configure)
    add("PUT", "/_sandbox/meta/templates/{id}", put_template)
    add("DELETE", "/_sandbox/meta/templates/{id}", delete_template)
