#include "operations.hpp"

#include "core/log.hpp"
#include "net/http_server.hpp"

#include <boost/asio/io_context.hpp>

#include <fmt/ranges.h>

#include <thread>

namespace ciclo::net {

namespace asio = boost::asio;

namespace {

HttpLimits limits()
{
    HttpLimits limits;
    limits.max_body_bytes = 1024;
    limits.max_connections = 64;
    return limits;
}

HttpResponse json(std::string_view text)
{
    return HttpResponse{200, "application/json", std::string{text}, {}};
}

HttpResponse not_ready(std::string_view detail)
{
    return problem(503, "Not Ready", detail);
}

} // namespace

struct Operations::Impl {
    Impl(const Address& address, const Metrics& shown, const Readiness& asked, std::stop_token token)
        : metrics(shown), readiness(asked), stopping(std::move(token)),
          server(io, address.host, address.port, limits(),
                 [this](HttpRequest request) -> asio::awaitable<HttpResponse> { co_return answer(request); }),
          thread([this] { io.run(); })
    {
    }

    ~Impl()
    {
        server.stop();
        thread.join();
    }

    HttpResponse answer(const HttpRequest& request) const
    {
        const std::string path = request.path();
        if (path != "/healthz" && path != "/readyz" && path != "/metrics")
            return problem(404, "Not Found", "There are /healthz, /readyz and /metrics.");
        if (request.method != "GET" && request.method != "HEAD") {
            auto refusal = problem(405, "Method Not Allowed", "Use GET.");
            refusal.headers.push_back(Header{"Allow", "GET, HEAD"});
            return refusal;
        }
        if (path == "/metrics")
            return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics.text(), {}};
        return path == "/healthz" ? json(R"({"status":"ok"})") : answer_readiness();
    }

    HttpResponse answer_readiness() const
    {
        if (stopping.stop_requested())
            return not_ready("stopping");
        const auto missing = readiness.missing();
        if (!missing.empty())
            return not_ready(fmt::format("waiting for {}", fmt::join(missing, ", ")));
        return json(R"({"status":"ready"})");
    }

    const Metrics& metrics;
    const Readiness& readiness;
    std::stop_token stopping;
    asio::io_context io{1};
    HttpServer server;
    std::thread thread;
};

Operations::Operations(const Address& address, const Metrics& metrics, const Readiness& readiness,
                       std::stop_token stopping)
    : impl_(std::make_unique<Impl>(address, metrics, readiness, std::move(stopping)))
{
}

Operations::~Operations() = default;

std::uint16_t Operations::port() const noexcept
{
    return impl_->server.port();
}

} // namespace ciclo::net
