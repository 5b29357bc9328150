"""A rule that is added, extended and ended while there are students: who gets and who loses what it gives."""

from admin_api import assert_problem, caller
from hotmart import CHESS, CLUB, Person, Sale, now_ms
from job_runs import run_job

ROLE = "700000000000000178"


def buyer(ciclo, product=CLUB):
    """A member of the guild who buys it at this moment."""
    person = Person()
    ciclo.link(person)
    ciclo.gateway.accept(Sale(person, product, at=now_ms()).approved())
    return person


def changes_in_the_log(ciclo, rule):
    """What the audit log tells of the rule, oldest first, as (type, actor, kind)."""
    return ciclo.database.rows(
        """SELECT type, actor_id::text, payload ->> 'kind' FROM events
           WHERE type LIKE 'admin.access_rule_%%' AND payload ->> 'access_rule_id' = %s ORDER BY id""", rule)


def test_a_new_role_is_for_new_students_and_for_present_ones_when_that_is_asked_for(ciclo):
    admin = caller(ciclo, "admin", "rules")
    present = buyer(ciclo)
    ciclo.wait_for_roles(present, CLUB.role)
    ciclo.wait_until_idle(notices=False)
    ciclo.sandbox.put_role(ROLE, "Bordado", 2)
    club = ciclo.database.value("SELECT product_id FROM product_identifiers WHERE value = %s", str(CLUB.id))

    rule = admin.expect(201, "POST", f"/admin/products/{club}/access-rules", {"kind": "discord_role", "value": ROLE})
    assert rule["applied_to"] == 0
    newcomer = buyer(ciclo)
    ciclo.wait_for_roles(newcomer, CLUB.role, ROLE, seconds=20)
    # Nothing brings it to the others by itself: neither a fold nor a sweep.
    ciclo.cli("replay", "--all", seconds=60)
    run_job(ciclo, "reconcile_discord")
    ciclo.wait_until_idle(notices=False)
    assert ciclo.sandbox.roles_of(present) == {CLUB.role}

    changed = admin.expect(200, "PATCH", f"/admin/access-rules/{rule['id']}", {"apply_to_existing": True})
    assert (changed["id"], changed["applied_to"]) == (rule["id"], 2)
    for person in (present, newcomer):
        ciclo.wait_for_roles(person, CLUB.role, ROLE, seconds=20)
    ciclo.wait_until_idle(notices=False)
    assert ciclo.sandbox.role_changes(present).count(("add", ROLE)) == 1

    # Taking it from both of two students is much: that asks for their number.
    path = f"/admin/access-rules/{rule['id']}?apply_to_existing=true"
    for refused in (path, path + "&approved_people=1"):
        assert "`approved_people` 2" in assert_problem(admin.ask("DELETE", refused), 409)["detail"]
    assert_problem(admin.ask("DELETE", path + "&approved_people=x"), 400)
    ciclo.wait_until_idle(notices=False)
    assert ciclo.sandbox.roles_of(present) == {CLUB.role, ROLE}
    assert admin.ask("DELETE", path + "&approved_people=2").status == 204
    for person in (present, newcomer):
        ciclo.wait_for_roles(person, CLUB.role, seconds=20)
    me = admin.get("/admin/me")["user_id"]
    assert changes_in_the_log(ciclo, rule["id"]) == [
        (f"admin.access_rule_{change}", me, "discord_role") for change in ("created", "changed", "deleted")]


def test_a_role_that_is_replaced_stays_with_whoever_has_it(ciclo):
    admin = caller(ciclo, "admin", "replaced")
    club = ciclo.database.value("SELECT product_id FROM product_identifiers WHERE value = %s", str(CLUB.id))
    rules = admin.get(f"/admin/products/{club}")["access_rules"]
    present = buyer(ciclo)
    ciclo.wait_for_roles(present, CLUB.role)
    ciclo.sandbox.put_role(ROLE, "Bordado", 2)

    (old,) = [rule["id"] for rule in rules if rule["value"] == CLUB.role]
    new = admin.expect(200, "PATCH", f"/admin/access-rules/{old}", {"value": ROLE})
    newcomer = buyer(ciclo)
    ciclo.wait_for_roles(newcomer, ROLE, seconds=20)
    run_job(ciclo, "reconcile_discord")
    ciclo.wait_until_idle(notices=False)

    assert new["id"] != old
    assert ciclo.sandbox.roles_of(present) == {CLUB.role}
    assert_problem(admin.ask("PATCH", f"/admin/access-rules/{old}", {"value": CLUB.role}), 404)


def test_the_command_line_changes_rules_with_the_same_care(ciclo):
    present, another = buyer(ciclo, CHESS), buyer(ciclo, CHESS)
    for person in (present, another):
        ciclo.wait_for_roles(person, CHESS.role)
    ciclo.wait_until_idle(notices=False)
    ciclo.sandbox.put_role(ROLE, "Bordado", 2)

    assert "Bordado" in ciclo.cli("rule", "add", CHESS.name, "discord_role=Bordado", code=1)
    ciclo.cli("rule", "add", CHESS.name, f"discord_role={ROLE}")
    (rule,) = [line.split()[0] for line in ciclo.cli("rule", "list", CHESS.name).splitlines() if ROLE in line]
    assert "already" in ciclo.cli("rule", "add", CHESS.name, f"discord_role={ROLE}", code=1)
    ciclo.wait_until_idle(notices=False)
    assert ciclo.sandbox.roles_of(present) == {CHESS.role}

    ciclo.cli("rule", "extend", rule)
    ciclo.wait_for_roles(present, CHESS.role, ROLE, seconds=20)
    ciclo.wait_until_idle(notices=False)
    # Taking it from two of two is more than the brake lets pass unasked.
    refused = ciclo.cli("rule", "end", rule, "--apply-to-existing", code=1)
    ciclo.cli("rule", "end", rule, "--apply-to-existing", "--approve", refused.split("--approve ")[1].rstrip(".\n"))
    ciclo.wait_for_roles(present, CHESS.role, seconds=20)
    assert "there is no access rule" in ciclo.cli("rule", "end", rule, code=2)
    assert changes_in_the_log(ciclo, rule) == [
        (f"admin.access_rule_{change}", None, "discord_role") for change in ("created", "changed", "deleted")]
