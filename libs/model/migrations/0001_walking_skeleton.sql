-- The catalogue, what Hotmart told us, what follows from it, and the work that is due.

-- --- catalogue -------------------------------------------------------------------------------

CREATE TABLE products (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    priority int NOT NULL DEFAULT 0,          -- higher = upgrade, on a change of plan
    active boolean NOT NULL DEFAULT true,
    deactivated_at timestamptz,               -- sales made before this moment still belong to the product
    created_at timestamptz NOT NULL DEFAULT now()
);

-- How Hotmart names a product. `kind` says which candidates of an event may match `value`.
CREATE TABLE product_identifiers (
    kind text NOT NULL CHECK (kind IN ('product.id', 'product.ucode', 'plan.id', 'plan.name',
                                       'offer.code', 'coupon.code', 'payment.link')),
    value text NOT NULL CHECK (value <> ''),
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    PRIMARY KEY (kind, value)
);
CREATE INDEX product_identifiers_product ON product_identifiers (product_id);

-- What a product gives: the id of a Discord role, a class, a tag, a flow.
CREATE TABLE access_rules (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('discord_role', 'class_enrollment', 'manychat_tag', 'manychat_flow')),
    value text NOT NULL CHECK (value <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (product_id, kind, value)
);

CREATE TABLE settings (
    key text PRIMARY KEY,
    value text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Workers keep the catalogue in memory and read it again when this number has moved.
CREATE TABLE catalogue_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version bigint NOT NULL
);
INSERT INTO catalogue_version (version) VALUES (1);

CREATE FUNCTION bump_catalogue_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalogue_version SET version = version + 1;
    RETURN NULL;
END $$;

CREATE TRIGGER products_change AFTER INSERT OR UPDATE OR DELETE ON products
    FOR EACH STATEMENT EXECUTE FUNCTION bump_catalogue_version();
CREATE TRIGGER product_identifiers_change AFTER INSERT OR UPDATE OR DELETE ON product_identifiers
    FOR EACH STATEMENT EXECUTE FUNCTION bump_catalogue_version();
CREATE TRIGGER access_rules_change AFTER INSERT OR UPDATE OR DELETE ON access_rules
    FOR EACH STATEMENT EXECUTE FUNCTION bump_catalogue_version();

-- --- what was received -----------------------------------------------------------------------

-- Raw deliveries. The id follows from the provider's own event id, so a repeated delivery meets its
-- first one by primary key; it is also the correlation id of everything that follows.
CREATE TABLE webhook_events (
    id uuid PRIMARY KEY,
    provider_event_id text,                    -- only when it is not the id itself
    event_type text NOT NULL,
    payload text COMPRESSION lz4,              -- NULL once purged
    received_at timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'received' CHECK (status IN
        ('received', 'processed', 'ignored', 'deferred', 'no_match', 'unprocessed', 'failed')),
    attempts int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    processed_at timestamptz,
    outcome text                               -- why it was not simply processed, and what to do
);
CREATE INDEX webhook_events_due ON webhook_events (received_at) WHERE status = 'received';
CREATE INDEX webhook_events_open ON webhook_events (status, received_at)
    WHERE status IN ('deferred', 'no_match', 'unprocessed', 'failed');

-- Authenticated deliveries that could not be understood at all (answered 400).
CREATE TABLE rejected_webhooks (
    id uuid PRIMARY KEY,
    received_at timestamptz NOT NULL,
    reason text NOT NULL,
    content_type text NOT NULL,
    body bytea NOT NULL
);
CREATE INDEX rejected_webhooks_time ON rejected_webhooks (received_at);

-- --- students --------------------------------------------------------------------------------

CREATE TABLE users (
    id uuid PRIMARY KEY,
    -- ASCII letters only, as our reader does it: an É must not stop a sale.
    email text NOT NULL UNIQUE CHECK (email = lower(email COLLATE "C")),
    name text,
    phone text,                                -- as the buyer gave it
    role text NOT NULL DEFAULT 'student' CHECK (role IN ('student', 'support', 'admin')),
    lifecycle text CHECK (lifecycle IN ('pending_payment', 'pending_onboarding', 'active', 'churned')),
    discord_id text UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- What the fold reads: one row for each understood event, import, or action of a person.
CREATE TABLE facts (
    id uuid PRIMARY KEY,                       -- of the webhook event, where there is one
    user_id uuid NOT NULL REFERENCES users,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    body text COMPRESSION lz4 NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX facts_user ON facts (user_id);

-- --- what follows from the facts ---------------------------------------------------------------

CREATE TABLE transactions (
    code text PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    product_id uuid REFERENCES products,       -- NULL: no active product matched
    matched_by text,                           -- e.g. subscription.plan.id=654321
    candidates text NOT NULL,                  -- all identifiers that were tried, one a line
    status text NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'COMPLETED', 'REFUNDED', 'PARTIALLY_REFUNDED',
                                           'CANCELLED', 'DISPUTE', 'OVERDUE', 'EXPIRED')),
    hotmart_status text,
    price numeric,
    currency text,
    payment_type text,
    installments int,
    offer_code text,
    subscriber_code text,
    recurrence_number int,
    ordered_at timestamptz,
    approved_at timestamptz,
    next_charge_at timestamptz,
    warranty_ends_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX transactions_user ON transactions (user_id);
CREATE INDEX transactions_unmapped ON transactions (updated_at) WHERE product_id IS NULL;

CREATE TABLE subscriptions (
    subscriber_code text PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    product_id uuid REFERENCES products,
    status text NOT NULL CHECK (status IN ('ACTIVE', 'CANCELLED', 'SUSPENDED', 'EXPIRED', 'PENDING_PAYMENT')),
    plan_id text,
    plan_name text,
    next_charge_at timestamptz,
    cancelled_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX subscriptions_user ON subscriptions (user_id);

CREATE TABLE enrollments (
    user_id uuid NOT NULL REFERENCES users,
    product_id uuid NOT NULL REFERENCES products,
    status text NOT NULL CHECK (status IN ('active', 'cancelled', 'blocked', 'expired')),
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    renews_at timestamptz,
    origin_transaction text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, product_id)
);

CREATE TABLE onboarding_tokens (
    token text PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX onboarding_tokens_user ON onboarding_tokens (user_id);

-- --- the audit log -------------------------------------------------------------------------------

CREATE TABLE events (
    id uuid PRIMARY KEY,
    type text NOT NULL,
    actor_id uuid,
    target_id uuid,
    payload jsonb NOT NULL DEFAULT '{}',       -- ids, never personal data
    status text NOT NULL DEFAULT 'processed' CHECK (status IN ('processed', 'failed', 'ignored')),
    error_message text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_target ON events (target_id, created_at);
CREATE INDEX events_failed ON events (created_at) WHERE status = 'failed';

CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'failed' AND NEW.status = 'processed'
       AND (NEW.id, NEW.type, NEW.actor_id, NEW.target_id, NEW.payload, NEW.created_at)
           IS NOT DISTINCT FROM (OLD.id, OLD.type, OLD.actor_id, OLD.target_id, OLD.payload, OLD.created_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: only failed -> processed may change'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_event_change();

-- --- work that is due ----------------------------------------------------------------------------

-- A lease ends with its time, and at once when its holder's connection is gone: whoever was killed keeps
-- nobody waiting.
CREATE FUNCTION lease_held(leased_until timestamptz, leased_by int) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(leased_until > now() AND EXISTS (SELECT FROM pg_stat_get_activity(leased_by)), false)
$$;

-- Level-triggered: `target` (lifecycle = fold again, discord, manychat) should be made equal to what the tables say until
-- applied_version has reached wanted_version.
CREATE TABLE reconciliations (
    user_id uuid NOT NULL REFERENCES users,
    target text NOT NULL CHECK (target IN ('lifecycle', 'discord', 'manychat')),
    wanted_version bigint NOT NULL DEFAULT 1,
    applied_version bigint NOT NULL DEFAULT 0,
    wanted_at timestamptz NOT NULL DEFAULT now(),
    applied_at timestamptz,
    failed boolean NOT NULL DEFAULT false,     -- given up; waits for a person
    attempts int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    leased_until timestamptz,
    leased_by int,                             -- server process of the holder's connection
    last_error text,
    correlation_id uuid,
    PRIMARY KEY (user_id, target)
);
CREATE INDEX reconciliations_due ON reconciliations (target, wanted_at)
    WHERE applied_version < wanted_version AND NOT failed;
CREATE INDEX reconciliations_failed ON reconciliations (target, wanted_at) WHERE failed;

-- Messages to people: sent once per cause. `sending` is written before the call, so that a crash in
-- between is known as such.
CREATE TABLE messages (
    id uuid PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('email', 'discord_notification')),
    cause_key text NOT NULL UNIQUE,
    user_id uuid REFERENCES users,
    class text NOT NULL CHECK (class IN ('transactional', 'service', 'marketing')),
    template text NOT NULL,
    variables jsonb NOT NULL DEFAULT '{}',
    request text,                              -- the exact bytes sent, kept for a repeat with the same key
    status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sending', 'sent', 'unknown', 'failed',
                                                            'expired')),
    attempts int NOT NULL DEFAULT 0,
    first_attempt_at timestamptz,
    next_attempt_at timestamptz,
    leased_until timestamptz,
    leased_by int,                             -- server process of the holder's connection
    use_by timestamptz,
    provider_message_id text,
    last_error text,
    correlation_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz
);
CREATE INDEX messages_due ON messages (channel, created_at) WHERE status IN ('queued', 'sending');
CREATE INDEX messages_failed ON messages (created_at) WHERE status IN ('failed', 'unknown');
CREATE INDEX messages_user ON messages (user_id);

-- --- Discord: what was seen, and the invites that were made -----------------------------------------

CREATE TABLE discord_members (
    discord_id text PRIMARY KEY,
    user_id uuid REFERENCES users,
    present boolean NOT NULL,                  -- a member of the guild when last seen
    pending boolean NOT NULL DEFAULT false,    -- has not accepted the rules yet
    seen_roles text[] NOT NULL DEFAULT '{}',
    seen_at timestamptz NOT NULL,
    applied_at timestamptz                     -- when we last changed a role
);
CREATE INDEX discord_members_user ON discord_members (user_id);

CREATE TABLE discord_invites (
    code text PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    channel_id text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX discord_invites_user ON discord_invites (user_id, expires_at);
