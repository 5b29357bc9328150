"""What proto-schemas/openapi.yaml says there is."""

import yaml

from servers import ROOT

DOCUMENT = yaml.safe_load((ROOT / "proto-schemas/openapi.yaml").read_text(encoding="utf-8"))
METHODS = ("get", "post", "patch", "delete", "put")

# (method, path, who may): everybody, support (and admins), or admin.
ENDPOINTS = [(method.upper(), path, operation["x-open-to"])
             for path, item in DOCUMENT["paths"].items() for method, operation in item.items() if method in METHODS]

NOBODY = "01900000-0000-7000-8000-000000000000"


def example_path(path, **values):
    for name, value in {"id": NOBODY, "name": "no_such_job", "kind": "product.id", "value": "nothing", **values}.items():
        path = path.replace("{" + name + "}", value)
    assert "{" not in path, path
    return path


def operation_of(method, path):
    return DOCUMENT["paths"][path][method.lower()]


def schema_of(method, path, status):
    """The schema of that answer as a whole JSON schema, or None when it has no body."""
    answer = resolved(operation_of(method, path)["responses"][str(status)])
    content = answer.get("content")
    if not content:
        return None
    (media,) = content.values()
    return {**media["schema"], "components": DOCUMENT["components"]}


def resolved(node):
    while "$ref" in node:
        place = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        node = place
    return node
