"""Errors in the shape of Meta's Graph API."""
import secrets


class GraphError(Exception):
    def __init__(self, status, code, message, subcode=None, details=None, kind="OAuthException"):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.subcode = subcode
        self.details = details
        self.kind = kind

    def body(self, shape="object"):
        """`shape` is how error_data comes, where there is any: object or string."""
        error = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.details is not None:
            data = {"messaging_product": "whatsapp", "details": self.details}
            error["error_data"] = self.details if shape == "string" else data
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return {"error": error}


def invalid(details):
    return GraphError(400, 100, "(#100) Invalid parameter", details=details)


def unknown_path(path):
    # The first segment is read as an object's id, so it is the rest that is not known.
    rest = "/" + "/".join(path.strip("/").split("/")[1:])
    return GraphError(400, 2500, "Unknown path components: " + (path if rest == "/" else rest))


def unknown_object(number):
    return GraphError(400, 100, f"Unsupported get request. There is no object '{number}' that this token may read.",
                      subcode=33, kind="GraphMethodException")


def unknown_field(name, node):
    return GraphError(400, 100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})")


def too_many_calls():
    return GraphError(400, 80008, "(#80008) Too many calls to this WhatsApp Business account.",
                      details="The hourly number of management calls is used up.")


def temporary(status):
    if status == 503:
        return GraphError(status, 2, "Service temporarily unavailable")
    return GraphError(status, 1, "An unknown error occurred")
