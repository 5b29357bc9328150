"""Reads control input strictly: a mistake in a test's data must name its field."""

_MISSING = object()


class BadInput(Exception):
    def __init__(self, field, message):
        super().__init__(f"{field}: {message}")
        self.field = field


_NAMES = {str: "a string", bool: "true or false", int: "an integer", float: "a number", list: "an array", dict: "an object"}


class Fields:
    """A JSON object being read; `at` is its place in the whole input, for messages."""

    def __init__(self, value, at="body"):
        if not isinstance(value, dict):
            raise BadInput(at, "must be an object")
        self.value = value
        self.at = at

    def path(self, name):
        return name if self.at == "body" else f"{self.at}.{name}"

    def has(self, name):
        return name in self.value

    def only(self, *names):
        for name in self.value:
            if name not in names:
                raise BadInput(self.path(name), "is not a known field")

    def get(self, name, kind, default=_MISSING, null=False, low=None, high=None):
        value = self.value.get(name, _MISSING)
        if value is _MISSING:
            if default is _MISSING:
                raise BadInput(self.path(name), "is required")
            return default
        if value is None and null:
            return None
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise BadInput(self.path(name), f"must be {_NAMES[kind]}")
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"must be at least {low}" if high is None else f"must be between {low} and {high}"
            raise BadInput(self.path(name), bounds)
        return value

    def snowflake(self, name, default=_MISSING):
        value = self.get(name, str, default)
        if value is not default:
            check_snowflake(value, self.path(name))
        return value

    def snowflakes(self, name, default=_MISSING):
        values = self.get(name, list, default)
        for index, value in enumerate(values):
            check_snowflake(value, f"{self.path(name)}[{index}]")
        return list(values)

    def objects(self, name):
        values = self.get(name, list, [])
        return [Fields(v, f"{self.path(name)}[{i}]") for i, v in enumerate(values)]

    def permissions(self, name, default):
        value = self.value.get(name, default)
        if type(value) is int and value >= 0:
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return int(value)
        raise BadInput(self.path(name), "must be a permission bit set as a decimal string")


def is_snowflake(value):
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20


def check_snowflake(value, path):
    if not is_snowflake(value):
        raise BadInput(path, "must be an id as a decimal string")
