#pragma once

#include "config.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/provider_health.hpp"
#include "net/metrics.hpp"
#include "worker/bell_loop.hpp"

#include <optional>
#include <stop_token>
#include <string>

namespace ciclo::messaging {

// Sends queued e-mails, one at a time: Resend's limit is a few a second for the whole account. The
// message's id is the idempotency key, so an attempt whose outcome is unknown may be repeated.
class EmailLane {
public:
    EmailLane(const Config& config, net::Metrics& metrics);

    void run(std::stop_token stop);
    bool ready() const noexcept { return loop_.ready(); }

private:
    void send(const std::string& message_id);
    std::optional<std::string> prepare(const model::LeasedMessage& message);
    void handle_failure(const model::LeasedMessage& message, const Error& error);
    void give_up(const model::LeasedMessage& message, model::MessageEnd end, const std::string& error);
    void count(std::string_view outcome);

    const Config& config_;
    net::Metrics& metrics_;
    model::ProviderHealth health_{"resend"};
    worker::BellLoop loop_;
    resend::Client client_;
};

} // namespace ciclo::messaging
