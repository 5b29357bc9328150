-- ManyChat: who is which contact there, what was applied to it, and the flows that were sent.

-- A number of ManyChat's. Deferred: while two records become one, both have it.
ALTER TABLE users ADD manychat_subscriber_id text UNIQUE DEFERRABLE INITIALLY DEFERRED;

-- What ManyChat was made to show for a student, and how the search for the contact ended.
CREATE TABLE manychat_contacts (
    user_id uuid PRIMARY KEY REFERENCES users,
    applied_tags text[] NOT NULL DEFAULT '{}', -- ours, as they stood after the last change
    applied_fields text,                       -- digest of the custom fields that were set
    applied_at timestamptz,
    seen_at timestamptz,                       -- when the contact was last read back
    sought_as text,                            -- digest of phone and e-mail that led to no contact
    sought_at timestamptz,
    not_found_because text
);

-- When the next call to each endpoint may go out, over all replicas. Nothing is lost with it.
CREATE UNLOGGED TABLE manychat_pace (
    endpoint text PRIMARY KEY,
    next_at timestamptz NOT NULL
);
