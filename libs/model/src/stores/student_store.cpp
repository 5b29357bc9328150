#include "model/stores/student_store.hpp"

#include "core/uuid.hpp"

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

constexpr const char* by_code_sql = R"sql(
    SELECT users.id, email, name, phone, lifecycle, discord_id, subscriber_code
    FROM subscriptions JOIN users ON users.id = user_id
    WHERE subscriber_code = ANY ($1::text[])
)sql";

constexpr const char* by_id_sql = R"sql(
    SELECT id, email, name, phone, lifecycle, discord_id FROM users WHERE id = ANY ($1::text[]::uuid[])
)sql";

constexpr const char* keys_by_id_sql = R"sql(
    SELECT 'email:' || email FROM users WHERE id = ANY ($1::text[]::uuid[])
    UNION
    SELECT 'code:' || subscriber_code FROM subscriptions WHERE user_id = ANY ($1::text[]::uuid[])
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
    const Statement statements[] = {
        {lock_sql, {array_of(keys)}}, {by_email_sql, {array_of(emails)}}, {by_code_sql, {array_of(codes)}}};
    const auto answers = connection_.pipeline(statements);

    std::map<std::string, StoredStudent> by_email;
    for (std::size_t i = 0; i < answers[1].size(); ++i)
        by_email.emplace(answers[1].text(i, 1), read_student(answers[1], i));
    std::map<std::string, StoredStudent> by_code;
    for (std::size_t i = 0; i < answers[2].size(); ++i)
        by_code.emplace(answers[2].text(i, 6), read_student(answers[2], i));

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
        if (!fact.subscriber_code.empty())
            by_code.emplace(fact.subscriber_code, student->second);
        found.push_back(student->second);
    }
    return found;
}

std::vector<StoredStudent> lock_students(postgres::Connection& connection, std::span<const std::string> user_ids)
{
    const auto ids = array_of(user_ids);
    const Rows keys = connection.execute(keys_by_id_sql, {ids});
    std::set<std::string> sorted;
    for (std::size_t i = 0; i < keys.size(); ++i)
        sorted.insert(keys.text(i, 0));
    connection.execute(lock_sql, {array_of(sorted)});
    const Rows rows = connection.execute(by_id_sql, {ids});
    std::vector<StoredStudent> students;
    for (std::size_t i = 0; i < rows.size(); ++i)
        students.push_back(read_student(rows, i));
    return students;
}

} // namespace ciclo::model
