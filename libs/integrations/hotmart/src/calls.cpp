#include "calls.hpp"

#include "base64.hpp"
#include "core/text.hpp"
#include "hotmart/errors.hpp"
#include "net/header_number.hpp"
#include "net/read_again.hpp"
#include "net/url.hpp"

#include <fmt/core.h>

namespace ciclo::hotmart {

namespace {

using namespace std::chrono_literals;

// A token that ends during a call is of no use.
constexpr auto renewal_margin = 5min;

// Longer than any window of Hotmart's: somebody else uses up the account's calls.
constexpr auto longest_wait = 10min;

std::string url_of(const std::string& base, const Query& query)
{
    std::string url = base;
    char separator = '?';
    for (const auto& [name, value] : query) {
        if (value.empty())
            continue;
        url += separator + name + "=" + net::percent_encoded(value);
        separator = '&';
    }
    return url;
}

const Error stopping{ErrorKind::unavailable, "the process is stopping", {}};

} // namespace

Calls::Calls(Settings settings, TokenStore& tokens, CallBudget& budget,
             std::function<bool(std::chrono::milliseconds)> pause)
    : settings_(std::move(settings)), tokens_(tokens), budget_(budget), pause_(std::move(pause))
{
    if (settings_.basic.empty())
        settings_.basic = base64(settings_.client_id + ":" + settings_.client_secret);
}

Result<std::optional<JsonDocument>> Calls::get(const std::string& path, const Query& query, bool* too_long)
{
    const std::string url = url_of(settings_.api_url + path, query);
    bool renewed = false;
    net::ReadAgain again{settings_.attempts, settings_.first_delay, pause_};
    for (;;) {
        if (const auto allowed = wait_for_budget(); !allowed)
            return allowed.error();
        int status = 0;
        auto answer = once(url, status);
        if (answer)
            return answer;
        if (status == 401 && !renewed) {
            renewed = true;
            rejected_ = std::exchange(token_, AccessToken{}).value;
            continue;
        }
        if (status == 502 && too_long != nullptr) {
            *too_long = true;
            return answer;
        }
        const Error& error = answer.error();
        if (error.kind == ErrorKind::rate_limited)
            budget_.told(0, std::chrono::ceil<std::chrono::seconds>(error.retry_after));
        if (const auto final = again.after(error))
            return *final;
    }
}

Result<std::optional<JsonDocument>> Calls::once(const std::string& url, int& status)
{
    const auto bearer = token();
    if (!bearer)
        return bearer.error();
    net::HttpCall call{"GET", url};
    call.headers = {{"Authorization", "Bearer " + *bearer},
                    {"Content-Type", "application/json"},
                    {"Accept", "application/json"},
                    {"User-Agent", "ciclo/0.1"}};
    call.timeout = settings_.timeout;
    call.max_response_bytes = settings_.max_page_bytes;
    ++made_;
    const auto answer = http_.send(call);
    if (!answer)
        return answer.error();
    status = answer->status;
    read_limits(*answer);
    if (answer->status / 100 != 2)
        return classify(*answer);
    if (trimmed(answer->body).empty())
        return std::optional<JsonDocument>{};
    auto document = JsonDocument::parse(answer->body);
    if (!document)
        return Error{ErrorKind::internal, "Hotmart's answer cannot be read: " + document.error().detail, {}};
    return std::optional<JsonDocument>{std::move(*document)};
}

Result<void> Calls::wait_for_budget()
{
    std::chrono::milliseconds waited{0};
    for (;;) {
        const auto wait = budget_.take();
        if (wait <= 0ms)
            return {};
        if (waited >= longest_wait)
            return Error{ErrorKind::rate_limited, "Hotmart's calls of this account are used up by others", wait};
        if (!pause_(wait))
            return stopping;
        waited += wait;
    }
}

void Calls::read_limits(const net::HttpAnswer& answer)
{
    const auto remaining = net::header_number(answer.header("ratelimit-remaining"));
    const auto reset = net::header_number(answer.header("ratelimit-reset"));
    if (remaining && reset)
        budget_.told(*remaining, std::chrono::seconds{*reset});
}

Result<std::string> Calls::token()
{
    const Time needed_until = now() + renewal_margin;
    if (token_.value.empty() || token_.expires_at <= needed_until) {
        auto obtained = tokens_.obtain(needed_until, rejected_, [this] { return fetch_token(); });
        if (!obtained)
            return obtained.error();
        token_ = std::move(*obtained);
    }
    return token_.value;
}

Result<AccessToken> Calls::fetch_token()
{
    net::HttpCall call{"POST", url_of(settings_.token_url, {{"grant_type", "client_credentials"},
                                                            {"client_id", settings_.client_id},
                                                            {"client_secret", settings_.client_secret}})};
    call.headers = {{"Authorization", "Basic " + settings_.basic},
                    {"Content-Type", "application/json"},
                    {"User-Agent", "ciclo/0.1"}};
    call.timeout = settings_.timeout;
    const auto answer = http_.send(call);
    if (!answer)
        return answer.error();
    if (answer->status / 100 != 2) {
        Error error = classify(*answer);
        // Any refusal here speaks of the credentials: they must be corrected by a person.
        if (error.kind == ErrorKind::invalid_input)
            error.kind = ErrorKind::unauthorized;
        error.detail +=
            ", when a token was asked for: check HOTMART_CLIENT_ID, HOTMART_CLIENT_SECRET and HOTMART_BASIC";
        return error;
    }
    const auto document = JsonDocument::parse(answer->body);
    AccessToken token;
    if (document)
        token.value = document->root()["access_token"].text();
    if (token.value.empty())
        return Error{ErrorKind::internal, "Hotmart's answer holds no access_token", {}};
    // 172799 in some places, 86400 in others.
    const std::int64_t seconds = document->root()["expires_in"].integer().value_or(3600);
    token.expires_at = now() + std::chrono::seconds{std::max<std::int64_t>(seconds, 0)};
    return token;
}

} // namespace ciclo::hotmart
