#include "resend/client.hpp"

#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "resend/errors.hpp"

#include <utility>

namespace ciclo::resend {

std::string request_body(const Email& email)
{
    JsonWriter json;
    json.begin_object().member("from", email.from);
    json.key("to").begin_array().value(email.to).end_array();
    json.member("subject", email.subject).member("html", email.html).member("text", email.text);
    json.key("tags").begin_array().begin_object().member("name", "kind").member("value", email.kind);
    json.end_object().end_array().end_object();
    return std::string{json.text()};
}

Client::Client(Settings settings) : settings_(std::move(settings)) {}

Result<std::string> Client::send(std::string_view body, std::string_view idempotency_key)
{
    net::HttpCall call{"POST", settings_.api_url + "/emails"};
    call.headers = {{"Authorization", "Bearer " + settings_.api_key},
                    {"User-Agent", "ciclo/0.1"}, // required: 403 with error 1010 without
                    {"Content-Type", "application/json"},
                    {"Idempotency-Key", std::string{idempotency_key}}};
    call.body = std::string{body};
    const auto answer = http_.send(call);
    if (!answer)
        return answer.error();
    if (answer->status / 100 != 2)
        return classify(*answer);
    const auto document = JsonDocument::parse(answer->body);
    return document ? document->root()["id"].text() : std::string{};
}

} // namespace ciclo::resend
