"""Graph's way of showing a node or a page of an edge: the fields asked for, filters, and cursors."""
import base64
from bisect import bisect_left, bisect_right

from meta_errors import invalid, unknown_field
from meta_templates import FIELDS

_SHOWN = ("id", "name", "language", "status", "category", "components")
_FILTERS = ("name", "language", "status", "category")
_USUAL_LIMIT = 25


def fields_asked(query, known, usual, node):
    asked = [name.strip() for name in query.get("fields", "").split(",") if name.strip()]
    for name in asked:
        if name not in known:
            raise unknown_field(name, node)
    return asked or usual


def show(node, fields):
    """What of it was asked for; the id always comes."""
    shown = {name: node[name] for name in fields if name in node}
    shown.setdefault("id", node["id"])
    return shown


def cursor(waba, number):
    return base64.urlsafe_b64encode(f"{waba}:{number}".encode()).decode().rstrip("=")


def _place(text, waba):
    """The number in a cursor of this account."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        number = int(plain.rpartition(":")[2])
    except ValueError:
        number = -1
    if number < 0 or cursor(waba, number) != text:
        raise invalid("The cursor cannot be read.")
    return number


def _limit(query, cap):
    text = query.get("limit") or str(_USUAL_LIMIT)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise invalid("limit must be a number above 0.")
    return min(int(text), cap)


def _bounds(found, query, limit, waba):
    after, before = query.get("after"), query.get("before")
    if after and before:
        raise invalid("after and before exclude each other.")
    by_number = lambda template: template.number  # noqa: E731
    if before:
        end = bisect_left(found, _place(before, waba), key=by_number)
        return max(0, end - limit), end
    first = bisect_right(found, _place(after, waba), key=by_number) if after else 0
    return first, min(len(found), first + limit)


def page(state, waba, query, link):
    """One page of an account's templates; `link` makes the address of a neighbouring page from its parameters."""
    fields = fields_asked(query, FIELDS, _SHOWN, "WhatsAppMessageTemplate")
    limit = _limit(query, state.page_cap)
    wanted = [(name, query[name]) for name in _FILTERS if query.get(name)]
    found = [t for t in state.templates.of(waba) if all(t.fields.get(name) == value for name, value in wanted)]
    first, end = _bounds(found, query, limit, waba)
    chosen = found[first:end]
    if not chosen:
        return {"data": []}
    cursors = {"before": cursor(waba, chosen[0].number), "after": cursor(waba, chosen[-1].number)}
    # The cursors are there on the last page, too: only `next` tells that more follow.
    paging = {"cursors": cursors}
    if first > 0:
        paging["previous"] = link(limit=limit, before=cursors["before"])
    if end < len(found):
        paging["next"] = link(limit=limit, after=cursors["after"])
    return {"data": [show(template.fields, fields) for template in chosen], "paging": paging}
