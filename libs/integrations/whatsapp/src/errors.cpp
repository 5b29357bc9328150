#include "whatsapp/errors.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "net/header_number.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>

namespace ciclo::whatsapp {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_text = 300;
constexpr auto usual_pause = 60s; // when Meta names none: its windows are an hour long, but give room back bit by bit

bool is_one_of(std::int64_t code, std::initializer_list<std::int64_t> codes)
{
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

ErrorKind kind_of(int status, std::int64_t code)
{
    if (status == 429 || is_one_of(code, {4, 613, 80007, 80008}))
        return ErrorKind::rate_limited;
    if (status == 401 || is_one_of(code, {0, 3, 10, 190, 131005}) || (code >= 200 && code <= 299))
        return ErrorKind::unauthorized;
    if (is_one_of(code, {33, 100, 368, 131031}))
        return ErrorKind::refused;
    if (status >= 500 || is_one_of(code, {1, 2, 131000, 131016, 133004, 131057}))
        return ErrorKind::unavailable;
    return ErrorKind::invalid_input;
}

// An edge server's page, or something that is no Graph API at all.
ErrorKind kind_of_unreadable(int status)
{
    if (status == 401 || status == 403)
        return ErrorKind::unauthorized;
    if (status == 429)
        return ErrorKind::rate_limited;
    return status >= 500 ? ErrorKind::unavailable : ErrorKind::internal;
}

std::chrono::milliseconds pause_told(const net::HttpAnswer& answer)
{
    const auto seconds = net::header_number(answer.header("Retry-After"));
    return seconds ? std::chrono::seconds{std::clamp(*seconds, 1, 600)} : usual_pause;
}

// `error_data` is an object with `details`, or a plain text on template management.
std::string details_of(JsonView error)
{
    const JsonView data = error["error_data"];
    return data.is_object() ? data["details"].text() : data.text();
}

} // namespace

Error classify(const net::HttpAnswer& answer)
{
    const auto document = JsonDocument::parse(answer.body);
    const JsonView told = document ? document->root()["error"] : JsonView{};
    const auto code = told["code"].integer();
    Error error{ErrorKind::internal, "", {}};
    if (code) {
        error.kind = kind_of(answer.status, *code);
        error.detail = fmt::format("Meta {} (code {}): {}", answer.status, *code, told["message"].text());
        if (const auto details = details_of(told); !details.empty())
            error.detail += ": " + details;
        error.detail = storable_text(error.detail.substr(0, longest_text));
        if (const auto trace = told["fbtrace_id"].text(); !trace.empty())
            error.detail += fmt::format(" [fbtrace_id {}]", trace.substr(0, 40));
    } else {
        error.kind = kind_of_unreadable(answer.status);
        error.detail = fmt::format("Meta {}: no readable answer; is META_API_URL right?", answer.status);
    }
    if (error.kind == ErrorKind::rate_limited)
        error.retry_after = pause_told(answer);
    return error;
}

} // namespace ciclo::whatsapp
