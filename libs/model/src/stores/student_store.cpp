#include "model/stores/student_store.hpp"

#include "core/uuid.hpp"
#include "model/rules/hotmart_event.hpp"

#include <set>

namespace ciclo::model {

namespace {

using postgres::Rows;
using postgres::Statement;
using postgres::TextArray;

// Locks are taken in the order of the array, which everybody sorts: no deadlock.
constexpr const char* lock_sql = R"sql(
    SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS wanted (key)
)sql";

constexpr const char* by_email_sql = R"sql(
    SELECT id, email, name, phone, lifecycle, discord_id FROM users WHERE email = ANY ($1::text[])
)sql";

// A code that was first heard without an address is nobody's until somebody with an address brings it.
constexpr const char* by_code_sql = R"sql(
    SELECT users.id, email, name, phone, lifecycle, discord_id, subscriber_code
    FROM subscriptions JOIN users ON users.id = user_id
    WHERE subscriber_code = ANY ($1::text[]) AND email <> $2
)sql";

constexpr const char* by_id_sql = R"sql(
    SELECT id, email, name, phone, lifecycle, discord_id FROM users WHERE id = ANY ($1::text[]::uuid[])
)sql";

// A stored student may also be known by identities that a batch does not name, so whoever folds one
// holds this lock too. It comes after the locks of the identities, again in one order: no deadlock.
constexpr const char* lock_owners_sql = R"sql(
    SELECT pg_advisory_xact_lock(hashtextextended('user:' || id, 0)) FROM (
        SELECT id FROM users WHERE email = ANY ($1::text[])
        UNION
        SELECT user_id FROM subscriptions WHERE subscriber_code = ANY ($2::text[])
        ORDER BY id
    ) AS known
)sql";

constexpr const char* lock_users_sql = R"sql(
    SELECT pg_advisory_xact_lock(hashtextextended('user:' || id, 0)) FROM (
        SELECT id FROM users WHERE id = ANY ($1::text[]::uuid[]) ORDER BY id
    ) AS known
)sql";

StoredStudent read_student(const Rows& rows, std::size_t row)
{
    return StoredStudent{rows.text(row, 0),
                         rows.text(row, 1),
                         rows.text(row, 2),
                         rows.text(row, 3),
                         rows.text(row, 4),
                         rows.text(row, 5),
                         false};
}

TextArray array_of(const std::set<std::string>& values)
{
    TextArray array;
    for (const auto& value : values)
        array.add(std::string_view{value});
    return array;
}

TextArray array_of(std::span<const std::string> values)
{
    TextArray array;
    for (const auto& value : values)
        array.add(std::string_view{value});
    return array;
}

} // namespace

std::vector<StoredStudent> StudentFinder::find(std::span<const Fact> facts)
{
    std::set<std::string> keys;
    std::set<std::string> emails;
    std::set<std::string> codes;
    for (const Fact& fact : facts) {
        keys.insert("email:" + fact.email);
        emails.insert(fact.email);
        if (!fact.subscriber_code.empty()) {
            keys.insert("code:" + fact.subscriber_code);
            codes.insert(fact.subscriber_code);
        }
    }
    const TextArray email_array = array_of(emails);
    const TextArray code_array = array_of(codes);
    const Statement statements[] = {{lock_sql, {array_of(keys)}},
                                    {lock_owners_sql, {email_array, code_array}},
                                    {by_email_sql, {email_array}},
                                    {by_code_sql, {code_array, unknown_email}}};
    const auto answers = connection_.pipeline(statements);

    std::map<std::string, StoredStudent> by_email;
    for (std::size_t i = 0; i < answers[2].size(); ++i)
        by_email.emplace(answers[2].text(i, 1), read_student(answers[2], i));
    std::map<std::string, StoredStudent> by_code;
    for (std::size_t i = 0; i < answers[3].size(); ++i)
        by_code.emplace(answers[3].text(i, 6), read_student(answers[3], i));

    std::vector<StoredStudent> found;
    found.reserve(facts.size());
    for (const Fact& fact : facts) {
        if (const auto known = by_code.find(fact.subscriber_code); known != by_code.end()) {
            found.push_back(known->second);
            continue;
        }
        auto [student, is_new] = by_email.try_emplace(fact.email);
        if (is_new) {
            student->second.id = new_uuid();
            student->second.email = fact.email;
            student->second.is_new = true;
        }
        if (!fact.subscriber_code.empty() && fact.email != unknown_email)
            by_code.emplace(fact.subscriber_code, student->second);
        found.push_back(student->second);
    }
    return found;
}

std::vector<StoredStudent> lock_students(postgres::Connection& connection, std::span<const std::string> user_ids)
{
    const auto ids = array_of(user_ids);
    connection.execute(lock_users_sql, {ids});
    const Rows rows = connection.execute(by_id_sql, {ids});
    std::vector<StoredStudent> students;
    for (std::size_t i = 0; i < rows.size(); ++i)
        students.push_back(read_student(rows, i));
    return students;
}

} // namespace ciclo::model
