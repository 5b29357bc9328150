"""From the purchase to the role, by way of Discord: invite, joining, rules, leaving and coming back."""

import pytest

import discord_people as people
from hotmart import CHESS, CLUB, Person, Product, Sale
from job_runs import run_job
from sandbox_client import VISITOR_ROLE
from waiting import wait_until

YEARLY = 812399

def buy_and_join(ciclo, person, product=CLUB):
    """Somebody nobody knew, up to the role; answers the sale."""
    sale = Sale(person, product)
    ciclo.gateway.accept(sale.approved())
    people.come_by_invite(ciclo, person)
    wait_until(lambda: people.linked_account(ciclo, person) == person.discord_id, "the invite tells who came", 15)
    people.accept_rules(ciclo, person)
    ciclo.wait_for_roles(person, product.role)
    return sale


def test_a_stranger_buys_joins_by_the_invite_accepts_the_rules_and_only_then_has_the_role(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    wait_until(lambda: ciclo.sandbox.emails_to(person), "the invite is sent")
    assert ciclo.lifecycle_of(person) == "pending_onboarding"

    people.come_by_invite(ciclo, person)

    wait_until(lambda: people.linked_account(ciclo, person) == person.discord_id, "the invite tells who came", 15)
    ciclo.wait_for_lifecycle(person, "active")
    ciclo.wait_until_idle()
    assert ciclo.sandbox.roles_of(person) == set(), "a role would let them skip the rules"

    people.accept_rules(ciclo, person)

    ciclo.wait_for_roles(person, CLUB.role)
    ciclo.wait_until_idle()
    assert len(ciclo.sandbox.emails_to(person)) == 1
    types = ciclo.audit_types(person)
    assert types.count("discord.registration_completed") == 1 and types.count("discord.role_assigned") == 1
    assert types.count("discord.invite_sent") == 1
    assert ciclo.sandbox.state("discord.direct_messages." + person.discord_id) == [], "known already, so not greeted"


@pytest.mark.parametrize("order", ["before", "after"])
def test_in_a_server_without_rules_the_role_comes_with_the_joining(ciclo, person, order):
    """Whether the end of the invite is told before the joining or after it is not promised."""
    ciclo.sandbox.control("PUT", "/discord/gateway", {"invite_delete": order})
    ciclo.gateway.accept(Sale(person).approved())

    people.come_by_invite(ciclo, person, pending=False)

    ciclo.wait_for_roles(person, CLUB.role, seconds=15)


def test_who_cancels_after_joining_loses_the_role_and_becomes_a_visitor(ciclo, person):
    sale = buy_and_join(ciclo, person)

    ciclo.gateway.accept(sale.cancelled())

    ciclo.wait_for_roles(person, VISITOR_ROLE)
    ciclo.wait_for_lifecycle(person, "churned")
    ciclo.wait_until_idle()
    assert ciclo.sandbox.role_changes(person) == [("add", CLUB.role), ("add", VISITOR_ROLE), ("remove", CLUB.role)] or \
        ciclo.sandbox.role_changes(person) == [("add", CLUB.role), ("remove", CLUB.role), ("add", VISITOR_ROLE)]


@pytest.fixture
def plans(ciclo):
    """One product of Hotmart whose two plans open a role each; answers (product, the role of the other plan)."""
    monthly = Product(4100777, "b1d5e3c4-6f0a-4b7e-9c2d-8a1f0e3d5c77", "Clube em Planos", "700000000000000111")
    yearly_role = "700000000000000112"
    for position, (role, plan, name) in enumerate(((monthly.role, 812345, "Mensal"), (yearly_role, YEARLY, "Anual")), 1):
        ciclo.sandbox.put_role(role, name, position)
        ciclo.cli("product", "add", "--if-missing", "--name", f"Plano {name}", "--priority", position,
                  "--identifier", f"plan.id={plan}", "--discord-role", role)
    return monthly, yearly_role


def test_a_switched_plan_swaps_the_roles_in_one_reconciliation(ciclo, member, plans):
    monthly, yearly_role = plans
    sale = Sale(member, monthly)
    ciclo.gateway.accept(sale.approved())
    ciclo.wait_for_roles(member, monthly.role)
    ciclo.wait_until_idle()
    before = len(ciclo.sandbox.role_changes(member))

    ciclo.gateway.accept(event := sale.switched(YEARLY))

    ciclo.wait_for_roles(member, yearly_role)
    ciclo.wait_for_status(event)
    ciclo.wait_until_idle()
    assert sorted(ciclo.sandbox.role_changes(member)[before:]) == [("add", yearly_role), ("remove", monthly.role)]
    # Both sides of it were caused by the one event.
    assert sorted(ciclo.database.column(
        "SELECT type FROM events WHERE payload->>'correlation_id' = %s AND type LIKE 'discord.role%%'", event["id"])) == [
            "discord.role_assigned", "discord.role_revoked"]
    assert wait_until(lambda: ciclo.sandbox.notifications("Plano Anual"), "the team hears of the upgrade")


def test_who_leaves_and_comes_back_keeps_what_was_paid_for(ciclo, person):
    buy_and_join(ciclo, person)

    people.leave(ciclo, person)
    wait_until(lambda: ciclo.database.value(
        "SELECT NOT present FROM discord_members WHERE discord_id = %s", person.discord_id), "the leaving is seen")
    people.come(ciclo, person, pending=True)
    ciclo.wait_until_idle()
    assert ciclo.sandbox.roles_of(person) == set()
    people.accept_rules(ciclo, person)

    ciclo.wait_for_roles(person, CLUB.role)
    assert ciclo.lifecycle_of(person) == "active"


def test_a_role_taken_by_hand_comes_back_and_what_is_seen_is_told_apart_from_what_was_done(ciclo, member):
    ciclo.gateway.accept(Sale(member).approved())
    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.wait_until_idle()

    ciclo.sandbox.control("PUT", f"/discord/members/{member.discord_id}", {"roles": []})

    ciclo.wait_for_roles(member, CLUB.role)
    wait_until(lambda: ciclo.database.value("SELECT seen_roles FROM discord_members WHERE discord_id = %s",
                                            member.discord_id) == [CLUB.role], "the role was seen")


def test_somebody_unknown_is_greeted_and_their_code_brings_the_role(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    token = people.token_of(ciclo, person)

    people.come(ciclo, person)

    greeting = wait_until(lambda: ciclo.sandbox.state("discord.direct_messages." + person.discord_id), "the greeting")
    assert len(greeting) == 1 and "/registrar" in greeting[0]["content"]
    people.register(ciclo, person, token)
    ciclo.wait_for_roles(person, CLUB.role)


def test_who_takes_no_direct_messages_can_still_register(ciclo, person):
    ciclo.gateway.accept(Sale(person).approved())
    token = people.token_of(ciclo, person)
    ciclo.sandbox.add_member(person)
    ciclo.sandbox.control("PUT", f"/discord/members/{person.discord_id}/direct_messages", {"open": False})
    wait_until(lambda: ciclo.database.value(
        "SELECT outcome FROM discord_joins WHERE discord_id = %s", person.discord_id) == "unreachable", "not reached")

    people.register(ciclo, person, token)

    ciclo.wait_for_roles(person, CLUB.role)


def test_two_who_join_at_the_same_moment_never_get_each_others_purchase(ciclo):
    first, second = Person(), Person()
    for person, product in ((first, CLUB), (second, CHESS)):
        ciclo.gateway.accept(Sale(person, product).approved())
    for person in (first, second):
        people.invite_code(ciclo, person)

    for person in (first, second):
        people.come_by_invite(ciclo, person, pending=False)

    # With any doubt nobody is linked; the code settles it.
    for person, product in ((first, CLUB), (second, CHESS)):
        if people.linked_account(ciclo, person) is None:
            people.register(ciclo, person, people.token_of(ciclo, person))
        ciclo.wait_for_roles(person, product.role)
        assert people.linked_account(ciclo, person) == person.discord_id
        assert ("add", CLUB.role if product is CHESS else CHESS.role) not in ciclo.sandbox.role_changes(person)


def test_a_bot_that_may_not_manage_channels_leaves_it_to_the_code(ciclo, person):
    role = next(r for r in ciclo.sandbox.state("discord.roles") if r["id"] == people.BOT_ROLE)
    kept = {"name": role["name"], "position": role["position"], "managed": role["managed"]}
    ciclo.sandbox.control("PUT", "/discord/roles/" + people.BOT_ROLE,
                          {**kept, "permissions": people.WITHOUT_MANAGE_CHANNELS})
    try:
        ciclo.gateway.accept(Sale(person).approved())
        people.come_by_invite(ciclo, person, pending=False)
        wait_until(lambda: ciclo.sandbox.state("discord.direct_messages." + person.discord_id), "the greeting")
        people.register(ciclo, person, people.token_of(ciclo, person))
        ciclo.wait_for_roles(person, CLUB.role)
    finally:
        ciclo.sandbox.control("PUT", "/discord/roles/" + people.BOT_ROLE, {**kept, "permissions": role["permissions"]})


def test_a_joining_that_is_told_three_times_is_one_joining(ciclo, person):
    ciclo.sandbox.control("PUT", "/discord/gateway", {"copies": {"GUILD_MEMBER_ADD": 3, "INVITE_DELETE": 2}})
    try:
        ciclo.gateway.accept(Sale(person).approved())
        people.come_by_invite(ciclo, person, pending=False)
        ciclo.wait_for_roles(person, CLUB.role, seconds=15)
        ciclo.wait_until_idle()
    finally:
        ciclo.sandbox.control("PUT", "/discord/gateway", {"copies": {}})
    assert ciclo.audit_types(person).count("discord.registration_completed") == 1
    assert ciclo.sandbox.role_changes(person) == [("add", CLUB.role)]


def test_the_sweep_repairs_what_no_event_told_and_reads_pages_only(ciclo, member):
    ciclo.gateway.accept(Sale(member).approved())
    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.wait_until_idle()
    ciclo.sandbox.control("PUT", "/discord/gateway", {"copies": {"GUILD_MEMBER_UPDATE": 0}})
    try:
        ciclo.sandbox.control("PUT", f"/discord/members/{member.discord_id}", {"roles": []})
        assert run_job(ciclo, "reconcile_discord")["granted"] >= 1
        ciclo.wait_for_roles(member, CLUB.role)
        ciclo.wait_until_idle()
    finally:
        ciclo.sandbox.control("PUT", "/discord/gateway", {"copies": {}})

    looked = ciclo.sandbox.calls("discord GET /guilds/{guild}/members/{user}")
    changed = ciclo.sandbox.role_changes(member)
    counters = run_job(ciclo, "reconcile_discord")

    ciclo.wait_until_idle()
    assert counters["granted"] == 0 and counters["revoked"] == 0
    assert ciclo.sandbox.calls("discord GET /guilds/{guild}/members/{user}") == looked
    assert ciclo.sandbox.role_changes(member) == changed
