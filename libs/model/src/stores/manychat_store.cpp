#include "model/stores/manychat_store.hpp"

#include "model/rules/hotmart_event.hpp"
#include "model/rules/phone.hpp"

#include <map>

namespace ciclo::model {

namespace {

using postgres::Rows;
using postgres::TextArray;
using postgres::UuidArray;

constexpr const char* contacts_sql = R"sql(
    SELECT users.id, email, name, phone, lifecycle, manychat_subscriber_id,
           (SELECT token FROM onboarding_tokens
            WHERE user_id = users.id AND used_at IS NULL AND expires_at > now() ORDER BY created_at DESC LIMIT 1),
           applied_fields, seen_at, sought_as, sought_at, not_found_because,
           EXISTS (SELECT FROM reconciliations AS row WHERE row.user_id = users.id AND target = 'manychat' AND failed)
    FROM users LEFT JOIN manychat_contacts AS contact ON contact.user_id = users.id
    WHERE users.id = ANY ($1::uuid[]) ORDER BY users.id
)sql";

constexpr const char* applied_sql = R"sql(
    SELECT user_id, unnest(applied_tags) FROM manychat_contacts WHERE user_id = ANY ($1::uuid[])
)sql";

constexpr const char* courses_sql = R"sql(
    SELECT user_id, products.name, student_course_status.status FROM student_course_status
    JOIN products ON products.id = product_id
    WHERE user_id = ANY ($1::uuid[]) AND is_current
)sql";

constexpr const char* access_sql = R"sql(
    SELECT enrollments.user_id, products.name, entitled.value, products.id FROM enrollments
    JOIN products ON products.id = product_id
    LEFT JOIN access_entitlements AS entitled
      ON entitled.user_id = enrollments.user_id AND entitled.product_id = products.id AND kind = 'manychat_tag'
    WHERE enrollments.user_id = ANY ($1::uuid[]) AND enrollments.status = 'active' ORDER BY products.name
)sql";

constexpr const char* managed_sql = R"sql(
    SELECT name, false FROM products UNION SELECT value, true FROM access_rules WHERE kind = 'manychat_tag'
)sql";

// Whoever has no course and never had a tag needs no contact. The stand-in address is nobody. LIMIT keeps the server
// from reading all courses for each page: it looks up those of the users that it passes.
constexpr const char* page_sql = R"sql(
    SELECT id FROM users
    WHERE id > coalesce(nullif($1, '')::uuid, '00000000-0000-0000-0000-000000000000') AND email <> $4
      AND CASE WHEN $2 = ''
               THEN coalesce((SELECT true FROM student_course_status WHERE user_id = users.id AND is_current LIMIT 1),
                             (SELECT true FROM manychat_contacts WHERE user_id = users.id AND applied_tags <> '{}' LIMIT 1),
                             false)
               ELSE EXISTS (SELECT FROM student_course_status
                            WHERE user_id = users.id AND product_id = nullif($2, '')::uuid AND is_current) END
    ORDER BY id LIMIT $3::int
)sql";

constexpr const char* count_sql = R"sql(
    SELECT count(*) FROM users
    WHERE email <> $2
      AND CASE WHEN $1 = ''
               THEN EXISTS (SELECT FROM student_course_status WHERE user_id = users.id AND is_current)
                    OR EXISTS (SELECT FROM manychat_contacts WHERE user_id = users.id AND applied_tags <> '{}')
               ELSE EXISTS (SELECT FROM student_course_status
                            WHERE user_id = users.id AND product_id = nullif($1, '')::uuid AND is_current) END
)sql";

constexpr const char* claim_sql = R"sql(
    UPDATE users SET manychat_subscriber_id = $2
    WHERE id = $1 AND NOT EXISTS (SELECT FROM users WHERE manychat_subscriber_id = $2 AND id <> $1)
)sql";

constexpr const char* forget_id_sql = "UPDATE users SET manychat_subscriber_id = NULL WHERE id = $1";
constexpr const char* forget_contact_sql = "DELETE FROM manychat_contacts WHERE user_id = $1";

constexpr const char* record_applied_sql = R"sql(
    INSERT INTO manychat_contacts (user_id, applied_tags, applied_fields, applied_at, seen_at)
    VALUES ($1, $2::text[], nullif($3, ''), clock_timestamp(), clock_timestamp())
    ON CONFLICT (user_id) DO UPDATE
    SET applied_tags = excluded.applied_tags, applied_fields = excluded.applied_fields,
        applied_at = excluded.applied_at, seen_at = excluded.seen_at, sought_as = NULL, sought_at = NULL,
        not_found_because = NULL
)sql";

constexpr const char* not_found_sql = R"sql(
    INSERT INTO manychat_contacts (user_id, sought_as, sought_at, not_found_because)
    VALUES ($1, $2, clock_timestamp(), $3)
    ON CONFLICT (user_id) DO UPDATE
    SET sought_as = excluded.sought_as, sought_at = excluded.sought_at,
        not_found_because = excluded.not_found_because
)sql";

constexpr const char* queued_sql = R"sql(
    SELECT id, correlation_id FROM messages
    WHERE user_id = $1 AND channel = 'manychat_flow' AND status = 'queued' AND next_attempt_at IS NULL
    ORDER BY created_at
)sql";

constexpr const char* flows_sql = R"sql(
    SELECT id, template, variables ->> 'product_id', variables ->> 'flow_ns', status IN ('queued', 'sending'), sent_at
    FROM messages WHERE user_id = $1 AND channel = 'manychat_flow' ORDER BY created_at, id
)sql";

constexpr const char* chosen_flows_sql = R"sql(
    SELECT substr(key, length('manychat_flow_') + 1), value, false FROM settings
    WHERE starts_with(key, 'manychat_flow_') AND value <> ''
    UNION ALL
    SELECT name, value, true FROM access_rules JOIN products ON products.id = product_id
    WHERE kind = 'manychat_flow' AND applies_until IS NULL
    ORDER BY 3, 1, 2
)sql";

constexpr const char* lock_sql = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))";
constexpr const char* unlock_sql = "SELECT pg_advisory_unlock(hashtextextended($1, 0))";

ManychatWish read_contact(const Rows& rows, std::size_t i)
{
    ManychatWish wish;
    wish.user_id = rows.text(i, 0);
    wish.profile = ContactProfile{rows.text(i, 2), rows.text(i, 1), rows.text(i, 6), rows.text(i, 4), ""};
    wish.phone = rows.text(i, 3);
    if (const auto phone = phone_from(wish.phone))
        wish.profile.phone_digits = phone->digits();
    wish.subscriber_id = rows.text(i, 5);
    wish.applied_fields = rows.text(i, 7);
    wish.seen_at = time_from_text(rows.view(i, 8));
    wish.sought_as = rows.text(i, 9);
    wish.sought_at = time_from_text(rows.view(i, 10));
    wish.not_found_because = rows.text(i, 11);
    wish.given_up = rows.boolean(i, 12);
    return wish;
}

} // namespace

std::vector<ManychatWish> read_manychat_wishes(postgres::Connection& connection,
                                               const std::vector<std::string>& user_ids)
{
    UuidArray ids;
    for (const auto& id : user_ids)
        ids.add(id);
    // One snapshot is not needed: whatever changes in between raises the wanted version, and we go again.
    const postgres::Statement statements[] = {
        {contacts_sql, {ids}}, {applied_sql, {ids}}, {courses_sql, {ids}}, {access_sql, {ids}}};
    const auto answers = connection.pipeline(statements);
    std::vector<ManychatWish> wishes;
    wishes.reserve(answers[0].size());
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < answers[0].size(); ++i) {
        wishes.push_back(read_contact(answers[0], i));
        places[answers[0].view(i, 0)] = i;
    }
    const auto of = [&](const Rows& rows, std::size_t i) -> ManychatWish& {
        return wishes[places.at(rows.view(i, 0))];
    };
    for (std::size_t i = 0; i < answers[1].size(); ++i)
        of(answers[1], i).applied_tags.insert(answers[1].text(i, 1));
    for (std::size_t i = 0; i < answers[2].size(); ++i)
        if (const auto status = course_status_from(answers[2].view(i, 2)))
            of(answers[2], i).courses.push_back({answers[2].text(i, 1), *status});
    for (auto& wish : wishes)
        wish.tags = course_tags(wish.courses);
    for (std::size_t i = 0; i < answers[3].size(); ++i) {
        auto& wish = of(answers[3], i);
        if (wish.product_names.empty() || wish.product_names.back() != answers[3].view(i, 1))
            wish.product_names.push_back(answers[3].text(i, 1));
        wish.product_ids.insert(answers[3].text(i, 3));
        if (!answers[3].is_null(i, 2))
            wish.tags.insert(answers[3].text(i, 2));
    }
    return wishes;
}

std::optional<ManychatWish> read_manychat_wish(postgres::Connection& connection, const std::string& user_id)
{
    auto wishes = read_manychat_wishes(connection, {user_id});
    if (wishes.empty() || wishes[0].profile.email == unknown_email)
        return std::nullopt;
    return std::move(wishes[0]);
}

std::set<std::string> managed_manychat_tags(postgres::Connection& connection)
{
    const auto rows = connection.execute(managed_sql);
    std::vector<std::string> courses;
    std::set<std::string> tags;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows.boolean(i, 1))
            tags.insert(rows.text(i, 0));
        else
            courses.push_back(rows.text(i, 0));
    }
    tags.merge(managed_course_tags(courses));
    return tags;
}

std::vector<std::string> manychat_page(postgres::Connection& connection, const std::string& after,
                                       const std::string& product_id, int most)
{
    const auto rows = connection.execute(page_sql, {after, product_id, most, unknown_email});
    std::vector<std::string> ids;
    ids.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows.text(i, 0));
    return ids;
}

std::int64_t count_manychat_students(postgres::Connection& connection, const std::string& product_id)
{
    return connection.execute(count_sql, {product_id, unknown_email}).int64(0, 0);
}

bool claim_subscriber(postgres::Connection& connection, const std::string& user_id, const std::string& subscriber_id)
{
    try {
        return connection.execute(claim_sql, {user_id, subscriber_id}).affected() == 1;
    } catch (const postgres::Failure& failure) {
        // Another worker gave it to somebody else in the same moment.
        if (failure.is_unique_violation())
            return false;
        throw;
    }
}

void forget_subscriber(postgres::Connection& connection, const std::string& user_id)
{
    const postgres::Statement statements[] = {{forget_id_sql, {user_id}}, {forget_contact_sql, {user_id}}};
    connection.pipeline(statements);
}

postgres::Statement record_applied(const AppliedContact& applied)
{
    TextArray tags;
    for (const auto& tag : applied.tags)
        tags.add(std::string_view{tag});
    return {record_applied_sql, {applied.user_id, tags, applied.fields}};
}

void record_not_found(postgres::Connection& connection, const std::string& user_id, const std::string& sought_as,
                      const std::string& because)
{
    connection.execute(not_found_sql, {user_id, sought_as, because});
}

std::vector<QueuedFlow> queued_flows(postgres::Connection& connection, const std::string& user_id)
{
    const auto rows = connection.execute(queued_sql, {user_id});
    std::vector<QueuedFlow> flows;
    for (std::size_t i = 0; i < rows.size(); ++i)
        flows.push_back({rows.text(i, 0), rows.text(i, 1)});
    return flows;
}

std::vector<StudentFlow> flows_of_student(postgres::Connection& connection, const std::string& user_id)
{
    const auto rows = connection.execute(flows_sql, {user_id});
    std::vector<StudentFlow> flows;
    flows.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        flows.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.boolean(i, 4),
                         time_from_text(rows.view(i, 5))});
    return flows;
}

std::vector<ChosenFlow> chosen_manychat_flows(postgres::Connection& connection)
{
    const auto rows = connection.execute(chosen_flows_sql);
    std::vector<ChosenFlow> flows;
    for (std::size_t i = 0; i < rows.size(); ++i)
        flows.push_back({rows.text(i, 0), rows.text(i, 1), rows.boolean(i, 2)});
    return flows;
}

ContactLock::ContactLock(postgres::Connection& connection, const std::string& user_id)
    : connection_(connection), key_("manychat:" + user_id), held_(connection.execute(lock_sql, {key_}).boolean(0, 0))
{
}

ContactLock::~ContactLock()
{
    try {
        if (held_)
            connection_.execute(unlock_sql, {key_});
    } catch (const postgres::Failure&) {
        // The connection is gone, and the lock with it.
    }
}

} // namespace ciclo::model
