"""What the discord-worker does besides giving roles: drift, sweeps with their brake, adoption, announcements, alerts."""

import json
import uuid

import pytest
from ciclo import SERVICES
from hotmart import CHESS, CLUB, Person, Sale
from sandbox_client import VISITOR_ROLE, WELCOME_CHANNEL
from waiting import wait_until


@pytest.fixture
def ciclo(new_ciclo):
    # Without the bot, which would see what is done by hand before the sweep does.
    one = new_ciclo().start(*(name for name in SERVICES if name != "discord-bot"))
    one.sandbox.lift_limits()
    return one


def student(ciclo, product=CLUB):
    """A member of the guild who has bought it and holds the role."""
    person = Person()
    ciclo.link(person)
    ciclo.gateway.accept(Sale(person, product).approved())
    ciclo.wait_for_roles(person, product.role)
    ciclo.wait_until_idle()
    return person


def set_roles(ciclo, person, *roles):
    """By hand, in Discord."""
    ciclo.sandbox.control("PUT", f"/discord/members/{person.discord_id}", {"roles": list(roles)})


def times_given(ciclo, person, role=CLUB.role):
    """The reason of each time, as the audit log has it."""
    return ciclo.database.column(
        "SELECT coalesce(payload ->> 'reason', '') FROM events JOIN users ON users.id = target_id"
        " WHERE email = %s AND type = 'discord.role_assigned' AND payload ->> 'role_id' = %s"
        " ORDER BY events.created_at", person.email, role)


def open_alerts(ciclo):
    return ciclo.database.column("SELECT kind FROM alerts WHERE closed_at IS NULL ORDER BY 1")


def end_access_behind_the_back(ciclo, people):
    """As an error in the catalogue would: nothing is rung for."""
    for person in people:
        ciclo.database.value("UPDATE enrollments SET status = 'cancelled', ended_at = now() FROM users"
                             " WHERE users.id = user_id AND email = %s RETURNING 1", person.email)


def sweep(ciclo, *options):
    return ciclo.cli("discord", "sweep", "--wait", "30", *options)


def test_a_sweep_gives_back_what_somebody_took_and_says_so(ciclo):
    drifted, sound, gone = student(ciclo), student(ciclo), student(ciclo)
    set_roles(ciclo, drifted)
    ciclo.sandbox.control("DELETE", f"/discord/members/{gone.discord_id}")
    looks = sum(ciclo.sandbox.calls("discord GET /guilds/{guild}/members/{user}").values())

    dry = sweep(ciclo, "--dry-run")
    assert '"granted": 1' in dry and '"left": 1' in dry, dry
    ciclo.wait_until_idle()
    assert ciclo.sandbox.roles_of(drifted) == set()

    sweep(ciclo)
    ciclo.wait_for_roles(drifted, CLUB.role)
    ciclo.wait_until_idle()
    assert times_given(ciclo, drifted) == ["", "it had been taken by hand"]
    assert times_given(ciclo, sound) == [""]
    # Whoever left is invited again; nobody was looked at without a reason.
    wait_until(lambda: ciclo.sandbox.emails_to(gone), "the invite")
    assert sum(ciclo.sandbox.calls("discord GET /guilds/{guild}/members/{user}").values()) - looks <= 2
    assert ciclo.database.value("SELECT bool_and(seen_at > now() - interval '1 minute') FROM discord_members")


def test_a_sweep_that_would_take_much_asks_first(ciclo):
    people = [student(ciclo) for _ in range(3)]
    end_access_behind_the_back(ciclo, people)

    told = sweep(ciclo)
    sweep_id = told.split()[1]
    assert "Stopped before taking anything" in told and people[0].email in told, told
    wait_until(lambda: open_alerts(ciclo) == ["sweep_held"], "an admin is asked")
    ciclo.wait_until_idle()
    # What is given is not held back.
    assert all(ciclo.sandbox.roles_of(person) == {CLUB.role, VISITOR_ROLE} for person in people)

    ciclo.cli("discord", "sweep", "--confirm", sweep_id)
    for person in people:
        ciclo.wait_for_roles(person, VISITOR_ROLE)
    wait_until(lambda: open_alerts(ciclo) == [], "the alert closes by itself")
    assert ciclo.cli("discord", "sweep", "--confirm", sweep_id, code=1)

    # Or a run is approved for so many people, as of any job; it settles what the ones before it held.
    others = [student(ciclo) for _ in range(3)]
    end_access_behind_the_back(ciclo, others)
    sweep(ciclo)
    ciclo.cli("jobs", "run", "reconcile_discord", "--approve", "2", "--watch", seconds=60)
    wait_until(lambda: open_alerts(ciclo) == ["sweep_held", "sweep_held"], "two would not be enough")
    assert all(CLUB.role in ciclo.sandbox.roles_of(person) for person in others)
    ciclo.cli("jobs", "run", "reconcile_discord", "--approve", "3", "--watch", seconds=60)
    for person in others:
        ciclo.wait_for_roles(person, VISITOR_ROLE)
    wait_until(lambda: open_alerts(ciclo) == [], "nothing is held any more")


def test_a_sweep_takes_from_one_without_asking(ciclo):
    people = [student(ciclo) for _ in range(2)]
    end_access_behind_the_back(ciclo, people[:1])
    sweep(ciclo)
    ciclo.wait_for_roles(people[0], VISITOR_ROLE)
    assert ciclo.sandbox.roles_of(people[1]) == {CLUB.role}


def test_a_role_given_by_hand_is_listed_left_alone_and_can_be_adopted(ciclo):
    friend, stranger = student(ciclo, CHESS), Person()
    ciclo.sandbox.add_member(stranger)
    set_roles(ciclo, friend, CHESS.role, CLUB.role)
    set_roles(ciclo, stranger, CLUB.role)

    sweep(ciclo)
    ciclo.wait_until_idle()
    assert ciclo.sandbox.roles_of(friend) == {CHESS.role, CLUB.role}
    assert ciclo.sandbox.roles_of(stranger) == {CLUB.role}
    listed = ciclo.cli("discord", "adopt", "--role", CLUB.role, "--dry-run")
    assert friend.email in listed and stranger.discord_id in listed and "Nothing is changed" in listed, listed

    ciclo.cli("discord", "adopt", "--role", CLUB.role, "--until", "2099-12-31", "--reason", "monitora", "--yes")
    wait_until(lambda: ciclo.database.value(
        "SELECT count(*) FROM enrollments JOIN users ON users.id = user_id WHERE email = %s AND status = 'active'",
        friend.email) == 2, "the courtesy is access")
    ciclo.wait_until_idle()
    assert ciclo.sandbox.roles_of(friend) == {CHESS.role, CLUB.role}


def test_a_lost_answer_is_noted_once_when_the_role_is_found(ciclo):
    person = Person()
    ciclo.link(person)
    ciclo.wait_for_roles(person, VISITOR_ROLE)
    ciclo.wait_until_idle()
    ciclo.sandbox.fault(provider="discord", method="PUT", path=f"/guilds/*/members/{person.discord_id}/roles/*",
                        kind="drop_after", times=1)
    ciclo.gateway.accept(Sale(person).approved())
    ciclo.wait_for_roles(person, CLUB.role)
    ciclo.wait_until_idle()
    assert times_given(ciclo, person) == [""]
    assert ciclo.database.value("SELECT given_at IS NOT NULL AND giving_since IS NULL FROM discord_given_roles"
                                " WHERE discord_id = %s AND role_id = %s", person.discord_id, CLUB.role)


def test_a_former_account_loses_what_ciclo_gave_it(ciclo):
    person = student(ciclo)
    other = Person()
    ciclo.sandbox.add_member(other)
    ciclo.cli("student", "link", person.email, other.discord_id)
    ciclo.wait_for_roles(other, CLUB.role)
    ciclo.wait_for_roles(person)


def test_a_refused_token_stops_all_calls_and_is_told_once(ciclo):
    people = [Person() for _ in range(5)]
    for person in people:
        ciclo.link(person)
    ciclo.wait_until_idle()
    ciclo.sandbox.fault(provider="discord", path="/guilds/**", kind="status", status=401,
                        body={"message": "401: Unauthorized", "code": 0})
    for person in people:
        ciclo.gateway.accept(Sale(person).approved())
    wait_until(lambda: "provider_unauthorized" in open_alerts(ciclo), "an admin is told")
    wait_until(lambda: ciclo.sandbox.notifications("não aceita a nossa credencial"), "in the team's channel")
    refused = ciclo.sandbox.calls("discord GET /guilds/{guild}/members/{user}").get("401", 0)
    assert 1 <= refused <= 5
    assert ciclo.database.value("SELECT max(attempts) FROM reconciliations WHERE target = 'discord'") == 0

    ciclo.sandbox.clear_faults()
    ciclo.stop("discord-worker")
    ciclo.database.value("WITH due AS (UPDATE reconciliations SET next_attempt_at = now() WHERE target = 'discord'"
                         " RETURNING 1) SELECT count(*) FROM due")
    ciclo.start("discord-worker")  # with its new token
    for person in people:
        ciclo.wait_for_roles(person, CLUB.role, seconds=20)
    wait_until(lambda: open_alerts(ciclo) == [], "the alert closes by itself")
    wait_until(lambda: len(ciclo.sandbox.notifications("credencial")) == 2, "the channel hears of both")


def posted(ciclo):
    return [m["content"] for m in ciclo.sandbox.state("discord.messages") if m["channel_id"] == WELCOME_CHANNEL]


def ask_for_announcement(ciclo, text, cause):
    """As another system does, with a plain AMQP message."""
    message = {"product_id": ciclo.database.value("SELECT id::text FROM products WHERE name = %s", CLUB.name),
               "text": text, "cause_key": cause, "correlation_id": str(uuid.uuid4())}
    vhost = ciclo.amqp_url.rpartition("/")[2]
    answer = ciclo.servers.manage("POST", f"/exchanges/{vhost}/ciclo/publish", {
        "properties": {}, "routing_key": "discord.announcements", "payload": json.dumps(message),
        "payload_encoding": "string"})
    assert answer["routed"] is True


def test_a_missing_welcome_channel_tells_nothing_of_discords_health(ciclo, person):
    failures = "SELECT failures FROM provider_health WHERE provider = 'discord'"
    ciclo.cli("setting", "set", "welcome_channel_id", "")
    ciclo.database.execute("INSERT INTO provider_health (provider, failures) VALUES ('discord', 3)"
                           " ON CONFLICT (provider) DO UPDATE SET failures = 3")
    ciclo.gateway.accept(Sale(person).approved())
    wait_until(lambda: ciclo.database.value(
        "SELECT last_error FROM reconciliations JOIN users ON users.id = user_id"
        " WHERE email = %s AND target = 'discord' AND failed", person.email), "an admin can see why there is no invite")
    assert ciclo.database.value(failures) == 3

    ciclo.cli("setting", "set", "welcome_channel_id", WELCOME_CHANNEL)
    ciclo.cli("failures", "retry")
    wait_until(lambda: ciclo.sandbox.emails_to(person), "the invite")
    assert ciclo.database.value(failures) == 0


def test_an_announcement_from_the_queue_reaches_the_products_channel_once_per_cause(ciclo):
    ciclo.cli("discord", "channel", "--product", CLUB.name, "--channel", WELCOME_CHANNEL)
    for text, cause in (("Saiu a lista 7", "lista:7"), ("Saiu a lista 7", "lista:7"), ("Saiu a lista 8", "lista:8")):
        ask_for_announcement(ciclo, text, cause)
    wait_until(lambda: "Saiu a lista 8" in posted(ciclo), "the last one is posted")  # so all were taken off the queue
    ask_for_announcement(ciclo, "Saiu a lista 7, de novo", "lista:7")  # it comes again, long after the post
    ask_for_announcement(ciclo, "Saiu a lista 9", "lista:9")
    wait_until(lambda: "Saiu a lista 9" in posted(ciclo), "it is posted")
    ciclo.wait_until_idle()
    assert sorted(posted(ciclo)) == ["Saiu a lista 7", "Saiu a lista 8", "Saiu a lista 9"]


def test_an_announcement_of_the_cli_reaches_the_products_channel_once(ciclo):
    assert "no channel" in ciclo.cli("discord", "announce", "--product", CLUB.name, "--text", "Oi", code=1)
    ciclo.cli("discord", "channel", "--product", CLUB.name, "--channel", WELCOME_CHANNEL)
    for _ in range(2):
        ciclo.cli("discord", "announce", "--product", CLUB.name, "--text", "Saiu a lista 7", "--cause", "lista:7")
    wait_until(lambda: posted(ciclo), "it is posted")
    ciclo.wait_until_idle()
    assert posted(ciclo) == ["Saiu a lista 7"]


def test_the_doctor_says_what_to_click(ciclo):
    ciclo.cli("doctor")
    ciclo.sandbox.put_role(CLUB.role, "Clube", 60)
    told = ciclo.cli("doctor", code=1)
    assert "arraste o cargo do bot" in told, told
    ciclo.settings["LOCALE"] = "en"
    assert "drag the bot's role above it" in ciclo.cli("doctor", code=1)
