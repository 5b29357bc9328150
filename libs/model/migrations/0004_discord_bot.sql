-- The bot: its session on Discord's gateway, registrations by code, and joins.

-- What a bot that starts again needs to go on where the last one stopped.
CREATE TABLE discord_bot (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    session_id text,                           -- NULL: no session to take up again
    sequence bigint NOT NULL DEFAULT 0,        -- of the last event that was handled
    resume_url text,
    handled_at timestamptz,
    command_hash text                          -- of the command definition that the guild was given
);

-- Uses of /registrar. A row without answered_at is finished by whoever runs next, within Discord's 15 minutes.
CREATE TABLE discord_interactions (
    id text PRIMARY KEY,
    token text,                                -- secret; NULL once answered
    application_id text NOT NULL,
    channel_id text NOT NULL,
    discord_id text NOT NULL,
    code text,                                 -- as typed; NULL once answered
    received_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('registered', 'invalid', 'expired', 'already_registered', 'wrong_channel',
                                    'throttled')),
    answered_at timestamptz
);
CREATE INDEX discord_interactions_open ON discord_interactions (received_at) WHERE answered_at IS NULL;
CREATE INDEX discord_interactions_age ON discord_interactions (received_at);

-- How often a member tried a code in the present window: whoever guesses has to wait.
CREATE TABLE registration_attempts (
    discord_id text PRIMARY KEY,
    window_started_at timestamptz NOT NULL,
    attempts int NOT NULL
);

-- Newcomers whose account nobody knew when they joined.
CREATE TABLE discord_joins (
    discord_id text NOT NULL,
    joined_at timestamptz NOT NULL,            -- as Discord tells it: the same join may be told several times
    seen_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('linked', 'left', 'welcoming', 'welcomed', 'unreachable')), -- NULL: not decided yet
    PRIMARY KEY (discord_id, joined_at)
);
CREATE INDEX discord_joins_open ON discord_joins (seen_at) WHERE outcome IS NULL;
CREATE INDEX discord_joins_time ON discord_joins (seen_at);

ALTER TABLE discord_invites
    ADD gone_at timestamptz,                   -- seen to disappear: used up, or revoked
    ADD used_by text;                          -- the account that joined through it
CREATE INDEX discord_invites_gone ON discord_invites (gone_at) WHERE gone_at IS NOT NULL AND used_by IS NULL;

-- Whose account is it, also before the fact is folded.
CREATE INDEX facts_discord_id ON facts ((body::jsonb ->> 'discord_id')) WHERE type = 'DISCORD_LINKED';

-- One account for each student and one student for each account, links that are not folded yet included.
CREATE FUNCTION may_link_discord(student uuid, account text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM users WHERE discord_id = account)
       AND NOT EXISTS (SELECT FROM users WHERE id = student AND discord_id IS NOT NULL)
       AND NOT EXISTS (SELECT FROM facts WHERE user_id = student AND type = 'DISCORD_LINKED')
       AND NOT EXISTS (SELECT FROM facts
                       WHERE type = 'DISCORD_LINKED' AND body::jsonb ->> 'discord_id' = account
                         AND occurred_at = (SELECT max(occurred_at) FROM facts AS other
                                            WHERE other.user_id = facts.user_id AND other.type = 'DISCORD_LINKED'))
$$;
