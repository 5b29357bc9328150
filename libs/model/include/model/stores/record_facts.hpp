#pragma once

#include "core/time.hpp"
#include "model/rules/fact.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/projection_store.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Facts that did not come by webhook: what a job found by asking.
namespace ciclo::model {

struct RecordedFacts {
    std::size_t new_facts = 0;    // not stored before
    std::size_t new_students = 0; // made for them
    std::vector<FoldedStudent> students;
    std::map<std::string, std::string> user_of_fact;          // of the new ones
    std::vector<std::pair<std::string, std::string>> revoked; // user and product: had access before and has none now
};

// Stores them and folds their students, inside the caller's transaction; a fact that is stored already changes nothing.
// Each becomes an audit event as if Hotmart had sent it, with the source. Rolling back undoes all of it, so the caller
// may look at `revoked` first.
RecordedFacts record_facts(postgres::Connection& connection, std::span<const Fact> facts, CatalogueCache& catalogue,
                           const Policy& policy, Time now, const std::string& correlation_id);

// What we hold of a payment, to tell whether the outside knows something newer.
struct KnownPayment {
    std::string status; // as stored: "APPROVED" ...
    std::string subscriber_code;
    bool has_phone = false; // its student
};

std::map<std::string, KnownPayment> known_payments(postgres::Connection& connection,
                                                   std::span<const std::string> transactions);

// How many have access, by product.
std::map<std::string, std::size_t> students_by_product(postgres::Connection& connection);

} // namespace ciclo::model
