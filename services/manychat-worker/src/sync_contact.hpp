#pragma once

#include "find_contact.hpp"

#include <functional>
#include <set>
#include <string>

namespace ciclo::manychat_worker {

struct ContactSync {
    std::set<std::string> managed; // managed_manychat_tags(), read once for many students
    std::string correlation_id;
    MayCreate may_create = MayCreate::yes;
    bool read_back = false; // look even when nothing of ours has changed
    // Called in the transaction that notes the contact as made equal, with the status tags given.
    std::function<void(int status_changes)> when_stored{};
};

enum class SyncOutcome {
    unchanged,  // as it was applied last: no call, no write
    changed,    // made equal
    no_phone,   // there is nothing to find a contact by
    not_needed, // no course, and never was one
};

struct SyncedContact {
    SyncOutcome outcome;
    std::string subscriber_id; // empty when there is no contact
    int status_changes = 0;    // status tags given, by this or an attempt before that was cut short
};

// Makes the tags and custom fields of one contact equal to what the tables say; the caller holds its lock. What was
// done is stored and logged, also when something failed on the way. One tag that cannot be given does not hold back
// the others; the first failure is the answer, `not_found` when the student has no contact. May be repeated.
Result<SyncedContact> sync_contact(const Tools& tools, const model::ManychatWish& wish, const ContactSync& sync);

// Is a call needed at all?
bool is_applied(const model::ManychatWish& wish, const std::string& phone_field);

// Missing fields are made, and a page that was changed meanwhile is read again.
Result<void> set_fields(const Tools& tools, const std::string& subscriber_id, const model::CustomFields& fields);

} // namespace ciclo::manychat_worker
