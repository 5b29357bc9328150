#pragma once

#include "config.hpp"
#include "intake.hpp"
#include "net/http_message.hpp"
#include "net/metrics.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace ciclo::gateway {

// POST /webhooks/hotmart: checks, stores, answers. 200 is never sent before the commit.
class ReceiveHotmart {
public:
    ReceiveHotmart(const Config& config, Intake& intake, net::Metrics& metrics);

    boost::asio::awaitable<net::HttpResponse> operator()(net::HttpRequest request);

private:
    boost::asio::awaitable<net::HttpResponse> store(net::HttpRequest request);
    net::HttpResponse refuse_token(const net::HttpRequest& request);
    net::HttpResponse counted(net::HttpResponse response, const net::HttpRequest& request);

    const Config& config_;
    Intake& intake_;
    net::Counter accepted_;
    net::Counter duplicates_;
    net::Counter unauthorized_;
    net::Counter rejected_;
    net::Counter unavailable_;
    net::Histogram seconds_;
    std::chrono::steady_clock::time_point next_token_alert_{};
};

} // namespace ciclo::gateway
