#include "model/stores/record_facts.hpp"

#include "core/text.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/fact_store.hpp"
#include "model/stores/student_store.hpp"

namespace ciclo::model {

namespace {

using postgres::TextArray;

constexpr const char* access_sql =
    "SELECT user_id, product_id FROM enrollments WHERE user_id = ANY ($1::uuid[]) AND status = 'active'";
constexpr const char* payments_sql = R"sql(
    SELECT code, status, subscriber_code, users.phone IS NOT NULL
    FROM transactions JOIN users ON users.id = user_id WHERE code = ANY ($1::text[])
)sql";
constexpr const char* students_sql =
    "SELECT product_id, count(*) FROM enrollments WHERE status = 'active' GROUP BY product_id";

bool has_access(const StudentView& view, const std::string& product_id)
{
    const auto found = view.enrollments.find(product_id);
    return found != view.enrollments.end() && found->second.status == EnrollmentStatus::active;
}

// One entry for each student, with all of their facts.
std::vector<StudentToFold> group(std::span<const Fact> facts, const FoundStudents& found,
                                 const std::string& correlation_id)
{
    std::vector<StudentToFold> students;
    std::map<std::string, std::size_t> index_of;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const StoredStudent& owner = found.of_fact[i];
        const auto [place, is_new] = index_of.try_emplace(owner.id, students.size());
        if (is_new)
            students.push_back(StudentToFold{owner, {}, std::string{to_string(facts[i].type)}, correlation_id});
        students[place->second].new_facts.push_back(facts[i]);
    }
    for (const StoredStudent& student : found.also_changed)
        students.push_back(StudentToFold{student, {}, "identity", correlation_id});
    return students;
}

} // namespace

RecordedFacts record_facts(postgres::Connection& connection, std::span<const Fact> facts, CatalogueCache& catalogue,
                           const Policy& policy, Time now, const std::string& correlation_id)
{
    RecordedFacts recorded;
    if (facts.empty())
        return recorded;
    const std::vector<Fact> fresh = facts_not_stored(connection, facts);
    if (fresh.empty())
        return recorded;
    recorded.new_facts = fresh.size();
    const FoundStudents found = find_students(connection, fresh);
    const auto students = group(fresh, found, correlation_id);
    postgres::UuidArray known;
    for (const StudentToFold& student : students) {
        if (student.stored.is_new)
            ++recorded.new_students;
        else
            known.add(student.stored.id);
    }
    std::vector<std::pair<std::string, std::string>> before;
    if (!known.empty()) {
        const auto rows = connection.execute(access_sql, {known});
        for (std::size_t i = 0; i < rows.size(); ++i)
            before.emplace_back(rows.text(i, 0), rows.text(i, 1));
    }
    recorded.students = fold_students(connection, students, catalogue.current(connection), policy, now);
    std::map<std::string, const StudentView*> views;
    for (const FoldedStudent& student : recorded.students)
        views[student.user_id] = &student.view;
    for (const auto& access : before)
        if (const auto view = views.find(access.first);
            view != views.end() && !has_access(*view->second, access.second))
            recorded.revoked.push_back(access);
    for (std::size_t i = 0; i < fresh.size(); ++i)
        recorded.user_of_fact[fresh[i].id] = found.of_fact[i].id;
    std::vector<AuditEvent> log;
    for (std::size_t i = 0; i < fresh.size(); ++i)
        log.push_back(AuditEvent{"hotmart." + lower_case(to_string(fresh[i].type)), found.of_fact[i].id,
                                 audit_payload(correlation_id, {{"transaction", fresh[i].transaction},
                                                                {"fact_id", fresh[i].id},
                                                                {"source", fresh[i].source}}),
                                 AuditStatus::processed, "", ""});
    const postgres::Statement last[] = {append_events(log)};
    connection.pipeline(last);
    return recorded;
}

std::map<std::string, KnownPayment> known_payments(postgres::Connection& connection,
                                                   std::span<const std::string> transactions)
{
    TextArray codes;
    for (const auto& code : transactions)
        codes.add(std::string_view{code});
    const auto rows = connection.execute(payments_sql, {codes});
    std::map<std::string, KnownPayment> known;
    for (std::size_t i = 0; i < rows.size(); ++i)
        known[rows.text(i, 0)] = KnownPayment{rows.text(i, 1), rows.text(i, 2), rows.boolean(i, 3)};
    return known;
}

std::map<std::string, std::size_t> students_by_product(postgres::Connection& connection)
{
    const auto rows = connection.execute(students_sql);
    std::map<std::string, std::size_t> students;
    for (std::size_t i = 0; i < rows.size(); ++i)
        students[rows.text(i, 0)] = static_cast<std::size_t>(rows.int64(i, 1));
    return students;
}

} // namespace ciclo::model
