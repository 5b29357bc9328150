#pragma once

#include "core/result.hpp"
#include "manychat/pace.hpp"
#include "net/http_client.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// ManyChat's page API (api.manychat.com/swagger), as far as ciclo uses it. The calls that delete a tag from the page,
// and from everybody who has it, are left out on purpose.
namespace ciclo::manychat {

struct Settings {
    std::string api_url; // "https://api.manychat.com"
    std::string api_token;
};

struct Subscriber {
    std::string id; // a number, kept as text
    std::set<std::string> tags;
};

struct CustomField {
    std::string id;
    std::string name; // ManyChat tells no capitals from small letters here
    std::string type;
};

struct Flow {
    std::string ns; // its id
    std::string name;
};

struct NewSubscriber {
    std::string first_name;
    std::string last_name;
    std::string whatsapp_phone; // digits only
    std::string consent_phrase; // what the person agreed to; empty: not sent
};

struct CreatedSubscriber {
    std::optional<Subscriber> subscriber;
    std::string exists_as; // the contact is there already, under this number
};

// One per thread; the pace is shared. Failures are classified as in errors.hpp; `rate_limited` also for a call that
// was not made because its turn is too far away. What a find call refuses counts as not found.
class Client {
public:
    Client(Settings settings, Pace& pace);

    Result<std::string> page_name();
    Result<std::set<std::string>> tags();
    Result<std::vector<CustomField>> custom_fields();
    Result<std::vector<Flow>> flows();
    // `duplicate` when it is there: another worker was faster.
    Result<void> create_tag(std::string_view name);
    Result<void> create_text_field(std::string_view name);

    Result<std::optional<Subscriber>> subscriber(std::string_view id);
    Result<std::optional<Subscriber>> find_by_field(std::string_view field_id, std::string_view value);
    Result<std::optional<Subscriber>> find_by_phone(std::string_view phone);
    Result<std::optional<Subscriber>> find_by_email(std::string_view email);

    // After an unknown outcome only after a new search. `refused` also when the account may not import contacts.
    Result<CreatedSubscriber> create_subscriber(const NewSubscriber& subscriber);

    // All three may be repeated. `not_found`: the tag does not exist on the page, or the subscriber is gone.
    Result<void> add_tag(std::string_view subscriber_id, std::string_view tag);
    Result<void> remove_tag(std::string_view subscriber_id, std::string_view tag);
    Result<void> set_text_fields(std::string_view subscriber_id,
                                 const std::vector<std::pair<std::string, std::string>>& fields); // 20 at most

    // Accepted, not delivered, and never to be repeated after an unknown outcome.
    Result<void> send_flow(std::string_view request);

private:
    struct Call;
    Result<net::HttpAnswer> perform(const Call& call);
    Result<net::HttpAnswer> read(std::string_view endpoint, int per_second);
    Result<void> act(const Call& call);
    Result<std::optional<Subscriber>> find(std::string_view endpoint, int per_second, std::string query);

    Settings settings_;
    Pace& pace_;
    net::HttpClient http_;
};

// The body of send_flow(), kept by the caller before it is sent.
std::string flow_request(std::string_view subscriber_id, std::string_view flow_ns);

// Is it about the subscriber, and not about a tag or a field?
bool is_subscriber_gone(const Error& error);

} // namespace ciclo::manychat
