"""What people do on Discord: they come by an invite, accept the rules, run a command, read what they are told, leave."""

from waiting import wait_until

REGISTRATION_CHANNEL = "700000000000000302"
OTHER_CHANNEL = "700000000000000303"
BOT_ROLE = "700000000000000010"
WITHOUT_MANAGE_CHANNELS = "268438529"


def invite_code(ciclo, person):
    """The code that the person was sent."""
    return wait_until(lambda: ciclo.database.value(
        "SELECT code FROM discord_invites JOIN users ON users.id = user_id WHERE email = %s"
        " ORDER BY discord_invites.created_at DESC LIMIT 1", person.email), f"an invite for {person.email}")


def token_of(ciclo, person):
    return wait_until(lambda: ciclo.database.value(
        "SELECT token FROM onboarding_tokens JOIN users ON users.id = user_id WHERE email = %s"
        " ORDER BY onboarding_tokens.created_at DESC LIMIT 1", person.email), f"a token for {person.email}")


def come_by_invite(ciclo, person, pending=True):
    code = invite_code(ciclo, person)
    ciclo.sandbox.control("POST", f"/discord/invites/{code}/use",
                          {"user_id": person.discord_id, "username": f"membro{person.number}", "pending": pending})


def come(ciclo, person, pending=False):
    """By a way that says nothing about who it is."""
    ciclo.sandbox.control("POST", f"/discord/members/{person.discord_id}/join",
                          {"username": f"membro{person.number}", "pending": pending})


def accept_rules(ciclo, person):
    ciclo.sandbox.control("POST", f"/discord/members/{person.discord_id}/accept")


def leave(ciclo, person):
    ciclo.sandbox.control("DELETE", f"/discord/members/{person.discord_id}")


def run_command(ciclo, person, code, channel=REGISTRATION_CHANNEL):
    """/registrar; answers the id of the interaction."""
    wait_until(lambda: ciclo.sandbox.state("discord.commands"), "the command is registered")
    return ciclo.sandbox.control("POST", f"/discord/members/{person.discord_id}/command",
                                 {"channel_id": channel, "name": "registrar", "options": {"codigo": code}})["id"]


def answer_to(ciclo, interaction, seconds=10):
    """What the member reads in the end; that only they can read it is checked here."""
    def answered():
        found = ciclo.sandbox.state("discord.interactions." + interaction)
        return found if found["status"] == "answered" else None

    found = wait_until(answered, "the command is answered", seconds)
    (message,) = found["messages"]
    assert message["ephemeral"], "everybody could read it"
    assert found["callback"]["type"] == 5 and found["repeated"] == 0 and found["too_late"] == 0
    return message["content"]


def register(ciclo, person, code, channel=REGISTRATION_CHANNEL):
    return answer_to(ciclo, run_command(ciclo, person, code, channel))


def linked_account(ciclo, person):
    return ciclo.database.value("SELECT discord_id FROM users WHERE email = %s", person.email)


def connections(ciclo):
    return ciclo.sandbox.control("GET", "/discord/gateway")["connections"]


def wait_for_session(ciclo, after=0, seconds=20):
    """Until the bot's newest connection, opened after connection number `after`, has a session."""
    def in_session():
        newest = connections(ciclo)[-1]
        return newest if newest["id"] > after and newest["session"] and not newest["closed"] else None

    return wait_until(in_session, "the bot is on the gateway", seconds)


def newest_connection(ciclo):
    return max((c["id"] for c in connections(ciclo)), default=0)
