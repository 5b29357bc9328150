#include "sync_contact.hpp"

#include "core/log.hpp"
#include "model/stores/event_log.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ciclo::manychat_worker {

namespace {

using model::AuditEvent;
using model::ManychatWish;

// Does the failure concern one tag only, so that the others can be tried?
bool concerns_one_tag(const Error& error)
{
    return error.kind == ErrorKind::refused || error.kind == ErrorKind::internal;
}

// The changes of one contact's tags, and what came of them.
class TagChanges {
public:
    TagChanges(const Tools& tools, const ManychatWish& wish, const std::string& correlation_id,
               manychat::Subscriber& contact)
        : tools_(tools), wish_(wish), correlation_id_(correlation_id), contact_(contact)
    {
    }

    // The old status first: a contact never shows two.
    void apply(const model::TagDifference& difference)
    {
        for (const auto& tag : difference.to_remove)
            if (may_go_on())
                remove(tag);
        for (const auto& tag : difference.to_add)
            if (may_go_on())
                add(tag);
    }

    const Result<void>& outcome() const noexcept { return outcome_; }
    const std::vector<AuditEvent>& events() const noexcept { return events_; }

    // Status tags that were given, just now or by an attempt that could not note it any more.
    int status_changes() const
    {
        std::set<std::string> changed;
        for (const auto& one : wish_.courses)
            if (const auto tag = model::status_tag(one.course, one.status);
                given_.contains(tag) || (contact_.tags.contains(tag) && !wish_.applied_tags.contains(tag)))
                changed.insert(tag);
        return static_cast<int>(changed.size());
    }

private:
    bool may_go_on() const { return outcome_.has_value() || concerns_one_tag(outcome_.error()); }

    void add(const std::string& tag)
    {
        auto added = tools_.client.add_tag(contact_.id, tag);
        if (!added && added.error().kind == ErrorKind::not_found && !manychat::is_subscriber_gone(added.error())) {
            // The page does not know the tag; another worker may make it in the same moment.
            const auto made = tools_.client.create_tag(tag);
            if (!made && made.error().kind != ErrorKind::duplicate) {
                failed("tag \"" + tag + "\" cannot be made: ", made.error());
                return;
            }
            added = tools_.client.add_tag(contact_.id, tag);
        }
        if (!added) {
            failed("tag \"" + tag + "\" cannot be given: ", added.error());
            return;
        }
        contact_.tags.insert(tag);
        given_.insert(tag);
        log(tag, "manychat.tag_added");
    }

    void remove(const std::string& tag)
    {
        const auto removed = tools_.client.remove_tag(contact_.id, tag);
        // A tag that the page does not know is gone, which is what we want.
        const bool is_gone =
            !removed && removed.error().kind == ErrorKind::not_found && !manychat::is_subscriber_gone(removed.error());
        if (!removed && !is_gone) {
            failed("tag \"" + tag + "\" cannot be taken: ", removed.error());
            return;
        }
        contact_.tags.erase(tag);
        log(tag, "manychat.tag_removed");
    }

    void log(const std::string& tag, std::string_view type)
    {
        events_.push_back({std::string{type}, wish_.user_id, model::audit_payload(correlation_id_, {{"tag", tag}}),
                           model::AuditStatus::processed, "", ""});
    }

    void failed(const std::string& what, Error error)
    {
        error.detail = what + error.detail;
        // The contact went away under our hands: the next attempt looks for it anew.
        if (error.kind == ErrorKind::not_found)
            error.kind = ErrorKind::unavailable;
        // Something that stops everything counts more than a single tag's trouble.
        if (outcome_ || !concerns_one_tag(error))
            outcome_ = std::move(error);
    }

    const Tools& tools_;
    const ManychatWish& wish_;
    const std::string& correlation_id_;
    manychat::Subscriber& contact_;
    Result<void> outcome_;
    std::vector<AuditEvent> events_;
    std::set<std::string> given_;
};

void store(const Tools& tools, const model::AppliedContact& applied, const std::vector<AuditEvent>& events)
{
    std::vector<postgres::Statement> statements{model::record_applied(applied)};
    if (!events.empty())
        statements.push_back(model::append_events(events));
    tools.connection.pipeline(statements);
}

} // namespace

bool is_applied(const ManychatWish& wish, const std::string& phone_field)
{
    return !wish.subscriber_id.empty() && wish.tags == wish.applied_tags &&
           model::digest_of(model::custom_fields(wish.profile, phone_field)) == wish.applied_fields;
}

Result<void> set_fields(const Tools& tools, const std::string& subscriber_id, const model::CustomFields& fields)
{
    if (fields.empty())
        return {}; // ManyChat refuses an empty list
    if (const auto there = tools.page.ensure_fields(tools.client, fields); !there)
        return there.error();
    const auto set = tools.client.set_text_fields(subscriber_id, fields);
    if (set || (set.error().kind != ErrorKind::not_found && set.error().kind != ErrorKind::refused))
        return set;
    // Somebody may have deleted a field; and whether ManyChat takes an empty value is not known.
    tools.page.forget();
    if (const auto there = tools.page.ensure_fields(tools.client, fields); !there)
        return there.error();
    auto filled = fields;
    std::erase_if(filled, [](const auto& field) { return field.second.empty(); });
    auto again = tools.client.set_text_fields(subscriber_id, filled);
    if (!again && again.error().kind == ErrorKind::not_found)
        return Error{ErrorKind::unavailable, again.error().detail, {}};
    return again;
}

Result<SyncedContact> sync_contact(const Tools& tools, const ManychatWish& wish, const ContactSync& sync)
{
    const auto fields = model::custom_fields(wish.profile, tools.page.phone_field());
    const auto digest = model::digest_of(fields);
    if (wish.subscriber_id.empty()) {
        if (wish.tags.empty() && wish.applied_tags.empty())
            return SyncedContact{SyncOutcome::not_needed, "", 0};
        if (wish.profile.phone_digits.empty())
            return SyncedContact{SyncOutcome::no_phone, "", 0};
    } else if (is_applied(wish, tools.page.phone_field()) && !sync.read_back) {
        return SyncedContact{SyncOutcome::unchanged, wish.subscriber_id, 0};
    }
    auto contact = find_contact(tools, wish, sync.may_create);
    if (!contact)
        return contact.error();

    auto ours = sync.managed;
    ours.insert(wish.applied_tags.begin(), wish.applied_tags.end());
    TagChanges changes{tools, wish, sync.correlation_id, *contact};
    changes.apply(model::tag_difference(wish.tags, contact->tags, ours));
    Result<void> outcome = changes.outcome();
    bool fields_set = contact->id == wish.subscriber_id && digest == wish.applied_fields;
    if (!fields_set && (outcome || concerns_one_tag(outcome.error()))) {
        const auto set = set_fields(tools, contact->id, fields);
        fields_set = set.has_value();
        if (!set && outcome)
            outcome = set.error();
    }

    ours.insert(wish.tags.begin(), wish.tags.end());
    model::AppliedContact applied{wish.user_id, {}, fields_set ? digest : ""};
    std::set_intersection(contact->tags.begin(), contact->tags.end(), ours.begin(), ours.end(),
                          std::inserter(applied.tags, applied.tags.end()));
    postgres::Transaction transaction{tools.connection};
    store(tools, applied, changes.events());
    if (outcome && sync.when_stored)
        sync.when_stored(changes.status_changes());
    transaction.commit();
    if (!outcome)
        return outcome.error();
    return SyncedContact{SyncOutcome::changed, contact->id, changes.status_changes()};
}

} // namespace ciclo::manychat_worker
