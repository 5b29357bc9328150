"""Discord's error answers. A handler raises one of these and the REST front turns it into an answer."""

CATALOGUE = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10006: (404, "Unknown Invite"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    20012: (403, "You are not authorized to perform this action on this application"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30016: (400, "Maximum number of invites reached (1000)"),
    30034: (429, "Max number of daily application command creates has been reached (200)"),
    40060: (400, "Interaction has already been acknowledged."),
    40333: (403, "internal network error"),
    50001: (403, "Missing Access"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50028: (400, "Invalid Role"),
    50041: (400, "Invalid API version provided"),
    50109: (400, "The request body contains invalid JSON."),
    220001: (400, "Webhooks posted to forum channels must have a thread_name or thread_id"),
}

PLAIN = {401: "401: Unauthorized", 404: "404: Not Found", 405: "405: Method Not Allowed"}


class DiscordError(Exception):
    def __init__(self, status, code, message, errors=None):
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


def error(code):
    status, message = CATALOGUE[code]
    return DiscordError(status, code, message)


def plain(status):
    return DiscordError(status, 0, PLAIN[status])


class Form:
    """Collects what is wrong with a body; the errors mirror the body's key path."""

    def __init__(self):
        self.errors = {}

    def wrong(self, path, code, message):
        place = self.errors
        for key in path:
            place = place.setdefault(str(key), {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def finish(self):
        if self.errors:
            raise DiscordError(400, 50035, "Invalid Form Body", self.errors)

    def integer(self, source, name, low, high, default):
        value = source.get(name)
        if value is None:
            return default
        # The real thing coerces decimal strings, which form bodies and queries need anyway.
        if isinstance(value, str) and value.lstrip("-").isdigit() and value.isascii():
            value = int(value)
        if type(value) is not int:
            self.wrong((name,), "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return default
        if value < low:
            self.wrong((name,), "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        elif value > high:
            self.wrong((name,), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        return value

    def boolean(self, source, name, default):
        value = source.get(name)
        if value is None:
            return default
        found = {True: True, False: False, "true": True, "True": True, "1": True,
                 "false": False, "False": False, "0": False}.get(value if isinstance(value, (bool, str)) else None)
        if found is None:
            self.wrong((name,), "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return default
        return found

    def text(self, value, path, low, high):
        """Checks a string's length; None passes, for `required` is another matter."""
        if value is None:
            return
        if not isinstance(value, str):
            self.wrong(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
        elif len(value) > high and low == 0:
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif not low <= len(value) <= high:
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")

    def required(self, path):
        self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
