#include "model/stores/apply_events.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "model/rules/hotmart_event.hpp"
#include "model/stores/event_log.hpp"
#include "model/stores/student_store.hpp"

#include <fmt/core.h>

#include <map>
#include <set>
#include <utility>
#include <variant>

namespace ciclo::model {

namespace {

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

ReadEvent read(const ReceivedEvent& event)
{
    const auto document = JsonDocument::parse(event.payload);
    if (!document)
        return IncompleteEvent{"the stored payload is not JSON: " + document.error().detail};
    return read_hotmart_event(event.id, document->root(), event.received_at);
}

Reading read_all(std::span<const ReceivedEvent> events)
{
    Reading reading;
    for (const ReceivedEvent& event : events) {
        const auto other = [&](WebhookStatus status, std::string reason) {
            reading.others.push_back(WebhookOutcome{event.id, status, std::move(reason)});
        };
        std::visit(
            Overloaded{
                [&](Fact&& fact) { reading.facts.push_back(std::move(fact)); },
                [&](UnknownEvent&&) { other(WebhookStatus::ignored, "unknown type of event"); },
                [&](IncompleteEvent&& incomplete) { other(WebhookStatus::unprocessed, std::move(incomplete.reason)); },
            },
            read(event));
    }
    return reading;
}

std::string unmapped_reason(const TransactionView& transaction)
{
    std::string tried;
    for (const Candidate& candidate : transaction.candidates)
        tried += (tried.empty() ? "" : ", ") + candidate.text();
    return fmt::format("no active product has any of these identifiers: {}. Add one of them to a product",
                       tried.empty() ? "(none told)" : tried);
}

WebhookOutcome outcome_of(const Fact& fact, const StudentView& view)
{
    if (!is_purchase(fact.type) && !fact.subscriber_code.empty()) {
        const auto found = view.subscriptions.find(fact.subscriber_code);
        if (found == view.subscriptions.end() || !found->second.purchase_seen)
            return {fact.id, WebhookStatus::no_match,
                    "no purchase of this subscriber is known yet; it counts as soon as one arrives"};
        return {fact.id, WebhookStatus::processed, ""};
    }
    if (!is_purchase(fact.type))
        return {fact.id, WebhookStatus::processed, ""};
    if (view.email == unknown_email)
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
    return AuditEvent{
        "hotmart." + lower_case(event_type), user_id,        audit_payload(outcome.id, {{"transaction", transaction}}),
        audit_status(outcome.status),        outcome.reason, ""};
}

// One entry for each student, with all of the batch's facts about them.
struct Students {
    std::vector<StudentToFold> to_fold;
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
                StudentToFold{std::move(owners[i]), {}, std::string{to_string(facts[i].type)}, facts[i].id});
        students.to_fold[place->second].new_facts.push_back(facts[i]);
        students.of_fact.push_back(place->second);
    }
    return students;
}

// A retry that went well makes the old failure `processed` instead of adding an entry.
void settle_retries(postgres::Connection& connection, std::span<const ReceivedEvent> events,
                    std::span<const WebhookOutcome> outcomes, std::vector<AuditEvent>& log)
{
    std::set<std::string_view> retried;
    for (const ReceivedEvent& event : events)
        if (event.is_retry)
            retried.insert(event.id);
    std::vector<std::string> mended;
    for (const WebhookOutcome& outcome : outcomes)
        if (retried.contains(outcome.id) && audit_status(outcome.status) == AuditStatus::processed)
            mended.push_back(outcome.id);
    if (mended.empty())
        return;
    const auto settled = settle_failed_events(connection, mended);
    std::vector<AuditEvent> remaining;
    for (std::size_t i = 0; i < outcomes.size(); ++i) // one entry for each outcome, in the same order
        if (!settled.contains(outcomes[i].id))
            remaining.push_back(std::move(log[i]));
    log = std::move(remaining);
}

} // namespace

Applied apply_events(postgres::Connection& connection, std::span<const std::string> ids, CatalogueCache& catalogue,
                     const Policy& policy, const Clock& clock)
{
    postgres::Transaction transaction{connection};
    const auto events = claim_webhook_events(connection, ids);
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
        FoundStudents found = find_students(connection, reading.facts);
        Students students = group(reading.facts, std::move(found.of_fact));
        for (StoredStudent& student : found.also_changed)
            students.to_fold.push_back(StudentToFold{std::move(student), {}, "identity", ""});
        applied.students = fold_students(connection, students.to_fold, catalogue.current(connection), policy, clock());
        for (std::size_t i = 0; i < reading.facts.size(); ++i) {
            const Fact& fact = reading.facts[i];
            const FoldedStudent& student = applied.students[students.of_fact[i]];
            applied.outcomes.push_back(outcome_of(fact, student.view));
            log.push_back(
                audit(applied.outcomes.back(), event_of.at(fact.id)->event_type, student.user_id, fact.transaction));
        }
    }
    settle_retries(connection, events, applied.outcomes, log);
    std::vector<postgres::Statement> last{finish_webhook_events(applied.outcomes)};
    if (!log.empty())
        last.push_back(append_events(log));
    connection.pipeline(last);
    transaction.commit();
    return applied;
}

} // namespace ciclo::model
