-- To whom an access rule applies. A rule that comes later reaches those who have access already only when somebody
-- asks for that, and one that ends takes nothing from them.

ALTER TABLE access_rules
    ADD applies_from timestamptz,              -- NULL: also to access that began before the rule was made
    ADD applies_until timestamptz,             -- not NULL: ended, for access that begins then or later
    ADD extended_at timestamptz;               -- when it was brought to those who had access already
ALTER TABLE access_rules DROP CONSTRAINT access_rules_product_id_kind_value_key;
CREATE UNIQUE INDEX access_rules_current ON access_rules (product_id, kind, value) WHERE applies_until IS NULL;
CREATE INDEX access_rules_product ON access_rules (product_id);

-- The beginning of the access that holds now, or held last: later than started_at for whoever left and came back.
-- NULL: not folded since this column exists.
ALTER TABLE enrollments ADD access_since timestamptz;

-- What each enrollment gives, or gave while it was active.
CREATE VIEW access_entitlements AS
    SELECT enrollments.user_id, enrollments.product_id, enrollments.status, enrollments.ended_at, enrollments.updated_at,
           rule.id AS rule_id, rule.kind, rule.value
    FROM enrollments JOIN access_rules AS rule ON rule.product_id = enrollments.product_id
    WHERE (rule.applies_from IS NULL
           OR rule.applies_from <= coalesce(enrollments.access_since, enrollments.started_at))
      AND (rule.applies_until IS NULL
           OR coalesce(enrollments.access_since, enrollments.started_at) < rule.applies_until);
