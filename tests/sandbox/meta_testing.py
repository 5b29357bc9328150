"""What the tests of the stand-in for Meta share."""
import urllib.parse

WABA = "300000000000001"
LIST = f"/{WABA}/message_templates"
TOKEN = "sandbox-meta-token"
FIELDS = "id,name,language,status,category,parameter_format,components,quality_score,rejected_reason"


def error(reply):
    return reply.json["error"]


def listed(sandbox, **query):
    reply = sandbox.meta("GET", LIST + "?" + urllib.parse.urlencode(query))
    assert reply.status == 200, reply.raw
    return reply.json


def names(answer):
    return [(one["name"], one["language"]) for one in answer["data"]]
