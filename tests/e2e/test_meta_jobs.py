"""sync_meta_templates, run by the real sync-worker against the stand-in for Meta."""

import pytest

from hotmart_api import row_versions, run_job

JOB = "sync_meta_templates"
LISTING = "/*/message_templates"


class MetaApi:
    """The stand-in's WhatsApp account."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.set(templates=[], page_cap=100, calls_per_hour=None, error_data="object", tokens=["sandbox-meta-token"])

    def set(self, **parts):
        self.sandbox.control("PUT", "/meta", parts)

    def template(self, template_id, name="boas_vindas", language="pt_BR", status="APPROVED", **more):
        body = {"type": "BODY", "text": "Olá {{1}}, seja bem-vinda!", "example": {"body_text": [["Ana"]]}}
        self.sandbox.control("PUT", f"/meta/templates/{template_id}", {
            "name": name, "language": language, "status": status, "category": "UTILITY",
            "parameter_format": "POSITIONAL", "components": [body], **more})

    def delete(self, template_id):
        self.sandbox.control("DELETE", f"/meta/templates/{template_id}")

    def calls(self):
        return sum(counts["total"] for key, counts in self.sandbox.state("calls").items() if key.startswith("meta "))


@pytest.fixture
def meta(lone_sync_worker):
    lone_sync_worker.sandbox.clear_faults()
    lone_sync_worker.database.execute("DELETE FROM message_templates")
    yield MetaApi(lone_sync_worker.sandbox)
    lone_sync_worker.sandbox.clear_faults()


@pytest.fixture
def sync(lone_sync_worker, meta):
    return lone_sync_worker


def templates(ciclo):
    return ciclo.database.rows(
        "SELECT name, language, status, missing_since IS NULL FROM message_templates ORDER BY name, language")


def test_templates_are_mirrored_and_a_second_run_writes_nothing(sync, meta):
    meta.template("1")
    meta.template("2", language="en_US", status="PENDING")
    meta.template("3", "boleto", status="REJECTED", rejected_reason="INVALID_FORMAT", category="MARKETING")
    first = run_job(sync, JOB)
    assert first.counters == {"templates": 3, "inserted": 3, "updated": 0, "missing": 0, "errors": 0}
    assert templates(sync) == [("boas_vindas", "en_US", "PENDING", True), ("boas_vindas", "pt_BR", "APPROVED", True),
                               ("boleto", "pt_BR", "REJECTED", True)]
    assert sync.database.value("SELECT components->0->>'text' FROM message_templates WHERE name = 'boleto'") == \
        "Olá {{1}}, seja bem-vinda!"
    assert "INVALID_FORMAT" in sync.cli("templates", "list", "--status", "REJECTED")
    assert "boleto" not in sync.cli("templates", "list", "--status", "APPROVED")

    before = row_versions(sync)
    second = run_job(sync, JOB)
    assert second.counters == {"templates": 3, "inserted": 0, "updated": 0, "missing": 0, "errors": 0}
    assert row_versions(sync) == before
    assert sync.database.value("SELECT count(*) FROM events WHERE type = 'sync_meta_templates.sync_completed'") >= 2


def test_what_meta_changes_is_followed_and_what_it_deletes_is_marked_until_it_is_back(sync, meta):
    meta.template("1")
    meta.template("2", "boleto", status="PENDING")
    run_job(sync, JOB)

    meta.template("2", "boleto", status="APPROVED")
    meta.delete("1")
    changed = run_job(sync, JOB).counters
    assert (changed["inserted"], changed["updated"], changed["missing"]) == (0, 1, 1)
    assert templates(sync) == [("boas_vindas", "pt_BR", "APPROVED", False), ("boleto", "pt_BR", "APPROVED", True)]
    assert "no longer listed" in sync.cli("templates", "list")

    meta.template("1")
    assert run_job(sync, JOB).counters["updated"] == 1
    assert all(there for *_, there in templates(sync))


def test_all_pages_are_read_and_nothing_is_ever_created_at_meta(sync, meta):
    meta.set(generate={"templates": 250})
    counters = run_job(sync, JOB).counters
    assert counters["templates"] == counters["inserted"] == 250
    assert sync.database.value("SELECT count(*) FROM message_templates") == 250
    assert sync.sandbox.state("meta.template_writes") == 0


@pytest.mark.parametrize("fault", [
    {"kind": "status", "status": 500, "times": 2},
    {"kind": "status", "status": 502, "body": "<html>bad gateway</html>", "times": 2},
    {"kind": "drop", "times": 2},
    {"kind": "drop_after", "times": 2},
    {"kind": "body", "body": "{\"data\":[{\"name", "content_type": "application/json", "times": 1},
    {"kind": "status", "status": 400, "body": {"error": {"message": "temporary", "code": 131016}}, "times": 2},
])
def test_troubles_that_pass_end_in_the_same_mirror(sync, meta, fault):
    meta.set(page_cap=2)
    for number in range(5):
        meta.template(str(number), f"modelo_{number}")
    fault = sync.sandbox.fault(provider="meta", path=LISTING, after=1, **fault)
    counters = run_job(sync, JOB).counters
    assert sync.sandbox.has_struck(fault)
    assert (counters["templates"], counters["inserted"], counters["errors"]) == (5, 5, 0)


def test_a_listing_that_breaks_off_fails_visibly_and_marks_nothing(sync, meta):
    meta.set(page_cap=2)
    for number in range(4):
        meta.template(str(number), f"modelo_{number}")
    run_job(sync, JOB)
    before = templates(sync)
    meta.template("9", "ao_lado")
    sync.sandbox.fault(provider="meta", path=LISTING, after=1, kind="status", status=503)

    run = run_job(sync, JOB, status="failed")

    assert "Meta 503" in run.error
    assert run.counters["missing"] == 0
    assert set(before) <= set(templates(sync))
    assert JOB in sync.cli("failures", "list")


def test_an_account_that_suddenly_shows_nothing_is_not_believed(sync, meta):
    meta.template("1")
    run_job(sync, JOB)
    meta.delete("1")
    assert run_job(sync, JOB).counters["missing"] == 0
    assert templates(sync) == [("boas_vindas", "pt_BR", "APPROVED", True)]


def test_a_refused_token_fails_at_once_and_is_written_nowhere(sync, meta):
    meta.set(tokens=["another-token"])
    before = meta.calls()
    run = run_job(sync, JOB, status="failed")
    assert "code 190" in run.error and "sandbox-meta-token" not in run.error
    assert meta.calls() == before + 1
    assert "sandbox-meta-token" not in sync.processes["sync-worker"].log_text()


def test_over_the_limit_the_job_waits_as_long_as_meta_says(sync, meta):
    meta.template("1")
    sync.sandbox.fault(provider="meta", path=LISTING, kind="status", status=400, times=1, headers={"Retry-After": "1"},
                       body={"error": {"message": "too many calls", "code": 80008, "error_data": "calls"}})
    assert run_job(sync, JOB).counters["inserted"] == 1


def test_switched_off_nobody_is_asked_and_without_a_token_the_run_says_what_to_do(new_ciclo):
    off = new_ciclo(WHATSAPP_ENABLED="false").start("sync-worker")
    assert run_job(off, JOB).counters["templates"] == 0
    assert not [key for key in off.sandbox.state("calls") if key.startswith("meta ")]

    without = new_ciclo(META_ACCESS_TOKEN="", META_WABA_ID="").start("sync-worker")
    assert "META_ACCESS_TOKEN" in run_job(without, JOB, status="failed").error
