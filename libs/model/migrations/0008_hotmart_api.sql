-- What is read from Hotmart's REST API.

-- A provider's access token, kept for all replicas. Encrypted: see core/crypto.hpp.
CREATE TABLE provider_tokens (
    provider text PRIMARY KEY,
    sealed_token bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Calls of the present window, shared by all replicas. Unlogged: after a crash a new window begins.
CREATE UNLOGGED TABLE provider_call_windows (
    provider text PRIMARY KEY,
    remaining int NOT NULL,
    ends_at timestamptz NOT NULL
);

-- Everybody who ever bought a product, with or without an account: one row for each e-mail and product.
CREATE TABLE hotmart_buyers (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email <> ''),
    name text,
    phone text,
    hotmart_product_id text NOT NULL CHECK (hotmart_product_id <> ''),
    status text NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'COMPLETED', 'REFUNDED', 'PARTIALLY_REFUNDED',
                                           'CANCELLED', 'DISPUTE', 'OVERDUE', 'EXPIRED')),
    user_id uuid REFERENCES users ON DELETE SET NULL,
    last_synced_at timestamptz NOT NULL,       -- when a sync last found something new in it
    created_at timestamptz NOT NULL DEFAULT now(),
    -- The sale that `status` speaks of; see rules/hotmart_buyer.hpp for which one that is.
    sale_transaction text NOT NULL,
    sale_weight int NOT NULL,
    sale_at timestamptz NOT NULL,
    UNIQUE (email, hotmart_product_id)
);
CREATE INDEX hotmart_buyers_product ON hotmart_buyers (hotmart_product_id);
CREATE INDEX hotmart_buyers_user ON hotmart_buyers (user_id) WHERE user_id IS NOT NULL;

-- Which subscription a person has in a product: sales in the API do not tell their subscriber code.
CREATE TABLE hotmart_subscribers (
    subscriber_code text PRIMARY KEY,
    email text NOT NULL,
    hotmart_product_id text NOT NULL,
    status text NOT NULL,                      -- as Hotmart says it
    plan_id text,
    next_charge_at timestamptz
);
CREATE INDEX hotmart_subscribers_person ON hotmart_subscribers (email, hotmart_product_id);

-- Offers come from purchases and from the API, which also knows those that nobody has bought yet.
ALTER TABLE offers
    ALTER last_sold_at DROP NOT NULL,
    ADD name text,
    ADD is_main boolean NOT NULL DEFAULT false;

ALTER TABLE products ADD club_subdomain text CHECK (club_subdomain <> '');  -- of its members' area

CREATE TABLE modules (
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    module_id text NOT NULL,
    name text NOT NULL,
    sequence int NOT NULL,
    is_extra boolean NOT NULL,
    is_public boolean NOT NULL,
    PRIMARY KEY (product_id, module_id)
);

CREATE TABLE lessons (
    product_id uuid NOT NULL,
    page_id text NOT NULL,
    module_id text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    page_order int NOT NULL,
    published boolean NOT NULL,
    drip text CHECK (drip IN ('BY_DATE', 'BY_DAYS', 'BY_QUIZ')),  -- NULL: there from the start
    drip_date timestamptz,
    drip_days int,                             -- after the purchase
    PRIMARY KEY (product_id, page_id),
    FOREIGN KEY (product_id, module_id) REFERENCES modules ON DELETE CASCADE
);
CREATE INDEX lessons_module ON lessons (product_id, module_id);

-- Lessons that a student has completed.
CREATE TABLE lesson_progress (
    user_id uuid NOT NULL REFERENCES users,
    product_id uuid NOT NULL,
    page_id text NOT NULL,
    completed_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, product_id, page_id),
    FOREIGN KEY (product_id, page_id) REFERENCES lessons ON DELETE CASCADE
);
