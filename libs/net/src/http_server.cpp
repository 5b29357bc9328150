#include "net/http_server.hpp"

#include "http_session.hpp"

#include "core/log.hpp"
#include "net/address.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_set>
#include <vector>

namespace ciclo::net {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Connections over the limit that are being told so; beyond these they are just closed.
constexpr std::size_t max_turned_away = 128;

// Deadlines are exact to this, which is enough for timeouts and costs nothing when there are no connections.
std::chrono::milliseconds sweep_interval(const HttpLimits& limits)
{
    const auto shortest = std::min(
        {limits.header_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout, limits.drain_timeout});
    return std::clamp<std::chrono::milliseconds>(shortest / 4, 10ms, 250ms);
}

tcp::acceptor listen(asio::io_context& io, const std::string& host, std::uint16_t port)
{
    const auto fail = [&](const error_code& failure) {
        throw std::runtime_error(
            fmt::format("cannot listen on {}: {}", to_string(Address{host, port}), failure.message()));
    };
    error_code failure;
    auto address = asio::ip::make_address(host, failure);
    if (failure) {
        const auto found = tcp::resolver{io}.resolve(host, "", tcp::resolver::passive, failure);
        if (failure || found.empty())
            fail(failure);
        address = found.begin()->endpoint().address();
    }
    tcp::acceptor acceptor{io};
    const tcp::endpoint endpoint{address, port};
    acceptor.open(endpoint.protocol(), failure);
    if (!failure)
        acceptor.set_option(tcp::acceptor::reuse_address{true}, failure);
    if (!failure)
        acceptor.bind(endpoint, failure);
    if (!failure)
        acceptor.listen(asio::socket_base::max_listen_connections, failure);
    if (failure)
        fail(failure);
    return acceptor;
}

} // namespace

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
    Impl(asio::io_context& context, tcp::acceptor listening, HttpLimits limits, Handler handler)
        : io(context), acceptor(std::move(listening)), port(acceptor.local_endpoint().port()),
          sweep_timer(context), shared{limits, std::move(handler)}
    {
    }

    asio::io_context& io;
    tcp::acceptor acceptor;
    std::uint16_t port;
    asio::steady_timer sweep_timer;
    bool sweeping = false;
    std::chrono::steady_clock::time_point drain_deadline{};
    SessionContext shared;
    std::unordered_set<std::shared_ptr<HttpSession>> sessions{};
    std::size_t turned_away = 0;

    static asio::awaitable<void> accept_connections(std::shared_ptr<Impl> self);
    void admit(tcp::socket socket);
    void spawn(std::shared_ptr<HttpSession> session, asio::awaitable<void> work, bool is_turned_away);
    void sweep_later();
    void sweep();
    void stop();
};

asio::awaitable<void> HttpServer::Impl::accept_connections(std::shared_ptr<Impl> self)
{
    while (!self->shared.stopping) {
        error_code failure;
        tcp::socket socket = co_await self->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failure));
        if (self->shared.stopping)
            break;
        if (!failure) {
            self->admit(std::move(socket));
        } else if (failure != asio::error::connection_aborted) {
            // Out of descriptors, most likely: it passes, and a busy loop would not help.
            log::error("cannot accept a connection", {{"failure", failure.message()}});
            asio::steady_timer pause{self->io, 100ms};
            co_await pause.async_wait(asio::use_awaitable);
        }
    }
}

void HttpServer::Impl::admit(tcp::socket socket)
{
    const bool too_many = sessions.size() - turned_away >= shared.limits.max_connections;
    if (too_many && turned_away >= max_turned_away)
        return;
    auto session = std::make_shared<HttpSession>(std::move(socket), shared);
    spawn(session, too_many ? session->turn_away() : session->run(), too_many);
}

void HttpServer::Impl::spawn(std::shared_ptr<HttpSession> session, asio::awaitable<void> work, bool is_turned_away)
{
    sessions.insert(session);
    turned_away += is_turned_away ? 1 : 0;
    auto ended = [self = shared_from_this(), session, is_turned_away](const std::exception_ptr& failure) {
        self->sessions.erase(session);
        self->turned_away -= is_turned_away ? 1 : 0;
        if (self->shared.stopping && self->sessions.empty())
            self->sweep_timer.cancel();
        try {
            if (failure)
                std::rethrow_exception(failure);
        } catch (const std::exception& problem) {
            if (!self->shared.stopping)
                log::error("connection ended by an exception", {{"failure", problem.what()}});
        }
    };
    asio::co_spawn(io, std::move(work), asio::bind_cancellation_slot(session->cancellation_slot(), std::move(ended)));
    sweep_later();
}

void HttpServer::Impl::sweep_later()
{
    if (sweeping || sessions.empty())
        return;
    sweeping = true;
    sweep_timer.expires_after(sweep_interval(shared.limits));
    sweep_timer.async_wait([self = shared_from_this()](error_code) {
        self->sweeping = false;
        self->sweep();
        self->sweep_later();
    });
}

void HttpServer::Impl::sweep()
{
    const auto now = std::chrono::steady_clock::now();
    // A copy: ending a session takes it out of the set.
    const std::vector<std::shared_ptr<HttpSession>> all{sessions.begin(), sessions.end()};
    for (const auto& session : all) {
        if (shared.stopping && now >= drain_deadline)
            session->cancel();
        else
            session->close_if_late(now);
    }
}

void HttpServer::Impl::stop()
{
    if (std::exchange(shared.stopping, true))
        return;
    drain_deadline = std::chrono::steady_clock::now() + shared.limits.drain_timeout;
    error_code ignored;
    acceptor.close(ignored);
    for (const auto& session : sessions)
        session->close_if_idle();
    if (sessions.empty())
        sweep_timer.cancel();
}

HttpServer::HttpServer(asio::io_context& io, const std::string& host, std::uint16_t port, HttpLimits limits,
                       Handler handler)
    : impl_(std::make_shared<Impl>(io, listen(io, host, port), limits, std::move(handler)))
{
    asio::co_spawn(io, Impl::accept_connections(impl_), asio::detached);
}

HttpServer::~HttpServer()
{
    stop();
}

std::uint16_t HttpServer::port() const noexcept
{
    return impl_->port;
}

void HttpServer::stop()
{
    asio::post(impl_->io, [impl = impl_] { impl->stop(); });
}

} // namespace ciclo::net
