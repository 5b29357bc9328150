-- What runs by the clock or by hand, and each of its runs.

CREATE TABLE jobs (
    name text PRIMARY KEY,
    schedule text,                             -- cron, five fields, UTC; NULL: only by hand
    enabled boolean NOT NULL DEFAULT true,
    next_run_at timestamptz,                   -- NULL: to be worked out from the schedule
    last_run_at timestamptz,                   -- when the clock last asked for a run
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE job_runs (
    id uuid PRIMARY KEY,
    job text NOT NULL REFERENCES jobs,
    parameters jsonb NOT NULL DEFAULT '{}',    -- e.g. {"product_id": "..."}
    status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    requested_by text NOT NULL,                -- 'schedule', 'queue', 'cli', or the id of a user
    requested_at timestamptz NOT NULL DEFAULT now(),
    scheduled_for timestamptz,                 -- the moment of the schedule that it makes good
    correlation_id uuid NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    progress_done bigint NOT NULL DEFAULT 0,
    progress_total bigint,                     -- NULL: not known yet
    counters jsonb NOT NULL DEFAULT '{}',      -- as they are now, for people
    checkpoint jsonb,                          -- where the next attempt goes on, and ...
    checkpoint_counters jsonb,                 -- ... what had been counted when it was written
    error text,
    cancel_requested boolean NOT NULL DEFAULT false,
    attempt int NOT NULL DEFAULT 0,            -- counts who took it; an earlier holder can write nothing any more
    interruptions int NOT NULL DEFAULT 0,      -- holders that vanished
    leased_until timestamptz,
    leased_by int                              -- server process of the holder's connection; NULL: given back
);
-- One run of a job at a time, however many replicas there are; a second request of the same waits as one.
CREATE UNIQUE INDEX job_runs_running ON job_runs (job) WHERE status = 'running';
CREATE UNIQUE INDEX job_runs_queued ON job_runs (job, parameters) WHERE status = 'queued';
CREATE INDEX job_runs_open ON job_runs (job, requested_at) WHERE status IN ('queued', 'running');
CREATE INDEX job_runs_job ON job_runs (job, requested_at);
