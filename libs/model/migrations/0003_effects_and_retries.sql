-- What follows from transitions, time, policy and tidied catalogues.

-- Nothing ever set `deferred`.
UPDATE webhook_events SET status = 'received' WHERE status = 'deferred';
DROP INDEX webhook_events_open;
ALTER TABLE webhook_events
    DROP CONSTRAINT webhook_events_status_check,
    ADD CONSTRAINT webhook_events_status_check
        CHECK (status IN ('received', 'processed', 'ignored', 'no_match', 'unprocessed', 'failed'));
CREATE INDEX webhook_events_open ON webhook_events (status, received_at)
    WHERE status IN ('no_match', 'unprocessed', 'failed');

-- A flow of ManyChat is a message like any other: started once per cause.
ALTER TABLE messages
    DROP CONSTRAINT messages_channel_check,
    ADD CONSTRAINT messages_channel_check CHECK (channel IN ('email', 'discord_notification', 'manychat_flow'));

-- Taken away for new sales only: nobody loses access because the catalogue was tidied.
ALTER TABLE product_identifiers ADD removed_at timestamptz;
ALTER TABLE hotmart_product_mapping ADD removed_at timestamptz;
CREATE INDEX product_identifiers_removed ON product_identifiers (removed_at) WHERE removed_at IS NOT NULL;

-- The policy by which a student was folded: those of another one are folded again.
ALTER TABLE users ADD folded_under text NOT NULL DEFAULT '';
CREATE INDEX users_folded_under ON users (folded_under);

ALTER TABLE onboarding_tokens ADD closed_at timestamptz; -- its end was noticed and passed on
CREATE INDEX onboarding_tokens_open ON onboarding_tokens (expires_at) WHERE used_at IS NULL AND closed_at IS NULL;

-- Who has, or had, a Discord account.
CREATE INDEX facts_discord_account ON facts ((body::jsonb ->> 'discord_id')) WHERE type = 'DISCORD_LINKED';

-- The failure that a successful retry turns into `processed`.
CREATE INDEX events_failed_cause ON events ((payload ->> 'correlation_id')) WHERE status = 'failed';

-- Only the day of the latest sale: otherwise every sale of an offer would wait for the one before it.
UPDATE offers SET last_sold_at = date_trunc('day', last_sold_at, 'UTC');
