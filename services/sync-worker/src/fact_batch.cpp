#include "fact_batch.hpp"

#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "worker/downstream.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ciclo::sync_worker {

namespace {

// Locks and memory of one transaction stay small.
constexpr std::size_t facts_at_once = 100;

std::vector<model::Fact> read_held_back(const std::string& checkpoint)
{
    std::vector<model::Fact> facts;
    const auto document = JsonDocument::parse(checkpoint);
    if (!document)
        return facts;
    const JsonView list = document->root()["held_back"];
    for (std::size_t i = 0; i < list.size(); ++i) {
        const JsonView one = list.element(i);
        auto fact = model::decode_fact(one["id"].text(), one["type"].text(), one["at"].time().value_or(Time{}),
                                       one["body"].text());
        if (fact)
            facts.push_back(std::move(*fact));
    }
    return facts;
}

} // namespace

FactBatch::FactBatch(jobs::JobContext& job, const FoldPolicy& policy, rabbitmq::Publisher& publisher)
    : job_(job), policy_(policy), publisher_(publisher), students_(model::students_by_product(job.connection())),
      held_back_(read_held_back(job.checkpoint()))
{
    policy_.brake.approved_people = std::max(policy_.brake.approved_people, job.approved_people());
    job.count("facts", 0);
    job.count("students_created", 0);
}

std::string FactBatch::checkpoint() const
{
    JsonWriter held;
    held.begin_array();
    for (const model::Fact& fact : held_back_)
        held.begin_object()
            .member("id", fact.id)
            .member("type", to_string(fact.type))
            .member("at", to_iso8601(fact.occurred_at))
            .member("body", encode_body(fact))
            .end_object();
    held.end_array();
    return fmt::format("{{{}{}\"held_back\":{}}}", position_, position_.empty() ? "" : ",", held.text());
}

void FactBatch::save_position()
{
    job_.save(checkpoint());
}

Result<void> FactBatch::record(std::vector<model::Fact> facts)
{
    // One student's facts stay together.
    std::stable_sort(facts.begin(), facts.end(),
                     [](const model::Fact& a, const model::Fact& b) { return a.email < b.email; });
    for (std::size_t first = 0; first < facts.size();) {
        std::size_t last = std::min(first + facts_at_once, facts.size());
        while (last < facts.size() && facts[last].email == facts[last - 1].email)
            ++last;
        if (const auto done = record_some(std::span{facts}.subspan(first, last - first)); !done)
            return done;
        first = last;
    }
    return {};
}

Result<void> FactBatch::record_some(std::span<const model::Fact> facts)
{
    job_.pause_point();
    std::set<std::string> losers;
    std::vector<model::Fact> rest;
    {
        postgres::Transaction transaction{job_.connection()};
        const auto recorded =
            model::record_facts(job_.connection(), facts, catalogue_, policy_.fold, now(), job_.correlation_id());
        if (recorded.revoked.empty()) {
            if (recorded.new_facts == 0)
                return {};
            job_.count("facts", static_cast<std::int64_t>(recorded.new_facts));
            job_.count("students_created", static_cast<std::int64_t>(recorded.new_students));
            save_position();
            transaction.commit();
            worker::ring_downstream(publisher_, recorded.students);
            return {};
        }
        // Rolled back: the students who would lose something wait, the others are recorded without them.
        for (const auto& revoked : recorded.revoked) {
            losers.insert(revoked.first);
            revocations_.insert(revoked);
        }
        for (const model::Fact& fact : facts) {
            const auto owner = recorded.user_of_fact.find(fact.id);
            if (owner != recorded.user_of_fact.end() && losers.contains(owner->second))
                held_back_.push_back(fact);
            else
                rest.push_back(fact);
        }
    }
    if (const auto allowed = check_brake(); !allowed)
        return allowed;
    if (rest.size() == facts.size())
        return Error{ErrorKind::internal, "students lose access by facts that are not theirs", {}};
    return rest.empty() ? Result<void>{} : record_some(rest);
}

Result<void> FactBatch::check_brake()
{
    std::vector<model::Revocation> revocations;
    for (const auto& [user_id, product_id] : revocations_)
        revocations.push_back(model::Revocation{user_id, product_id});
    const auto decision = model::decide_brake(revocations, students_, policy_.brake);
    if (!decision.stops)
        return {};
    job_.count(model::brake_counter, static_cast<std::int64_t>(decision.people.size()));
    return Error{
        ErrorKind::refused, fmt::format("{} Students: {}", decision.reason, fmt::join(decision.people, ", ")), {}};
}

Result<void> FactBatch::finish()
{
    if (held_back_.empty())
        return {};
    job_.pause_point();
    postgres::Transaction transaction{job_.connection()};
    const auto recorded =
        model::record_facts(job_.connection(), held_back_, catalogue_, policy_.fold, now(), job_.correlation_id());
    revocations_.clear();
    revocations_.insert(recorded.revoked.begin(), recorded.revoked.end());
    if (const auto allowed = check_brake(); !allowed)
        return allowed;
    held_back_.clear();
    job_.count("facts", static_cast<std::int64_t>(recorded.new_facts));
    job_.count("revoked", static_cast<std::int64_t>(recorded.revoked.size()));
    save_position();
    transaction.commit();
    worker::ring_downstream(publisher_, recorded.students);
    return {};
}

} // namespace ciclo::sync_worker
