"""Running a job as an operator does, and what came of it."""

import json
import uuid

from waiting import wait_until


def run_job(ciclo, job, seconds=30, **parameters):
    """Asks for a run and waits for its end; answers its counters."""
    run_id = str(uuid.uuid4())
    # The request is the row; the scheduler's sweeper rings it.
    ciclo.database.execute(
        "INSERT INTO job_runs (id, job, parameters, requested_by, correlation_id) VALUES (%s, %s, %s::jsonb, 'cli', %s)",
        run_id, job, json.dumps(parameters), run_id)

    def ended():
        ((status, counters, error),) = ciclo.database.rows(
            "SELECT status, counters, error FROM job_runs WHERE id = %s", run_id)
        assert status in ("queued", "running", "succeeded"), error
        return (counters,) if status == "succeeded" else None

    (counters,) = wait_until(ended, f"the job {job} has run", seconds)
    return counters
