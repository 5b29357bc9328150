#pragma once

#include "config.hpp"
#include "desk.hpp"
#include "job_stream.hpp"
#include "routes.hpp"

#include "net/http_message.hpp"
#include "net/metrics.hpp"
#include "rabbitmq/publisher.hpp"

#include <boost/asio/awaitable.hpp>

namespace ciclo::admin {

// Every request: finds its route, checks who asks and whether they may, and has a worker do it.
class Reception {
public:
    Reception(const Config& config, Desk& desk, JobStreams& streams, rabbitmq::Publisher& publisher,
              net::Metrics& metrics);

    boost::asio::awaitable<net::HttpResponse> operator()(net::HttpRequest request);

    // The caller's token is good for what `permission` names; otherwise the answer to send.
    static std::optional<net::HttpResponse> check_caller(postgres::Connection& connection,
                                                         const net::HttpRequest& request, model::Permission permission,
                                                         model::TokenOwner& caller);

private:
    net::HttpResponse serve(const Route& route, const net::HttpRequest& request,
                            const std::vector<std::string>& captures, postgres::Connection& connection);
    std::string caller_address(const net::HttpRequest& request) const;

    const Config& config_;
    Desk& desk_;
    JobStreams& streams_;
    rabbitmq::Publisher& publisher_;
    net::Counter answered_;
    net::Counter refused_;
    net::Counter failed_;
};

} // namespace ciclo::admin
