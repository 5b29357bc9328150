"""ManyChat's two shapes of an error, and the page that its web server sends for a wrong path."""
from answers import Answer

PAGE = b"<!DOCTYPE html><html><head><title>Page not found</title></head><body>" + b"<p>Not found.</p>" * 2000 + b"</body></html>"


class ManyChatError(Exception):
    def __init__(self, message, details=None, code=None, status=400):
        super().__init__(message)
        self.status = status
        self.body = {"status": "error", "message": message}
        if details is not None:
            self.body["details"] = {"messages": details}
        if code is not None:
            self.body["code"] = code


def invalid(text, field=None, shape="array"):
    """A validation error. `shape` is how details.messages comes: array, object or string."""
    if shape == "string":
        details = text
    elif shape == "object":
        details = {field or "body": {"message": [text]}}
    else:
        details = [{"message": text} if field is None else {"field": field, "message": text}]
    return ManyChatError("Validation error", details)


def no_such_page():
    return Answer(404, raw=PAGE)
