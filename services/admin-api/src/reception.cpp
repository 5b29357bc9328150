#include "reception.hpp"

#include "credentials.hpp"

#include "core/text.hpp"

#include <memory>
#include <utility>

namespace ciclo::admin {

using net::HttpRequest;
using net::HttpResponse;
using net::problem;

namespace {

constexpr std::size_t longest_token = 200;

HttpResponse unauthorized(std::string_view detail)
{
    auto answer = problem(401, "Unauthorized", detail);
    answer.headers.push_back(net::Header{"WWW-Authenticate", "Bearer"});
    return answer;
}

HttpResponse not_routed(const FoundRoute& found)
{
    if (found.allowed.empty())
        return problem(404, "Not Found", "There is nothing here. The endpoints are described in openapi.yaml.");
    auto answer = problem(405, "Method Not Allowed", "This path takes " + found.allowed + ".");
    answer.headers.push_back(net::Header{"Allow", found.allowed});
    return answer;
}

bool goes_on(const Route& route, const HttpRequest& request)
{
    return route.live == Live::always || (route.live == Live::when_accepted &&
                                          request.header("Accept").find("text/event-stream") != std::string_view::npos);
}

// For whatever a browser might do with an answer.
HttpResponse hardened(HttpResponse answer)
{
    answer.headers.push_back(net::Header{"X-Content-Type-Options", "nosniff"});
    if (net::find_header(answer.headers, "Cache-Control").empty())
        answer.headers.push_back(net::Header{"Cache-Control", "no-store"});
    return answer;
}

} // namespace

Reception::Reception(const Config& config, Desk& desk, JobStreams& streams, rabbitmq::Publisher& publisher,
                     net::Metrics& metrics)
    : config_(config), desk_(desk), streams_(streams), publisher_(publisher),
      answered_(metrics.counter("ciclo_admin_requests_total", "Requests by answer", {{"answer", "answered"}})),
      refused_(metrics.counter("ciclo_admin_requests_total", "Requests by answer", {{"answer", "refused"}})),
      failed_(metrics.counter("ciclo_admin_requests_total", "Requests by answer", {{"answer", "failed"}}))
{
}

boost::asio::awaitable<HttpResponse> Reception::operator()(HttpRequest request)
{
    auto found = find_route(request.method, request.path());
    if (found.route == nullptr) {
        refused_.increment();
        co_return hardened(not_routed(found));
    }
    const auto kept = std::make_shared<std::pair<HttpRequest, FoundRoute>>(std::move(request), std::move(found));
    Desk::Task task = [this, kept](postgres::Connection& connection) {
        return serve(*kept->second.route, kept->first, kept->second.captures, connection);
    };
    auto waiting = desk_.run(std::move(task));
    HttpResponse answer = co_await std::move(waiting);
    if (answer.status == 200 && goes_on(*kept->second.route, kept->first))
        answer = streams_.open(std::move(kept->first), std::move(answer.body));
    (answer.status >= 500 ? failed_ : answer.status >= 400 ? refused_ : answered_).increment();
    co_return hardened(std::move(answer));
}

std::optional<HttpResponse> Reception::check_caller(postgres::Connection& connection, const HttpRequest& request,
                                                    model::Permission permission, model::TokenOwner& caller)
{
    const auto credentials = credentials_of(request);
    if (credentials.token.empty() || credentials.token.size() > longest_token)
        return unauthorized("Send a token in `Authorization: Bearer ...`, or sign in at /admin/sign-in.");
    const auto owner = model::find_token_owner(connection, credentials.token);
    if (!owner)
        return unauthorized("This token is unknown or has expired. Sign in again, or make a new one.");
    if (!may(owner->role, permission))
        return problem(403, "Forbidden", "Your role does not allow this. Ask an admin.");
    if (may_be_forged(request, credentials))
        return problem(403, "Forbidden",
                       "A request that changes something by cookie must come from our own pages: send "
                       "`X-Requested-With`, or a bearer token.");
    caller = *owner;
    return std::nullopt;
}

HttpResponse Reception::serve(const Route& route, const HttpRequest& request, const std::vector<std::string>& captures,
                              postgres::Connection& connection)
{
    model::TokenOwner caller{"", model::TokenKind::personal, "", "", model::Role::student};
    if (route.permission)
        if (auto refused = check_caller(connection, request, *route.permission, caller))
            return *std::move(refused);
    try {
        Call call{request, captures, connection, publisher_, config_, caller, caller_address(request)};
        return route.endpoint(call);
    } catch (const Refusal& refusal) {
        return problem(refusal.status(), net::reason_phrase(refusal.status()), refusal.what());
    }
}

std::string Reception::caller_address(const HttpRequest& request) const
{
    const auto forwarded = config_.trust_forwarded_for ? request.header("X-Forwarded-For") : std::string_view{};
    // The last entry is the one that our own proxy wrote.
    const auto comma = forwarded.rfind(',');
    const auto last = trimmed(comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1));
    if (last.empty() || last.size() > 45)
        return request.remote_address;
    return storable_text(last);
}

} // namespace ciclo::admin
