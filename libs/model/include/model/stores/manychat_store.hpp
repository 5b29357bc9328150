#pragma once

#include "core/time.hpp"
#include "model/rules/manychat_wish.hpp"
#include "postgres/connection.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

// What ManyChat should show for a student, and what was done there.
namespace ciclo::model {

struct ManychatWish {
    std::string user_id;
    ContactProfile profile;    // phone_digits empty: no phone that can be understood
    std::string phone;         // as the buyer gave it
    std::string subscriber_id; // empty: not known yet
    std::set<std::string> tags;
    std::vector<CourseStanding> courses;
    std::vector<std::string> product_names; // with access now
    std::set<std::string> product_ids;      // the same
    bool given_up = false;                  // what failed before, and waits for a person

    // As applied last.
    std::set<std::string> applied_tags;
    std::string applied_fields; // digest
    std::optional<Time> seen_at;
    std::string sought_as; // digest of what a search that found nobody was made with
    std::optional<Time> sought_at;
    std::string not_found_because;
};

// From the tables, at this moment, for those of the users that exist, in their order.
std::vector<ManychatWish> read_manychat_wishes(postgres::Connection& connection,
                                               const std::vector<std::string>& user_ids);
std::optional<ManychatWish> read_manychat_wish(postgres::Connection& connection, const std::string& user_id);

// Every tag that ciclo may give by its present catalogue.
std::set<std::string> managed_manychat_tags(postgres::Connection& connection);

// The next users after `after` (empty: the first) who have, or had, something in ManyChat; of one product when
// it is named. Ordered by id.
std::vector<std::string> manychat_page(postgres::Connection& connection, const std::string& after,
                                       const std::string& product_id, int most);
std::int64_t count_manychat_students(postgres::Connection& connection, const std::string& product_id);

// False when the contact belongs to another student already.
bool claim_subscriber(postgres::Connection& connection, const std::string& user_id, const std::string& subscriber_id);
// The contact is gone from ManyChat, and with it what was applied.
void forget_subscriber(postgres::Connection& connection, const std::string& user_id);

// Only the time at which the contact was seen may differ from what is stored.
struct AppliedContact {
    std::string user_id;
    std::set<std::string> tags;
    std::string fields; // digest; empty: not set completely
};
postgres::Statement record_applied(const AppliedContact& applied);

// A search that found nobody, so that the next one need not be made at once with the same words.
void record_not_found(postgres::Connection& connection, const std::string& user_id, const std::string& sought_as,
                      const std::string& because);

struct QueuedFlow {
    std::string message_id;
    std::string correlation_id;
};

// Flows that wait for the student's contact to be up to date, and for their first attempt.
std::vector<QueuedFlow> queued_flows(postgres::Connection& connection, const std::string& user_id);

struct StudentFlow {
    std::string id; // of the message
    std::string purpose;
    std::string product_id; // of a flow that an access rule started
    std::string flow_ns;    // the same
    bool is_open = false;   // waits, or is being sent
    std::optional<Time> sent_at;
};

// All flows that were ever wanted for the student, in the order of their making.
std::vector<StudentFlow> flows_of_student(postgres::Connection& connection, const std::string& user_id);

struct ChosenFlow {
    std::string used_for; // "welcome", or the product whose access rule names it
    std::string flow_ns;
    bool is_rule = false;
};

// By the settings and the access rules.
std::vector<ChosenFlow> chosen_manychat_flows(postgres::Connection& connection);

// One at a time for each contact: fields belong to the contact, not to the flow that reads them. Held until
// destroyed, or until the connection ends.
class ContactLock {
public:
    ContactLock(postgres::Connection& connection, const std::string& user_id);
    ~ContactLock();
    ContactLock(const ContactLock&) = delete;
    ContactLock& operator=(const ContactLock&) = delete;

    bool held() const noexcept { return held_; }

private:
    postgres::Connection& connection_;
    std::string key_;
    bool held_;
};

} // namespace ciclo::model
