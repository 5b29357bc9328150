"""Hotmart Club, the members' area: modules, pages, users and their lessons."""
import hotmart_items as items
from hotmart_listings import Empty, HotmartError, Plain, page


def _area(ctx):
    name = ctx.query.get("subdomain")
    if not name:
        raise HotmartError(422, "invalid_parameter", "The parameter subdomain is required.")
    return ctx.state.club.get(name) or _nothing()


def _nothing():
    # Paths and areas that do not exist are answered 200 with nothing.
    raise Empty


def modules(ctx):
    extra = ctx.query.get("is_extra", "false") == "true"
    return [{"module_id": m["module_id"], "name": m["name"], "sequence": m.get("sequence", number),
             "is_public": m.get("is_public", True), "is_extra": extra, "is_extra_paid": False, "classes": [],
             "total_pages": len(m.get("pages", []))}
            for number, m in enumerate(_area(ctx)["modules"], start=1) if m.get("is_extra", False) == extra]


def _pages(area, module_id):
    for m in area["modules"]:
        if m["module_id"] == module_id:
            return m.get("pages", [])
    return _nothing()


def pages_v1(ctx):
    return [{"name": p["name"], "page_order": number, "type": p.get("type", "CONTENT"),
             "is_published": p.get("published", True), "total_comments": 0, "rates_average": 0, "rates": [],
             "has_media": True, "liberation_type": p.get("liberation", {}).get("type"), "has_duration": False}
            for number, p in enumerate(_pages(_area(ctx), ctx.params["module"]), start=1)]


def pages_v2(ctx):
    product = ctx.query.get("product_id")
    if not product:
        raise HotmartError(422, "invalid_parameter", "The parameter product_id is required.")
    for area in ctx.state.club.values():
        if area["product_id"] == product:
            return [_page_v2(p, n) for n, p in enumerate(_pages(area, ctx.params["module"]), start=1)]
    return _nothing()


def _page_v2(p, number):
    dripping = []
    if p.get("liberation"):
        dripping.append({"liberation": p["liberation"], "expiration": {"type": "NONE", "duration_days": None},
                         "classes": [{"id": "qV7y1Jm7Jn", "name": "Turma", "default_class": True}]})
    return {"page_id": p["page_id"], "name": p["name"], "type": p.get("type", "CONTENT"), "page_order": number,
            "published": p.get("published", True), "total_comments": 0, "rates": [], "rates_average": 0,
            "has_media": True, "dripping_configs": dripping}


def _all_pages(area):
    return [(m, p) for m in area["modules"] for p in m.get("pages", [])]


def users(ctx):
    area, part = _area(ctx), ctx.query.get("email", "").lower()
    total = len(_all_pages(area))
    found = []
    for u in area["users"]:
        if part in u["email"].lower():
            done = len(u.get("completed", {}))
            found.append({**items.club_user(u), "progress": {
                "completed": done, "total": total, "completed_percentage": done * 100 // total if total else 0}})
    answer = page(ctx, Plain(found))
    del answer["page_info"]["total_results"]  # the Club does not tell it
    return answer


def lessons(ctx):
    area = _area(ctx)
    for u in area["users"]:
        if u["user_id"] == ctx.params["user"]:
            done = u.get("completed", {})
            return {"lessons": [_lesson(m, p, done.get(p["page_id"])) for m, p in _all_pages(area)]}
    return _nothing()


def _lesson(m, p, completed):
    found = {"page_id": p["page_id"], "page_name": p["name"], "module_name": m["name"],
             "is_module_extra": m.get("is_extra", False), "is_completed": completed is not None}
    if completed is not None:
        found["completed_date"] = completed
    return found


ROUTES = (
    ("GET", "/club/api/v1/modules", modules),
    ("GET", "/club/api/v1/modules/{module}/pages", pages_v1),
    ("GET", "/club/api/v2/modules/{module}/pages", pages_v2),
    ("GET", "/club/api/v1/users", users),
    ("GET", "/club/api/v1/users/{user}/lessons", lessons),
)
