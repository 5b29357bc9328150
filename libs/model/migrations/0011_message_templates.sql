-- Meta's message templates for WhatsApp, as its listing shows them. They are made and approved there, never here.
CREATE TABLE message_templates (
    id uuid PRIMARY KEY,
    waba_id text NOT NULL,                     -- the WhatsApp Business account that they belong to
    name text NOT NULL,
    language text NOT NULL,                    -- pt_BR
    meta_template_id text NOT NULL,
    status text NOT NULL,                      -- as Meta says it; only APPROVED may be sent
    category text NOT NULL,
    parameter_format text NOT NULL,            -- POSITIONAL or NAMED
    components jsonb NOT NULL,
    quality text,
    rejected_reason text,
    missing_since timestamptz,                 -- not NULL: a whole listing no longer had it
    changed_at timestamptz NOT NULL,           -- when a sync last found something new in it
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (waba_id, name, language)
);
