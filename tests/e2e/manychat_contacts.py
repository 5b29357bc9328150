"""What a student's contact in ManyChat shows, and waiting for it."""

from waiting import wait_until

FLOWS = {
    "onboarding": "content20260101120000_000001",
    "welcome": "content20260101120000_000002",
    "welcome_back": "content20260101120000_000003",
    "churn": "content20260101120000_000004",
    "follow_up": "content20260101120000_000005",
}
NAMES = {"onboarding": "Onboarding", "welcome": "Boas-vindas", "welcome_back": "Bem-vindo de volta",
         "churn": "Cancelamento", "follow_up": "Lembrete"}


def choose_flows(ciclo):
    """One for each purpose; and no limits, for which tests have no time."""
    ciclo.sandbox.control("PUT", "/manychat", {"limits": None})
    for purpose, flow in FLOWS.items():
        ciclo.cli("setting", "set", f"manychat_flow_{purpose}", flow)


def both(product, status):
    return {product.name, f"{product.name}, {status}"}


def tags_of(ciclo, person):
    contact = ciclo.sandbox.contact_of(person)
    return set(contact["tags"]) if contact else None


def wait_for_tags(ciclo, person, *tags, seconds=20):
    wait_until(lambda: tags_of(ciclo, person) == set(tags), f"{person.email} has the tags {tags}", seconds)


def flows_of(ciclo, person):
    contact = ciclo.sandbox.contact_of(person)
    return [sent["flow"] for sent in contact["flows"]] if contact else []


def wait_for_flows(ciclo, person, *flows, seconds=20):
    wait_until(lambda: flows_of(ciclo, person) == list(flows), f"{person.email} was sent {flows}", seconds)


def wait_until_settled(ciclo, person, seconds=20):
    """Nothing is wanted of ManyChat for this student any more, apart from what waits for a person."""
    def settled():
        return not ciclo.database.rows(
            """SELECT target FROM reconciliations JOIN users ON users.id = user_id
               WHERE email = %s AND target = 'manychat' AND applied_version < wanted_version AND NOT failed
               UNION ALL
               SELECT channel FROM messages JOIN users ON users.id = user_id
               WHERE email = %s AND status IN ('queued', 'sending') AND channel = 'manychat_flow'""",
            person.email, person.email)
    wait_until(settled, f"all is done for {person.email}", seconds)
