"""From the purchase to the role, by way of Discord: invite, joining, rules, leaving and coming back."""

import discord_people as people
from hotmart import CHESS, CLUB, Person, Sale
from sandbox_client import VISITOR_ROLE
from waiting import wait_until


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


def test_in_a_server_without_rules_the_role_comes_with_the_joining(ciclo, person):
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


def test_a_switched_plan_swaps_the_roles_in_one_go(ciclo, member):
    sale = Sale(member, CLUB)
    ciclo.gateway.accept(sale.approved())
    ciclo.wait_for_roles(member, CLUB.role)
    ciclo.wait_until_idle()
    applied = ciclo.database.value("SELECT applied_version FROM reconciliations JOIN users ON users.id = user_id"
                                   " WHERE target = 'discord' AND email = %s", member.email)
    before = len(ciclo.sandbox.role_changes(member))

    ciclo.gateway.accept(sale.switched_to(CHESS))

    ciclo.wait_for_roles(member, CHESS.role)
    ciclo.wait_until_idle()
    changes = ciclo.sandbox.role_changes(member)[before:]
    assert sorted(changes) == [("add", CHESS.role), ("remove", CLUB.role)], "no detour by way of the visitors"
    assert ciclo.database.value("SELECT count(*) FROM events JOIN users ON users.id = target_id WHERE email = %s"
                                " AND type = 'discord.role_assigned'", member.email) >= 2
    assert ciclo.database.value("SELECT applied_version FROM reconciliations JOIN users ON users.id = user_id"
                                " WHERE target = 'discord' AND email = %s", member.email) == applied + 1


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
