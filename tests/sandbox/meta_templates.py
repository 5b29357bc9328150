"""The message templates of all accounts, numbered in the order in which they came."""
import re

from fields import BadInput, Fields, check_snowflake

FIELDS = ("id", "name", "language", "status", "category", "parameter_format", "components", "quality_score",
          "rejected_reason", "previous_category", "sub_category", "correct_category", "library_template_name",
          "message_send_ttl_seconds", "cta_url_link_tracking_opted_out")
_DEFAULTS = {"status": "APPROVED", "category": "UTILITY", "parameter_format": "POSITIONAL", "rejected_reason": "NONE",
             "components": [{"type": "BODY", "text": "Olá!"}]}
_NAME = re.compile("[a-z0-9_]{1,512}")


class Template:
    __slots__ = ("number", "waba", "fields")

    def __init__(self, number, waba, fields):
        self.number = number  # what cursors count by: it survives the deletion of others
        self.waba = waba
        self.fields = fields

    @property
    def key(self):
        return self.waba, self.fields["name"], self.fields["language"]


class Templates:
    def __init__(self):
        self.by_id = {}
        self._ids = {}  # (account, name, language): id
        self._numbered = 0
        self._next_id = 900_000_000_000_001

    def put(self, f, accounts):
        """Takes a raw template, or changes to one whose id is known. A field that is null is left out of answers, as
        Graph does; values other than name and language are not looked at, so that odd ones can be tried."""
        f.only(*FIELDS, "waba_id")
        number = f.get("id", str, None)
        if number is None:
            number = self._new_id()
        check_snowflake(number, f.path("id"))
        known = self.by_id.get(number)
        waba = f.get("waba_id", str, known.waba if known else next(iter(accounts)))
        if waba not in accounts:
            raise BadInput(f.path("waba_id"), "is not an account of the sandbox")
        merged = Fields({"id": number, **(known.fields if known else _DEFAULTS), **f.value}, f.at)
        if not _NAME.fullmatch(merged.get("name", str)):
            raise BadInput(f.path("name"), "may hold only lower case letters, digits and underscores")
        if not merged.get("language", str):
            raise BadInput(f.path("language"), "must not be empty")
        made = Template(known.number if known else self._numbered + 1, waba, {
            name: value for name, value in merged.value.items() if name != "waba_id" and value is not None})
        if self._ids.get(made.key, number) != number:
            raise BadInput(f.path("name"), f"there is already one of this name in {made.fields['language']}")
        if known:
            del self._ids[known.key]
        else:
            self._numbered += 1
        self._ids[made.key] = number
        self.by_id[number] = made
        return number

    def remove(self, number):
        gone = self.by_id.pop(number, None)
        if gone is not None:
            del self._ids[gone.key]
        return gone is not None

    def keep(self, accounts):
        """Drops the templates of all other accounts."""
        for number in [n for n, t in self.by_id.items() if t.waba not in accounts]:
            self.remove(number)

    def move(self, old, new):
        """Leaves only the templates of one account, which has got another id."""
        self.keep((old,))
        for template in self.by_id.values():
            template.waba = new
        self._ids = {template.key: number for number, template in self.by_id.items()}

    def of(self, waba):
        return [template for template in self.by_id.values() if template.waba == waba]

    def view(self):
        return [{"waba_id": template.waba, **template.fields} for template in self.by_id.values()]

    def _new_id(self):
        while str(self._next_id) in self.by_id:
            self._next_id += 1
        return str(self._next_id)
