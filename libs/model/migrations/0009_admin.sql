-- People who sign in: their passwords, sessions and tokens, and what they had done again.

-- Whoever has one of these and the role `support` or `admin` may sign in. The e-mail is the one they sign in with;
-- users.email follows what Hotmart says.
CREATE TABLE accounts (
    user_id uuid PRIMARY KEY REFERENCES users,
    email text NOT NULL UNIQUE CHECK (email = lower(email COLLATE "C")),
    password_hash text NOT NULL,               -- see core/password.hpp
    created_at timestamptz NOT NULL DEFAULT now(),
    password_changed_at timestamptz NOT NULL DEFAULT now()
);

-- Sessions of browsers, and personal tokens of programs. The token itself is nowhere.
CREATE TABLE access_tokens (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES accounts ON UPDATE CASCADE ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('session', 'personal')),
    name text NOT NULL DEFAULT '',
    token_hash text NOT NULL UNIQUE,           -- SHA-256, hexadecimal
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz                   -- exact to a minute
);
CREATE INDEX access_tokens_user ON access_tokens (user_id);
CREATE UNIQUE INDEX access_tokens_name ON access_tokens (user_id, name) WHERE kind = 'personal';

-- Sign-ins that did not succeed, in the present window: of an account, and of an address.
CREATE TABLE sign_in_attempts (
    subject text PRIMARY KEY,                  -- 'account:<SHA-256 of the e-mail>' or 'address:<IP>'
    window_started_at timestamptz NOT NULL,
    attempts int NOT NULL
);

-- Pages of one type of event; ids are in the order of time.
CREATE INDEX events_type ON events (type, id);

-- Failures whose effect was asked for again. When it succeeds, the event becomes `processed` and the row goes.
CREATE TABLE event_retries (
    event_id uuid PRIMARY KEY REFERENCES events,
    effect text NOT NULL CHECK (effect IN ('message', 'discord', 'manychat', 'job')),
    effect_id uuid NOT NULL                    -- of the message, the student, or the job's run
);
CREATE INDEX event_retries_effect ON event_retries (effect, effect_id);

CREATE FUNCTION settle_event_retries(done_effect text, done_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH done AS (DELETE FROM event_retries WHERE effect = done_effect AND effect_id = done_id RETURNING event_id)
    UPDATE events SET status = 'processed' FROM done WHERE events.id = done.event_id AND status = 'failed';
END $$;

CREATE FUNCTION note_retried_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM settle_event_retries('message', NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER messages_retried AFTER UPDATE OF status ON messages
    FOR EACH ROW WHEN (NEW.status = 'sent' AND OLD.status <> 'sent') EXECUTE FUNCTION note_retried_message();

CREATE FUNCTION note_retried_reconciliation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM settle_event_retries(NEW.target, NEW.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER reconciliations_retried AFTER UPDATE OF applied_version ON reconciliations
    FOR EACH ROW WHEN (NEW.applied_version >= NEW.wanted_version AND NEW.applied_version > OLD.applied_version
                       AND NEW.target <> 'lifecycle')
    EXECUTE FUNCTION note_retried_reconciliation();

CREATE FUNCTION note_retried_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM settle_event_retries('job', NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER job_runs_retried AFTER UPDATE OF status ON job_runs
    FOR EACH ROW WHEN (NEW.status = 'succeeded' AND OLD.status <> 'succeeded') EXECUTE FUNCTION note_retried_job();
