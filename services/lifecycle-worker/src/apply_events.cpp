#include "apply_events.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "model/rules/hotmart_event.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/student_store.hpp"

#include <fmt/core.h>

#include <map>
#include <utility>
#include <variant>

namespace ciclo::lifecycle {

namespace {

using model::AuditEvent;
using model::AuditStatus;
using model::Fact;
using model::FactType;
using model::ReceivedEvent;
using model::StoredStudent;
using model::WebhookOutcome;
using model::WebhookStatus;

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

// The events of one batch, sorted by what can be done with them.
struct Reading {
    std::vector<Fact> facts;
    std::vector<WebhookOutcome> others; // finished without a fact
};

model::ReadEvent read(const ReceivedEvent& event)
{
    const auto document = JsonDocument::parse(event.payload);
    if (!document)
        return model::IncompleteEvent{"the stored payload is not JSON: " + document.error().detail};
    return model::read_hotmart_event(event.id, document->root(), event.received_at);
}

Reading read_all(std::span<const ReceivedEvent> events)
{
    Reading reading;
    for (const ReceivedEvent& event : events) {
        const auto other = [&](WebhookStatus status, std::string reason) {
            reading.others.push_back(WebhookOutcome{event.id, status, std::move(reason)});
        };
        std::visit(Overloaded{
                       [&](Fact&& fact) { reading.facts.push_back(std::move(fact)); },
                       [&](model::UnknownEvent&&) { other(WebhookStatus::ignored, "unknown type of event"); },
                       [&](model::DeferredEvent&&) {
                           other(WebhookStatus::deferred, "this version does not act on this type of event yet");
                       },
                       [&](model::IncompleteEvent&& incomplete) {
                           other(WebhookStatus::unprocessed, std::move(incomplete.reason));
                       },
                   },
                   read(event));
    }
    return reading;
}

std::string unmapped_reason(const model::TransactionView& transaction)
{
    std::string tried;
    for (const model::Candidate& candidate : transaction.candidates)
        tried += (tried.empty() ? "" : ", ") + candidate.text();
    return fmt::format("no active product has any of these identifiers: {}. Add one of them to a product",
                       tried.empty() ? "(none told)" : tried);
}

WebhookOutcome outcome_of(const Fact& fact, const model::StudentView& view)
{
    if (fact.type == FactType::subscription_cancellation) {
        const auto found = view.subscriptions.find(fact.subscriber_code);
        if (found == view.subscriptions.end() || !found->second.purchase_seen)
            return {fact.id, WebhookStatus::no_match,
                    "no purchase of this subscriber is known yet; it counts as soon as one arrives"};
        return {fact.id, WebhookStatus::processed, ""};
    }
    if (fact.email == model::unknown_email)
        return {fact.id, WebhookStatus::unprocessed,
                "data.buyer.email is missing: the payment is recorded, but nobody can be given access"};
    const auto& transaction = view.transactions.at(fact.transaction);
    if (transaction.product_id.empty())
        return {fact.id, WebhookStatus::unprocessed, unmapped_reason(transaction)};
    return {fact.id, WebhookStatus::processed, ""};
}

AuditStatus audit_status(WebhookStatus status)
{
    switch (status) {
    case WebhookStatus::processed:
    case WebhookStatus::no_match:
        return AuditStatus::processed;
    case WebhookStatus::ignored:
    case WebhookStatus::deferred:
        return AuditStatus::ignored;
    case WebhookStatus::unprocessed:
    case WebhookStatus::failed:
        return AuditStatus::failed;
    }
    return AuditStatus::failed;
}

AuditEvent audit(const WebhookOutcome& outcome, const std::string& event_type, const std::string& user_id,
                 const std::string& transaction)
{
    return AuditEvent{"hotmart." + lower_case(event_type),
                      user_id,
                      model::audit_payload(outcome.id, {{"transaction", transaction}}),
                      audit_status(outcome.status),
                      outcome.reason,
                      ""};
}

// One entry for each student, with all of the batch's facts about them.
struct Students {
    std::vector<model::StudentToFold> to_fold;
    std::vector<std::size_t> of_fact; // index into to_fold, for each fact
};

Students group(std::span<const Fact> facts, std::vector<StoredStudent> owners)
{
    Students students;
    std::map<std::string, std::size_t> index_of;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const auto [place, is_new] = index_of.try_emplace(owners[i].id, students.to_fold.size());
        if (is_new)
            students.to_fold.push_back(
                model::StudentToFold{std::move(owners[i]), {}, std::string{to_string(facts[i].type)}, facts[i].id});
        students.to_fold[place->second].new_facts.push_back(facts[i]);
        students.of_fact.push_back(place->second);
    }
    return students;
}

} // namespace

Applied apply_events(postgres::Connection& connection, std::span<const std::string> ids,
                     model::CatalogueCache& catalogue, const model::Policy& policy, const Clock& clock)
{
    postgres::Transaction transaction{connection};
    const auto events = model::claim_webhook_events(connection, ids);
    Applied applied;
    if (events.empty())
        return applied;
    std::map<std::string_view, const ReceivedEvent*> event_of;
    for (const ReceivedEvent& event : events)
        event_of[event.id] = &event;

    Reading reading = read_all(events);
    std::vector<AuditEvent> log;
    for (const WebhookOutcome& outcome : reading.others)
        log.push_back(audit(outcome, event_of.at(outcome.id)->event_type, "", ""));
    applied.outcomes = std::move(reading.others);

    if (!reading.facts.empty()) {
        auto owners = model::StudentFinder{connection}.find(reading.facts);
        const Students students = group(reading.facts, std::move(owners));
        applied.students =
            model::fold_students(connection, students.to_fold, catalogue.current(connection), policy, clock());
        for (std::size_t i = 0; i < reading.facts.size(); ++i) {
            const Fact& fact = reading.facts[i];
            const model::FoldedStudent& student = applied.students[students.of_fact[i]];
            applied.outcomes.push_back(outcome_of(fact, student.view));
            log.push_back(
                audit(applied.outcomes.back(), event_of.at(fact.id)->event_type, student.user_id, fact.transaction));
        }
    }
    const postgres::Statement last[] = {model::append_events(log), model::finish_webhook_events(applied.outcomes)};
    connection.pipeline(last);
    transaction.commit();
    return applied;
}

} // namespace ciclo::lifecycle
