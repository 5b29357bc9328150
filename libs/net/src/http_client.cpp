#include "net/http_client.hpp"

#include "answer_reader.hpp"
#include "request_text.hpp"
#include "resolve.hpp"
#include "tcp_channel.hpp"
#include "tls_channel.hpp"

#include "net/url.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace ciclo::net {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_header_bytes = 64 << 10;
constexpr std::size_t max_kept_connections = 32;

// Middleboxes forget a silent connection without a word, and then a request on it is lost.
constexpr std::chrono::seconds max_idle{50};

struct KeptConnection {
    std::unique_ptr<Channel> channel;
    Clock::time_point since;
};

// One try on one connection.
struct Attempt {
    Result<HttpAnswer> answer;
    bool reusable = false;      // the connection can carry another request
    bool nothing_sent = false;  // not a byte of the request has left
    bool closed_unread = false; // closed by the peer before the first byte of an answer
};

Attempt failed_attempt(ErrorKind kind, std::string detail)
{
    return Attempt{Error{kind, std::move(detail)}};
}

Attempt read_answer(Channel& channel, const HttpCall& call, Deadline deadline)
{
    AnswerReader reader{call.method == "HEAD" ? AnswerTo::head : AnswerTo::other, max_header_bytes,
                        call.max_response_bytes};
    InputBuffer buffer{max_header_bytes + 4096};
    bool received = false;
    for (;;) {
        const auto room = buffer.room();
        const auto size = channel.read(room, deadline);
        if (!size) {
            auto lost = failed_attempt(ErrorKind::unknown_outcome, size.error().detail);
            lost.closed_unread = !received && Clock::now() < deadline;
            return lost;
        }
        received = received || *size > 0;
        buffer.commit(*size);
        const auto progress = *size == 0 ? reader.put_end() : reader.put(buffer);
        if (progress == AnswerReader::Progress::refused)
            return failed_attempt(ErrorKind::internal, reader.why_refused());
        if (progress == AnswerReader::Progress::complete) {
            const bool reusable = *size > 0 && buffer.empty() && reader.keep_alive();
            return Attempt{reader.take(), reusable};
        }
        if (*size == 0) {
            auto ended = failed_attempt(ErrorKind::unknown_outcome, "connection closed before the answer was complete");
            ended.closed_unread = !received;
            return ended;
        }
    }
}

Attempt exchange(Channel& channel, const HttpCall& call, std::string_view request, Deadline deadline)
{
    channel.take_sent(); // the handshake's
    const auto written = channel.write(request, deadline);
    const bool nothing_sent = !channel.take_sent();
    if (!written && nothing_sent) {
        auto unsent = failed_attempt(ErrorKind::unavailable, written.error().detail);
        unsent.nothing_sent = true;
        unsent.closed_unread = Clock::now() < deadline;
        return unsent;
    }
    // Also after a failed write: a server that refuses a large body answers before it has read it all.
    auto attempt = read_answer(channel, call, deadline);
    attempt.reusable = attempt.reusable && written.has_value();
    return attempt;
}

bool may_be_repeated(const HttpCall& call)
{
    const auto& method = call.method;
    const bool is_idempotent = method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
    return is_idempotent && (!call.may_resend || call.may_resend());
}

} // namespace

struct HttpClient::Impl {
    HttpClientOptions options;
    std::unique_ptr<TlsContext> tls{}; // made for the first https call
    std::map<std::string, KeptConnection> kept{};

    std::unique_ptr<Channel> take_kept(const std::string& origin);
    void keep(const std::string& origin, std::unique_ptr<Channel> channel);
    Result<std::unique_ptr<Channel>> connect(const Url& url, Deadline deadline);
    Attempt try_call(const HttpCall& call, const Url& url, std::string_view request, Deadline deadline);
};

std::unique_ptr<Channel> HttpClient::Impl::take_kept(const std::string& origin)
{
    auto entry = kept.extract(origin);
    if (entry.empty() || Clock::now() - entry.mapped().since > max_idle || !entry.mapped().channel->is_reusable())
        return nullptr;
    return std::move(entry.mapped().channel);
}

void HttpClient::Impl::keep(const std::string& origin, std::unique_ptr<Channel> channel)
{
    if (kept.size() >= max_kept_connections) {
        const auto oldest = std::ranges::min_element(kept, {}, [](const auto& entry) { return entry.second.since; });
        kept.erase(oldest);
    }
    kept.insert_or_assign(origin, KeptConnection{std::move(channel), Clock::now()});
}

Result<std::unique_ptr<Channel>> HttpClient::Impl::connect(const Url& url, Deadline deadline)
{
    const auto addresses = resolve(url.host, url.port, deadline);
    if (!addresses)
        return addresses.error();
    auto tcp = TcpChannel::connect(*addresses, deadline);
    if (!tcp)
        return tcp.error();
    if (url.scheme == "http")
        return std::unique_ptr<Channel>{std::move(*tcp)};
    if (!tls) {
        auto created = TlsContext::create(options.extra_ca_file);
        if (!created)
            return created.error();
        tls = std::move(*created);
    }
    auto channel = TlsChannel::connect(*tls, std::move(*tcp), url.host, deadline);
    if (!channel)
        return channel.error();
    return std::unique_ptr<Channel>{std::move(*channel)};
}

Attempt HttpClient::Impl::try_call(const HttpCall& call, const Url& url, std::string_view request, Deadline deadline)
{
    auto channel = take_kept(url.origin());
    if (channel) {
        auto attempt = exchange(*channel, call, request, deadline);
        const bool again = attempt.closed_unread && (attempt.nothing_sent || may_be_repeated(call));
        if (!again) {
            if (attempt.reusable)
                keep(url.origin(), std::move(channel));
            return attempt;
        }
    }
    auto fresh = connect(url, deadline);
    if (!fresh)
        return Attempt{fresh.error()};
    auto attempt = exchange(**fresh, call, request, deadline);
    if (attempt.reusable)
        keep(url.origin(), std::move(*fresh));
    return attempt;
}

HttpClient::HttpClient(HttpClientOptions options) : impl_(new Impl{std::move(options)}) {}

HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::send(const HttpCall& call)
{
    const Deadline deadline = Clock::now() + call.timeout;
    const auto url = parse_url(call.url);
    if (!url)
        return url.error();
    const auto request = request_text(call, *url);
    if (!request)
        return request.error();
    auto attempt = impl_->try_call(call, *url, *request, deadline);
    if (!attempt.answer)
        return Error{attempt.answer.error().kind, url->origin() + ": " + attempt.answer.error().detail};
    return std::move(attempt.answer);
}

} // namespace ciclo::net
