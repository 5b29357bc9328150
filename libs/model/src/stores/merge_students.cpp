#include "stores/merge_students.hpp"

#include "model/stores/event_log.hpp"
#include "model/stores/reconciliation_store.hpp"

#include <array>
#include <set>

namespace ciclo::model {

namespace {

// What happened, and what was sent or seen, moves.
constexpr auto move_sql = std::to_array<const char*>({
    "UPDATE facts SET user_id = $1 WHERE user_id = $2",
    "UPDATE transactions SET user_id = $1 WHERE user_id = $2",
    "UPDATE subscriptions SET user_id = $1 WHERE user_id = $2",
    "UPDATE user_emails SET user_id = $1 WHERE user_id = $2",
    "UPDATE onboarding_tokens SET user_id = $1 WHERE user_id = $2",
    "UPDATE messages SET user_id = $1 WHERE user_id = $2",
    "UPDATE discord_members SET user_id = $1 WHERE user_id = $2",
    "UPDATE discord_invites SET user_id = $1 WHERE user_id = $2",
    "UPDATE discord_given_roles SET user_id = $1 WHERE user_id = $2",
    "UPDATE discord_held_revocations SET user_id = $1 WHERE user_id = $2",
    "UPDATE discord_hand_held_roles SET user_id = $1 WHERE user_id = $2",
    "UPDATE hotmart_buyers SET user_id = $1 WHERE user_id = $2",
    R"sql(
        INSERT INTO lesson_progress (user_id, product_id, page_id, completed_at)
        SELECT $1::uuid, product_id, page_id, completed_at FROM lesson_progress WHERE user_id = $2
        ON CONFLICT DO NOTHING
    )sql",
    R"sql(
        UPDATE users SET manychat_subscriber_id = coalesce(users.manychat_subscriber_id, loser.manychat_subscriber_id)
        FROM users AS loser WHERE users.id = $1 AND loser.id = $2
    )sql",
    // Whoever signs in still does, with the same password.
    R"sql(
        UPDATE users SET role = loser.role
        FROM users AS loser WHERE users.id = $1 AND loser.id = $2 AND users.role = 'student'
    )sql",
    R"sql(
        UPDATE accounts SET user_id = $1
        WHERE user_id = $2 AND NOT EXISTS (SELECT FROM accounts WHERE user_id = $1)
    )sql",
    R"sql(
        -- What was applied to one contact says nothing about another one.
        UPDATE manychat_contacts SET user_id = $1
        WHERE user_id = $2 AND NOT EXISTS (SELECT FROM manychat_contacts WHERE user_id = $1)
          AND EXISTS (SELECT FROM users AS survivor JOIN users AS loser
                      ON survivor.manychat_subscriber_id IS NOT DISTINCT FROM loser.manychat_subscriber_id
                      WHERE survivor.id = $1 AND loser.id = $2)
    )sql",
    R"sql(
        INSERT INTO class_enrollments (class_id, user_id, source, started_at, ended_at)
        SELECT class_id, $1::uuid, source, started_at, ended_at FROM class_enrollments
        WHERE user_id = $2 AND source = 'manual' ON CONFLICT DO NOTHING
    )sql",
});

// What follows from the facts is made again.
constexpr auto drop_sql = std::to_array<const char*>({
    "DELETE FROM accounts WHERE user_id = $1",
    "DELETE FROM class_enrollments WHERE user_id = $1",
    "DELETE FROM enrollments WHERE user_id = $1",
    "DELETE FROM student_course_status WHERE user_id = $1",
    "DELETE FROM user_ltv WHERE user_id = $1",
    "DELETE FROM manychat_contacts WHERE user_id = $1",
    "DELETE FROM module_completions WHERE user_id = $1",
    "DELETE FROM lesson_progress WHERE user_id = $1",
    "DELETE FROM reconciliations WHERE user_id = $1",
    "DELETE FROM users WHERE id = $1",
});

// Whoever is about to write a row of the loser's waits, and finds nobody then.
constexpr const char* lock_loser_sql = "SELECT FROM users WHERE id = $1 FOR UPDATE";

constexpr const char* insert_sql = "INSERT INTO users (id, email) VALUES ($1, $2)";
constexpr const char* insert_email_sql = "INSERT INTO user_emails (email, user_id) VALUES ($1, $2)";

constexpr const char* adopt_sql = R"sql(
    UPDATE facts SET user_id = $2
    WHERE user_id = $1
      AND ('transaction:' || (body::jsonb ->> 'transaction') = ANY ($3::text[])
           OR 'code:' || (body::jsonb ->> 'subscriber') = ANY ($3::text[]))
    RETURNING 'transaction:' || (body::jsonb ->> 'transaction'), 'code:' || (body::jsonb ->> 'subscriber')
)sql";

constexpr auto adopt_rows_sql = std::to_array<const char*>({
    "UPDATE transactions SET user_id = $2 WHERE user_id = $1 AND 'transaction:' || code = ANY ($3::text[])",
    "UPDATE subscriptions SET user_id = $2 WHERE user_id = $1 AND 'code:' || subscriber_code = ANY ($3::text[])",
});

} // namespace

void merge_students(postgres::Connection& connection, const std::string& survivor, const std::string& loser)
{
    connection.execute(lock_loser_sql, {loser});
    for (const char* sql : move_sql)
        connection.execute(sql, {survivor, loser});
    for (const char* sql : drop_sql)
        connection.execute(sql, {loser});
    const WantedReconciliation both[] = {{survivor, "discord", ""}, {survivor, "manychat", ""}};
    const auto wanted = want_reconciliations(both);
    connection.execute(wanted.sql, wanted.params);
    append_event(connection, {"student.merged", survivor, audit_payload("", {{"merged_user_id", loser}}),
                              AuditStatus::processed, "", ""});
}

void insert_student(postgres::Connection& connection, const std::string& id, std::string_view email)
{
    const postgres::Statement statements[] = {{insert_sql, {id, email}}, {insert_email_sql, {email, id}}};
    connection.pipeline(statements);
}

void adopt_facts(postgres::Connection& connection, const std::string& unknown, const std::string& student,
                 std::span<const std::string> keys)
{
    std::set<std::string> names{keys.begin(), keys.end()};
    for (std::size_t before = 0; before != names.size();) {
        before = names.size();
        postgres::TextArray array;
        for (const auto& name : names)
            array.add(std::string_view{name});
        const auto adopted = connection.execute(adopt_sql, {unknown, student, array});
        for (std::size_t i = 0; i < adopted.size(); ++i)
            for (const int column : {0, 1})
                if (!adopted.is_null(i, column))
                    names.insert(adopted.text(i, column));
        for (const char* sql : adopt_rows_sql)
            connection.execute(sql, {unknown, student, array});
    }
}

} // namespace ciclo::model
