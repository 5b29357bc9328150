#include "model/stores/courtesy_store.hpp"

#include "model/stores/event_log.hpp"
#include "model/stores/fact_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/student_store.hpp"

#include <map>
#include <set>
#include <stdexcept>

namespace ciclo::model {

std::vector<std::string> grant_courtesies(postgres::Connection& connection, std::span<const Courtesy> courtesies,
                                          Time now)
{
    std::vector<Fact> facts;
    for (const Courtesy& courtesy : courtesies)
        facts.push_back(courtesy_fact(courtesy, now));
    postgres::Transaction transaction{connection};
    const FoundStudents found = find_students(connection, facts);
    std::vector<OwnedFact> owned;
    std::vector<AuditEvent> events;
    std::map<std::string, std::string> students; // with a correlation id
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const StoredStudent& student = found.of_fact[i];
        if (student.is_new)
            throw std::invalid_argument{"a courtesy for nobody we know"};
        owned.push_back({student.id, facts[i]});
        students.emplace(student.id, facts[i].id);
        events.push_back({"access.courtesy_granted", student.id,
                          audit_payload(facts[i].id, {{"product_id", courtesies[i].product_id},
                                                      {"reason", courtesies[i].reason},
                                                      {"until", to_iso8601(courtesies[i].until)}}),
                          AuditStatus::processed, "", ""});
    }
    std::vector<WantedReconciliation> folds;
    std::vector<std::string> ids;
    for (const auto& [id, correlation] : students) {
        folds.push_back({id, "lifecycle", correlation});
        ids.push_back(id);
    }
    if (!owned.empty()) {
        const postgres::Statement statements[] = {insert_facts(owned), append_events(events),
                                                  want_reconciliations(folds)};
        connection.pipeline(statements);
    }
    transaction.commit();
    return ids;
}

} // namespace ciclo::model
