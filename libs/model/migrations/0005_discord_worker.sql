-- Discord: who gave which role, limits and health that processes share, the brake of sweeps, alerts.

-- --- roles: what ciclo did, apart from what was seen ------------------------------------------------

-- One row for each account and role that ciclo gave, took, or saw missing. `giving_since` and `taking_since` are
-- written before the call: when its answer is lost, the next look finds them and still notes what was done, once.
CREATE TABLE discord_given_roles (
    discord_id text NOT NULL,
    role_id text NOT NULL,
    user_id uuid NOT NULL REFERENCES users,
    giving_since timestamptz,
    given_at timestamptz,                      -- by us, and confirmed
    taking_since timestamptz,
    gone_at timestamptz,                       -- seen without it, or taken; later than given_at: not ours any more
    taken_by_us boolean NOT NULL DEFAULT false,
    PRIMARY KEY (discord_id, role_id)
);
CREATE INDEX discord_given_roles_user ON discord_given_roles (user_id);

-- Whoever is seen without a role has lost it, whichever process saw it. A sight that began before the role was
-- given proves nothing.
CREATE FUNCTION note_lost_discord_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE discord_given_roles
    SET gone_at = NEW.seen_at, taken_by_us = false
    WHERE discord_id = NEW.discord_id AND given_at < NEW.seen_at AND (gone_at IS NULL OR gone_at < given_at)
      AND taking_since IS NULL AND role_id <> ALL (NEW.seen_roles);
    RETURN NULL;
END $$;
CREATE TRIGGER discord_members_seen AFTER INSERT OR UPDATE ON discord_members
    FOR EACH ROW EXECUTE FUNCTION note_lost_discord_roles();

-- Pages of the member list are compared with the students in the same range of account ids (numbers as text).
CREATE INDEX users_discord_order ON users (length(discord_id), (discord_id COLLATE "C")) WHERE discord_id IS NOT NULL;

-- --- sweeps ------------------------------------------------------------------------------------------

-- What has become of a run of reconcile_discord as far as taking is concerned; the run itself is in job_runs.
CREATE TABLE discord_sweeps (
    id uuid PRIMARY KEY,                       -- of the run
    dry_run boolean NOT NULL,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'held', 'confirmed', 'discarded')),
    started_at timestamptz NOT NULL,
    reason text                                -- why it is held
);
CREATE INDEX discord_sweeps_held ON discord_sweeps (id) WHERE status = 'held';

-- What a sweep would take. Until the sweep is decided, no reconciliation takes that role for what was known at
-- `noted_at`; newer evidence (access that ended later) is not held back.
CREATE TABLE discord_held_revocations (
    sweep_id uuid NOT NULL REFERENCES discord_sweeps ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users,
    discord_id text NOT NULL,
    role_id text NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (sweep_id, discord_id, role_id)
);
CREATE INDEX discord_held_revocations_account ON discord_held_revocations (discord_id);

-- Managed roles that people hold by hand, as the last sweep saw them: to be adopted or left alone.
CREATE TABLE discord_hand_held_roles (
    discord_id text NOT NULL,
    role_id text NOT NULL,
    user_id uuid REFERENCES users,             -- NULL: nobody we know
    username text NOT NULL DEFAULT '',
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (discord_id, role_id)
);

-- Where announcements of a product go.
ALTER TABLE products ADD discord_channel_id text CHECK (discord_channel_id <> '');

-- --- what processes share ------------------------------------------------------------------------------

-- Small states of limits. Losing them costs a few slow requests, so they are not logged.
CREATE UNLOGGED TABLE shared_states (
    key text PRIMARY KEY,
    value text NOT NULL
);

-- One breaker for each provider, for all replicas of all services.
CREATE TABLE provider_health (
    provider text PRIMARY KEY,
    failures int NOT NULL DEFAULT 0,           -- in a row
    unauthorized boolean NOT NULL DEFAULT false,
    open_until timestamptz,                    -- not NULL: nobody calls before, then one may try
    last_error text,
    last_failure_at timestamptz
);

-- --- alerts: one when something becomes wrong, one when it is well again --------------------------------

CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,                     -- which provider, target, channel ...
    detail text NOT NULL,                      -- as it was when it opened
    opened_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz
);
CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE closed_at IS NULL;
