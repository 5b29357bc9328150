-- Every Hotmart event, money, time, and identity.

ALTER TABLE products ADD access_days int CHECK (access_days > 0);  -- NULL: as long as it is paid for

-- Buying the product with this Hotmart id also gives these products.
CREATE TABLE hotmart_product_mapping (
    id uuid PRIMARY KEY,
    source_hotmart_product_id text NOT NULL CHECK (source_hotmart_product_id <> ''),
    target_product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_hotmart_product_id, target_product_id)
);
CREATE TRIGGER hotmart_product_mapping_change AFTER INSERT OR UPDATE OR DELETE ON hotmart_product_mapping
    FOR EACH STATEMENT EXECUTE FUNCTION bump_catalogue_version();

-- Learned from purchases.
CREATE TABLE offers (
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    code text NOT NULL,
    price numeric,
    currency text,
    last_sold_at timestamptz NOT NULL,
    PRIMARY KEY (product_id, code)
);

CREATE TABLE classes (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE class_enrollments (
    class_id uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users,
    source text NOT NULL CHECK (source IN ('manual', 'product')),
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    PRIMARY KEY (class_id, user_id, source)
);
CREATE INDEX class_enrollments_user ON class_enrollments (user_id);

-- Every e-mail a student was ever named by. users.email is the latest of them.
CREATE TABLE user_emails (
    email text PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users
);
INSERT INTO user_emails SELECT email, id FROM users;
CREATE INDEX user_emails_user ON user_emails (user_id);

ALTER TABLE users
    ADD ltv numeric NOT NULL DEFAULT 0,        -- in BASE_CURRENCY; every currency is in user_ltv
    ADD refold_at timestamptz;                 -- when time alone changes something
CREATE INDEX users_refold ON users (refold_at) WHERE refold_at IS NOT NULL;

CREATE TABLE user_ltv (
    user_id uuid NOT NULL REFERENCES users,
    currency text NOT NULL,
    amount numeric NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (user_id, currency)
);

ALTER TABLE transactions
    ADD full_price numeric,
    ADD full_price_currency text,
    ADD paid_amount numeric NOT NULL DEFAULT 0,     -- what it brought, in `currency`
    ADD refunded_amount numeric NOT NULL DEFAULT 0, -- what went back of that
    ADD billet_url text,
    ADD pix_code text,
    ADD pix_expires_at timestamptz,
    ADD src text,
    ADD sck text,
    ADD commission_as text,
    ADD commission numeric,
    ADD commission_currency text,
    ADD refunded_at timestamptz,
    ADD parent_transaction text,
    ADD refusal_reason text;

ALTER TABLE enrollments
    ADD first_access_at timestamptz,
    ADD first_access_origin text;

CREATE TABLE module_completions (
    user_id uuid NOT NULL REFERENCES users,
    hotmart_product_id text NOT NULL,
    module_id text NOT NULL,
    completed_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, hotmart_product_id, module_id)
);

-- Slowly changing dimension, type 2: one row for each version.
CREATE TABLE student_course_status (
    user_id uuid NOT NULL REFERENCES users,
    product_id uuid NOT NULL REFERENCES products,
    status text NOT NULL CHECK (status IN ('Ativo', 'Inadimplente', 'Cancelado', 'Reembolsado')),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    is_current boolean NOT NULL,
    PRIMARY KEY (user_id, product_id, valid_from),
    CHECK (is_current = (valid_to IS NULL))
);
CREATE UNIQUE INDEX student_course_status_current ON student_course_status (user_id, product_id) WHERE is_current;
