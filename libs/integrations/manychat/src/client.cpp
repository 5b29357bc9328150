#include "manychat/client.hpp"

#include "answers.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "manychat/errors.hpp"
#include "net/url.hpp"

#include <fmt/core.h>

#include <thread>

namespace ciclo::manychat {

namespace {

using namespace std::chrono_literals;

// Longer waits go back to the caller, whose thread has other students to serve.
constexpr auto longest_wait = 3s;

// Calls a second that ManyChat allows (its specification, "Rate limits").
constexpr int reading_limit = 100;
constexpr int search_limit = 50;
constexpr int sending_limit = 20;
constexpr int limit = 10;

bool is_number(std::string_view id)
{
    return !id.empty() && id.size() <= 19 && id.find_first_not_of("0123456789") == std::string_view::npos;
}

// {"subscriber_id": 1200000001, ...: ids are numbers in requests, and 64 bits wide.
void begin_about(JsonWriter& json, std::string_view subscriber_id)
{
    json.begin_object().member_raw("subscriber_id", is_number(subscriber_id) ? subscriber_id : "0");
}

std::string tag_body(std::string_view subscriber_id, std::string_view tag)
{
    JsonWriter json;
    begin_about(json, subscriber_id);
    json.member("tag_name", tag).end_object();
    return std::string{json.text()};
}

} // namespace

struct Client::Call {
    std::string_view method;
    std::string_view endpoint; // below /fb/
    int per_second;
    Repeat repeat = Repeat::harmless;
    std::string query{};
    std::string body{};
};

Client::Client(Settings settings, Pace& pace) : settings_(std::move(settings)), pace_(pace) {}

Result<net::HttpAnswer> Client::perform(const Call& call)
{
    const auto wait = pace_.reserve(call.endpoint, call.per_second);
    if (wait > longest_wait)
        return Error{ErrorKind::rate_limited, "waiting for ManyChat's rate limit", wait};
    std::this_thread::sleep_for(wait);

    net::HttpCall request{std::string{call.method},
                          fmt::format("{}/fb/{}{}", settings_.api_url, call.endpoint, call.query)};
    request.headers = {{"Authorization", "Bearer " + settings_.api_token},
                       {"Accept", "application/json"},
                       {"User-Agent", "ciclo/0.1"}};
    if (!call.body.empty())
        request.headers.push_back({"Content-Type", "application/json"});
    request.body = call.body;
    // What must not be repeated goes out on a connection of its own: a kept one may be closed by the other side at
    // the same moment, and then nobody could tell whether it was done.
    net::HttpClient fresh;
    auto answer = (call.repeat == Repeat::twice ? fresh : http_).send(request);
    if (answer && classify(*answer, call.repeat).kind == ErrorKind::rate_limited)
        pace_.hold(call.endpoint, classify(*answer, call.repeat).retry_after);
    return answer;
}

Result<net::HttpAnswer> Client::read(std::string_view endpoint, int per_second)
{
    auto answer = perform({"GET", endpoint, per_second});
    if (answer && !is_success(*answer))
        return classify(*answer, Repeat::harmless);
    return answer;
}

Result<void> Client::act(const Call& call)
{
    const auto answer = perform(call);
    if (!answer)
        return answer.error();
    if (!is_success(*answer))
        return classify(*answer, call.repeat);
    return {};
}

Result<std::string> Client::page_name()
{
    const auto answer = read("page/getInfo", reading_limit);
    if (!answer)
        return answer.error();
    return read_page_name(answer->body);
}

Result<std::set<std::string>> Client::tags()
{
    const auto answer = read("page/getTags", reading_limit);
    if (!answer)
        return answer.error();
    return read_tags(answer->body);
}

Result<std::vector<CustomField>> Client::custom_fields()
{
    const auto answer = read("page/getCustomFields", reading_limit);
    if (!answer)
        return answer.error();
    return read_fields(answer->body);
}

Result<std::vector<Flow>> Client::flows()
{
    const auto answer = read("page/getFlows", limit);
    if (!answer)
        return answer.error();
    return read_flows(answer->body);
}

Result<void> Client::create_tag(std::string_view name)
{
    JsonWriter json;
    json.begin_object().member("name", name).end_object();
    return act({"POST", "page/createTag", limit, Repeat::harmless, "", std::string{json.text()}});
}

Result<void> Client::create_text_field(std::string_view name)
{
    JsonWriter json;
    json.begin_object().member("caption", name).member("type", "text").end_object();
    return act({"POST", "page/createCustomField", limit, Repeat::harmless, "", std::string{json.text()}});
}

Result<std::optional<Subscriber>> Client::find(std::string_view endpoint, int per_second, std::string query)
{
    const auto answer = perform({"GET", endpoint, per_second, Repeat::harmless, std::move(query)});
    if (!answer)
        return answer.error();
    if (is_success(*answer))
        return read_subscriber(answer->body);
    const Error error = classify(*answer, Repeat::harmless);
    // Integrations differ in what they were told about nobody: an empty answer, or a refusal. Anything else must
    // never count as "nobody", or contacts would be made twice.
    if (answer->status / 100 == 4 && (error.kind == ErrorKind::refused || error.kind == ErrorKind::not_found))
        return std::optional<Subscriber>{};
    return error;
}

Result<std::optional<Subscriber>> Client::subscriber(std::string_view id)
{
    return find("subscriber/getInfo", limit, "?subscriber_id=" + net::percent_encoded(id));
}

Result<std::optional<Subscriber>> Client::find_by_field(std::string_view field_id, std::string_view value)
{
    return find(
        "subscriber/findByCustomField", limit,
        fmt::format("?field_id={}&field_value={}", net::percent_encoded(field_id), net::percent_encoded(value)));
}

Result<std::optional<Subscriber>> Client::find_by_phone(std::string_view phone)
{
    return find("subscriber/findBySystemField", search_limit, "?phone=" + net::percent_encoded(phone));
}

Result<std::optional<Subscriber>> Client::find_by_email(std::string_view email)
{
    return find("subscriber/findBySystemField", search_limit, "?email=" + net::percent_encoded(email));
}

Result<CreatedSubscriber> Client::create_subscriber(const NewSubscriber& subscriber)
{
    // Empty ones are left out: they may be refused.
    JsonWriter json;
    json.begin_object()
        .member_if("first_name", subscriber.first_name)
        .member_if("last_name", subscriber.last_name)
        .member_if("whatsapp_phone", subscriber.whatsapp_phone)
        .member_if("consent_phrase", subscriber.consent_phrase)
        .end_object();
    const auto answer =
        perform({"POST", "subscriber/createSubscriber", limit, Repeat::twice, "", std::string{json.text()}});
    if (!answer)
        return answer.error();
    if (is_success(*answer)) {
        auto made = read_subscriber(answer->body);
        if (!made)
            return Error{ErrorKind::unknown_outcome, "ManyChat made a contact and did not say which", {}};
        return CreatedSubscriber{std::move(made), ""};
    }
    Error error = classify(*answer, Repeat::twice);
    if (auto digits = existing_digits(*answer); !digits.empty())
        return CreatedSubscriber{std::nullopt, std::move(digits)};
    if (is_import_refused(*answer))
        error =
            Error{ErrorKind::refused, error.detail + "; ask ManyChat's support to enable the import of contacts", {}};
    return error;
}

Result<void> Client::add_tag(std::string_view subscriber_id, std::string_view tag)
{
    return act({"POST", "subscriber/addTagByName", limit, Repeat::harmless, "", tag_body(subscriber_id, tag)});
}

Result<void> Client::remove_tag(std::string_view subscriber_id, std::string_view tag)
{
    return act({"POST", "subscriber/removeTagByName", limit, Repeat::harmless, "", tag_body(subscriber_id, tag)});
}

Result<void> Client::set_text_fields(std::string_view subscriber_id,
                                     const std::vector<std::pair<std::string, std::string>>& fields)
{
    JsonWriter json;
    begin_about(json, subscriber_id);
    json.key("fields").begin_array();
    for (const auto& [name, value] : fields)
        json.begin_object().member("field_name", name).member("field_value", value).end_object();
    json.end_array().end_object();
    return act({"POST", "subscriber/setCustomFields", limit, Repeat::harmless, "", std::string{json.text()}});
}

Result<void> Client::send_flow(std::string_view request)
{
    return act({"POST", "sending/sendFlow", sending_limit, Repeat::twice, "", std::string{request}});
}

std::string flow_request(std::string_view subscriber_id, std::string_view flow_ns)
{
    JsonWriter json;
    begin_about(json, subscriber_id);
    json.member("flow_ns", flow_ns).end_object();
    return std::string{json.text()};
}

bool is_subscriber_gone(const Error& error)
{
    return error.kind == ErrorKind::not_found && lower_case(error.detail).find("subscriber") != std::string::npos;
}

} // namespace ciclo::manychat
