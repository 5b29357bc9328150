"""Looking at, and upsetting, the stand-in for Discord and Resend."""

import json

from http_calls import call

GUILD = "700000000000000001"
WELCOME_CHANNEL = "700000000000000301"
VISITOR_ROLE = "700000000000000199"
WEBHOOK = "700000000000000401"


class Sandbox:
    def __init__(self, port):
        self.port = port

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def control(self, method, path, body=None):
        raw = None if body is None else json.dumps(body)
        answer = call(self.port, method, "/_sandbox" + path, raw, {"Content-Type": "application/json"})
        assert answer.status == 200, answer.text
        return answer.json

    def state(self, part):
        return self.control("GET", "/state?part=" + part)

    def lift_limits(self):
        answer = call(self.port, "PUT", "/_sandbox/discord/limits", "null")
        assert answer.status == 200, answer.text
        self.control("PUT", "/resend", {"per_second": None})

    # --- Discord ---

    def add_member(self, person):
        self.control("PUT", f"/discord/members/{person.discord_id}", {"username": f"membro{person.number}"})

    def put_role(self, role_id, name, position):
        self.control("PUT", f"/discord/roles/{role_id}", {"name": name, "position": position})

    def roles_of(self, person):
        member = self.state(f"discord.members.{person.discord_id}")
        return None if member is None else set(member["roles"])

    def role_changes(self, person):
        """Only those that changed something."""
        member = self.state(f"discord.members.{person.discord_id}")
        return [(entry["op"], entry["role"]) for entry in member["role_changes"] if entry["changed"]]

    def notifications(self, containing=""):
        """What our notification webhook posted, as text."""
        texts = [
            json.dumps([m["content"], m["embeds"]], ensure_ascii=False)
            for m in self.state("discord.messages")
            if m.get("webhook_id") == WEBHOOK
        ]
        return [text for text in texts if containing.lower() in text.lower()]

    def invites(self):
        return self.state("discord.invites")

    # --- ManyChat ---

    def contact_of(self, person):
        """By phone, however it is written there; None when there is none."""
        return self.state(f"manychat.subscribers.{person.phone_digits}")

    def add_contact(self, person, **details):
        """Somebody who wrote to the school before: known by the number in WhatsApp, and by our mirror field."""
        known = {"whatsapp_phone": person.phone_digits, "fields": {"phone_number": person.phone_digits}, **details}
        return self.control("POST", "/manychat/subscribers", known)["id"]

    def as_manychat_user(self, path, body):
        """What a person, or a rule, does in ManyChat."""
        answer = call(self.port, "POST", "/manychat/fb" + path, json.dumps(body),
                      {"Content-Type": "application/json", "Authorization": "Bearer 100200300:sandbox-token"})
        assert answer.status == 200, answer.text

    # --- Resend ---

    def emails_to(self, person):
        return [mail for mail in self.state("resend.emails") if mail["to"] == [person.email]]

    # --- faults ---

    def fault(self, **fault):
        return self.control("POST", "/faults", fault)["id"]

    def has_struck(self, fault_id):
        return any(fault["id"] == fault_id and fault["hits"] > 0 for fault in self.control("GET", "/faults"))

    def clear_faults(self):
        self.control("DELETE", "/faults")

    def calls(self, key):
        """How often an endpoint was called, by status."""
        return self.state("calls").get(key, {"by_status": {}})["by_status"]
