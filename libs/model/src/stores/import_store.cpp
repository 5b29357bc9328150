#include "model/stores/import_store.hpp"

#include "model/stores/fact_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/student_store.hpp"
#include "stores/merge_students.hpp"

#include <set>

namespace ciclo::model {

namespace {

constexpr const char* new_emails_sql = R"sql(
    INSERT INTO user_emails (email, user_id)
    SELECT email, user_id::uuid FROM unnest($1::text[], $2::text[]) AS new (email, user_id)
    ON CONFLICT (email) DO NOTHING
)sql";

} // namespace

std::size_t count_new_facts(postgres::Connection& connection, std::span<const Fact> facts)
{
    return facts.empty() ? 0 : facts_not_stored(connection, facts).size();
}

Imported import_facts(postgres::Connection& connection, std::span<const Fact> facts, std::string_view correlation_id)
{
    Imported imported;
    if (facts.empty())
        return imported;
    const std::vector<Fact> fresh = facts_not_stored(connection, facts);
    if (fresh.empty())
        return imported;
    const FoundStudents found = find_students(connection, fresh);
    std::vector<OwnedFact> owned;
    std::set<std::string> students;
    std::set<std::string> made;
    postgres::TextArray emails;
    postgres::TextArray owners;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        const StoredStudent& student = found.of_fact[i];
        if (student.is_new && made.insert(student.id).second)
            insert_student(connection, student.id, student.email);
        emails.add(std::string_view{fresh[i].email});
        owners.add(std::string_view{student.id});
        owned.push_back({student.id, fresh[i]});
        students.insert(student.id);
    }
    for (const StoredStudent& student : found.also_changed)
        students.insert(student.id);
    std::vector<WantedReconciliation> folds;
    for (const auto& id : students)
        folds.push_back({id, "lifecycle", std::string{correlation_id}});
    const postgres::Statement statements[] = {
        {new_emails_sql, {emails, owners}}, insert_facts(owned), want_reconciliations(folds)};
    connection.pipeline(statements);
    imported.new_facts = fresh.size();
    imported.new_students = made.size();
    imported.user_ids.assign(students.begin(), students.end());
    return imported;
}

} // namespace ciclo::model
