#include "fold_fixture.hpp"

#include "model/stores/catalogue_store.hpp"
#include "model/stores/student_store.hpp"

#include <map>

namespace ciclo::testing {

using namespace model;

namespace {

// With the ids of `story_catalogue()`.
constexpr const char* insert_products = R"sql(
    INSERT INTO products (id, name, priority) VALUES
        ('00000000-0000-7000-8000-000000000001', 'Clube de Leitura', 1),
        ('00000000-0000-7000-8000-000000000002', 'Curso de Xadrez', 2),
        ('00000000-0000-7000-8000-000000000003', 'Oficina de Poesia', 3);
    INSERT INTO product_identifiers (kind, value, product_id) VALUES
        ('product.id', '4100200', '00000000-0000-7000-8000-000000000001'),
        ('product.id', '4100300', '00000000-0000-7000-8000-000000000002'),
        ('product.id', '4100400', '00000000-0000-7000-8000-000000000003');
    INSERT INTO access_rules (id, product_id, kind, value) VALUES
        (gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 'discord_role', '1100000000000000001'),
        (gen_random_uuid(), '00000000-0000-7000-8000-000000000002', 'discord_role', '1100000000000000002');
)sql";

constexpr const char* row_versions_sql = R"sql(
    SELECT string_agg(tablename || query_to_xml(format('SELECT ctid, xmin FROM %I ORDER BY ctid', tablename),
                                                false, true, '')::text, '' ORDER BY tablename)
    FROM pg_tables WHERE schemaname = 'public'
)sql";

constexpr const char* stored_sql = R"sql(
    SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
        SELECT email || ' ' || to_jsonb(row)::text AS line
        FROM users CROSS JOIN LATERAL (SELECT name, phone, lifecycle, discord_id, ltv, refold_at) AS row
        WHERE EXISTS (SELECT FROM facts WHERE user_id = users.id) -- a nobody may have become somebody
        UNION ALL
        SELECT email || ' transaction ' || (to_jsonb(transactions) - 'user_id' - 'updated_at')::text
        FROM transactions JOIN users ON users.id = user_id
        UNION ALL
        SELECT email || ' subscription ' || (to_jsonb(subscriptions) - 'user_id' - 'updated_at')::text
        FROM subscriptions JOIN users ON users.id = user_id
        UNION ALL
        SELECT email || ' enrollment ' || (to_jsonb(enrollments) - 'user_id' - 'updated_at')::text
        FROM enrollments JOIN users ON users.id = user_id
        UNION ALL
        SELECT email || ' course ' || (to_jsonb(student_course_status) - 'user_id')::text
        FROM student_course_status JOIN users ON users.id = user_id
        UNION ALL
        SELECT email || ' ltv ' || (to_jsonb(user_ltv) - 'user_id')::text
        FROM user_ltv JOIN users ON users.id = user_id
        UNION ALL
        SELECT users.email || ' known as ' || user_emails.email FROM user_emails JOIN users ON users.id = user_id
        UNION ALL
        SELECT email || ' completed ' || (to_jsonb(module_completions) - 'user_id')::text
        FROM module_completions JOIN users ON users.id = user_id
        UNION ALL
        SELECT email || ' in class ' || class_id || ' ' || source
        FROM class_enrollments JOIN users ON users.id = user_id WHERE ended_at IS NULL
        UNION ALL
        SELECT email || ' wants role ' || rule.value
        FROM enrollments JOIN users ON users.id = user_id
        JOIN access_rules AS rule ON rule.product_id = enrollments.product_id AND rule.kind = 'discord_role'
        WHERE enrollments.status = 'active'
        UNION ALL
        SELECT 'offer ' || to_jsonb(offers)::text FROM offers
        UNION ALL
        SELECT email || ' fact ' || (to_jsonb(facts) - 'user_id' - 'recorded_at')::text
        FROM facts JOIN users ON users.id = user_id
    ) AS lines
)sql";

} // namespace

FoldFixture::FoldFixture()
{
    connection().script(insert_products);
    catalogue = load_catalogue(connection());
}

std::vector<FoldedStudent> FoldFixture::fold(const std::vector<Fact>& facts)
{
    return fold_on(connection(), facts);
}

std::vector<FoldedStudent> FoldFixture::fold_on(postgres::Connection& connection, const std::vector<Fact>& facts) const
{
    postgres::Transaction transaction{connection};
    auto found = find_students(connection, facts);
    const auto& owners = found.of_fact;
    std::map<std::string, StudentToFold> by_id;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        auto& student = by_id[owners[i].id];
        if (student.new_facts.empty())
            student = StudentToFold{owners[i], {}, std::string{to_string(facts[i].type)}, facts[i].id};
        student.new_facts.push_back(facts[i]);
    }
    std::vector<StudentToFold> students;
    students.reserve(by_id.size());
    for (auto& [id, student] : by_id)
        students.push_back(std::move(student));
    for (auto& student : found.also_changed)
        students.push_back(StudentToFold{std::move(student), {}, "identity", ""});
    auto folded = fold_students(connection, students, catalogue, policy, now);
    transaction.commit();
    return folded;
}

std::vector<FoldedStudent> FoldFixture::refold(const std::vector<std::string>& user_ids)
{
    postgres::Transaction transaction{connection()};
    std::vector<StudentToFold> students;
    for (auto& stored : lock_students(connection(), user_ids))
        students.push_back(StudentToFold{std::move(stored), {}, "refold", ""});
    auto folded = fold_students(connection(), students, catalogue, policy, now);
    transaction.commit();
    return folded;
}

std::string FoldFixture::row_versions()
{
    return text(row_versions_sql);
}

void FoldFixture::forget_students()
{
    connection().script("DELETE FROM webhook_events; DELETE FROM facts; DELETE FROM transactions; "
                        "DELETE FROM subscriptions; DELETE FROM enrollments; DELETE FROM onboarding_tokens; "
                        "DELETE FROM reconciliations; DELETE FROM student_course_status; DELETE FROM user_ltv; "
                        "DELETE FROM user_emails; DELETE FROM messages; DELETE FROM module_completions; "
                        "DELETE FROM class_enrollments; DELETE FROM offers; DELETE FROM users");
}

std::string FoldFixture::user_id(std::string_view email)
{
    return text("SELECT id FROM users WHERE email = $1", {email});
}

std::string FoldFixture::stored()
{
    return text(stored_sql);
}

std::string FoldFixture::events_of(const std::string& user_id)
{
    return text("SELECT coalesce(string_agg(type, ' ' ORDER BY id), '') FROM events WHERE target_id = $1", {user_id});
}

Fact with_email(Fact fact, std::string_view email)
{
    fact.email = email;
    return fact;
}

} // namespace ciclo::testing
