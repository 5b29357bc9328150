#pragma once

#include "core/result.hpp"
#include "jobs/job_context.hpp"
#include "model/policy.hpp"
#include "model/rules/brake.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/record_facts.hpp"
#include "rabbitmq/publisher.hpp"

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ciclo::sync_worker {

struct FoldPolicy {
    model::Policy fold;
    model::BrakePolicy brake;
};

// Records the facts that a run finds, page by page, each page with the run's checkpoint in one transaction, and rings
// for the students whom they change. Facts that would take access away are held back until finish(), and stop the run
// when they are too many. Counts `facts` and `students_created`.
class FactBatch {
public:
    // Facts held back by an earlier attempt are taken over from its checkpoint.
    FactBatch(jobs::JobContext& job, const FoldPolicy& policy, rabbitmq::Publisher& publisher);

    // Where the next attempt goes on: members of a JSON object, e.g. R"("done":7)".
    void set_position(std::string members) { position_ = std::move(members); }
    void save_position();

    // An Error when the run must stop: it would revoke too much.
    Result<void> record(std::vector<model::Fact> facts);
    Result<void> finish();

private:
    Result<void> record_some(std::span<const model::Fact> facts);
    Result<void> check_brake();
    std::string checkpoint() const;

    jobs::JobContext& job_;
    FoldPolicy policy_;
    rabbitmq::Publisher& publisher_;
    model::CatalogueCache catalogue_;
    std::map<std::string, std::size_t> students_; // with access, by product, before the run
    std::string position_;
    std::vector<model::Fact> held_back_;
    std::set<std::pair<std::string, std::string>> revocations_; // user and product
};

} // namespace ciclo::sync_worker
