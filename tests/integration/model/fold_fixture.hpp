#pragma once

#include "database_fixture.hpp"
#include "model/rules/catalogue.hpp"
#include "model/stores/projection_store.hpp"
#include "story.hpp"

#include <string>
#include <vector>

namespace ciclo::testing {

// A database with the products of the story, and a worker's way of folding facts into it.
class FoldFixture : public DatabaseFixture {
public:
    FoldFixture();

    // All in one transaction, as one batch of events. Trigger and correlation id come from each student's
    // first fact.
    std::vector<model::FoldedStudent> fold(const std::vector<model::Fact>& facts);
    std::vector<model::FoldedStudent> fold_on(postgres::Connection& connection,
                                              const std::vector<model::Fact>& facts) const;
    // Again, without anything new.
    std::vector<model::FoldedStudent> refold(const std::vector<std::string>& user_ids);

    // Which version of each row of each table there is: the same text before and after means that
    // nothing was written, not even the same values again.
    std::string row_versions();

    std::string user_id(std::string_view email = rita);
    // Everything that is stored about everybody, but for ids and moments of our own making.
    std::string stored();
    std::string events_of(const std::string& user_id); // their types, in order

    // As if nothing had ever happened; the products stay.
    void forget_students();

    model::Catalogue catalogue;
    model::Policy policy;
    Time now = day(200);
};

// The same fact as it would be of somebody else, or with another address.
model::Fact with_email(model::Fact fact, std::string_view email);

} // namespace ciclo::testing
