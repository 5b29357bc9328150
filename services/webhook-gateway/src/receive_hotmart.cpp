#include "receive_hotmart.hpp"

#include "authentication.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "model/rules/hotmart_event.hpp"

#include <fmt/core.h>

#include <utility>

namespace ciclo::gateway {

namespace {

using namespace std::chrono_literals;
using net::HttpRequest;
using net::HttpResponse;
using net::problem;

constexpr std::size_t longest_event_type = 100;

bool is_json(std::string_view content_type)
{
    const auto media_type = trimmed(content_type.substr(0, content_type.find(';')));
    return lower_case(media_type) == "application/json";
}

HttpResponse stored_answer(Stored stored, const std::string& id)
{
    const std::string_view status = stored == Stored::accepted ? "accepted" : "duplicate";
    return HttpResponse{200, "application/json", fmt::format(R"({{"status":"{}","id":"{}"}})", status, id)};
}

HttpResponse come_again()
{
    HttpResponse answer = problem(503, "Service Unavailable",
                                  "The event was not stored. Send it again after the time given in Retry-After.");
    answer.headers.push_back(net::Header{"Retry-After", "5"});
    return answer;
}

HttpResponse wrong_method()
{
    HttpResponse answer = problem(405, "Method Not Allowed", "Webhooks are sent with POST.");
    answer.headers.push_back(net::Header{"Allow", "POST"});
    return answer;
}

bool looks_like_hotmart(const HttpRequest& request)
{
    const auto document = JsonDocument::parse(request.body);
    return document && model::read_hotmart_envelope(document->root()) && document->root()["version"].exists();
}

} // namespace

ReceiveHotmart::ReceiveHotmart(const Config& config, Intake& intake, net::Metrics& metrics)
    : config_(config), intake_(intake),
      accepted_(metrics.counter("ciclo_webhooks_total", "Webhook deliveries by answer", {{"answer", "accepted"}})),
      duplicates_(metrics.counter("ciclo_webhooks_total", "Webhook deliveries by answer", {{"answer", "duplicate"}})),
      unauthorized_(
          metrics.counter("ciclo_webhooks_total", "Webhook deliveries by answer", {{"answer", "unauthorized"}})),
      rejected_(metrics.counter("ciclo_webhooks_total", "Webhook deliveries by answer", {{"answer", "rejected"}})),
      unavailable_(
          metrics.counter("ciclo_webhooks_total", "Webhook deliveries by answer", {{"answer", "unavailable"}})),
      seconds_(metrics.histogram("ciclo_webhook_seconds", "From the last byte of a delivery to its answer",
                                 {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 2}))
{
}

HttpResponse ReceiveHotmart::counted(HttpResponse response, const HttpRequest& request)
{
    seconds_.observe(std::chrono::duration<double>(now() - request.received_at).count());
    if (response.status == 401)
        unauthorized_.increment();
    else if (response.status == 503)
        unavailable_.increment();
    else if (response.status != 200)
        rejected_.increment();
    return response;
}

HttpResponse ReceiveHotmart::refuse_token(const HttpRequest& request)
{
    // A token changed in Hotmart's panel would refuse every sale, so an admin must hear of it; whoever
    // guesses tokens must not be able to make us write more than once an hour.
    const auto present = std::chrono::steady_clock::now();
    if (present >= next_token_alert_ && looks_like_hotmart(request)) {
        next_token_alert_ = present + 1h;
        log::warning("a delivery that looks like Hotmart's was refused: its hottok is none of HOTMART_HOTTOK");
        intake_.store_in_background(Submission{RefusedToken{}, nullptr});
    }
    return problem(401, "Unauthorized", "The header X-HOTMART-HOTTOK must carry the account's hottok.");
}

boost::asio::awaitable<HttpResponse> ReceiveHotmart::operator()(HttpRequest request)
{
    if (request.path() != "/webhooks/hotmart")
        co_return problem(404, "Not Found", "Hotmart's webhooks are received at /webhooks/hotmart.");
    if (request.method != "POST")
        co_return wrong_method();
    if (!has_valid_hottok(request, config_.hottoks))
        co_return counted(refuse_token(request), request);
    if (!config_.hmac_secret.empty() && !has_valid_signature(request, config_.hmac_secret))
        co_return counted(
            problem(401, "Unauthorized", "X-Hotmart-Signature must be the HMAC-SHA256 of the body, in hexadecimal."),
            request);
    if (!is_json(request.header("Content-Type")))
        co_return counted(problem(415, "Unsupported Media Type", "Send the event as application/json."), request);
    co_return co_await store(std::move(request));
}

boost::asio::awaitable<HttpResponse> ReceiveHotmart::store(HttpRequest request)
{
    const auto document = JsonDocument::parse(request.body);
    auto envelope =
        document ? model::read_hotmart_envelope(document->root()) : Result<model::HotmartEnvelope>{document.error()};
    if (envelope && envelope->event.size() > longest_event_type)
        envelope = Error{ErrorKind::invalid_input, "`event` is too long to be the type of an event", {}};
    if (!envelope) {
        const std::string reason = envelope.error().detail;
        const std::string content_type = storable_text(request.header("Content-Type"));
        Submission kept{model::RejectedWebhook{request.received_at, reason, content_type, request.body}, nullptr};
        const auto outcome = co_await intake_.store(std::move(kept));
        co_return counted(outcome ? problem(400, "Bad Request", reason + ". The body was kept for the admin.")
                                  : come_again(),
                          request);
    }
    const std::string id = model::webhook_event_id(envelope->id, request.body);
    const bool is_own_id = id == lower_case(envelope->id);
    model::NewWebhookEvent event{id, is_own_id ? std::string{} : envelope->id, envelope->event, std::move(request.body),
                                 request.received_at};
    Submission submission{std::move(event), nullptr};
    const auto outcome = co_await intake_.store(std::move(submission));
    if (!outcome) {
        if (outcome.error().kind == ErrorKind::invalid_input)
            co_return counted(problem(400, "Bad Request", "The event holds text that cannot be stored."), request);
        co_return counted(come_again(), request);
    }
    (*outcome == Stored::accepted ? accepted_ : duplicates_).increment();
    co_return counted(stored_answer(*outcome, id), request);
}

} // namespace ciclo::gateway
