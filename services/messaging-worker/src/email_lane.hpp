#pragma once

#include "config.hpp"
#include "model/stores/message_store.hpp"
#include "net/metrics.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/consumer.hpp"
#include "rabbitmq/publisher.hpp"

#include <optional>
#include <stop_token>
#include <string>

namespace ciclo::messaging {

// Sends queued e-mails, one at a time: Resend's limit is a few a second for the whole account. The
// message's id is the idempotency key, so an attempt whose outcome is unknown may be repeated.
class EmailLane {
public:
    EmailLane(const Config& config, rabbitmq::Publisher& publisher, net::Metrics& metrics);

    void run(std::stop_token stop);
    bool ready() const noexcept { return session_.connected() && consumer_.connected(); }

private:
    void on_bell(const rabbitmq::Delivery& bell);
    void send(const std::string& message_id);
    std::optional<std::string> prepare(const model::LeasedMessage& message);
    void handle_failure(const model::LeasedMessage& message, const Error& error);
    void give_up(const model::LeasedMessage& message, model::MessageEnd end, const std::string& error);
    void count(std::string_view outcome);

    const Config& config_;
    rabbitmq::Publisher& publisher_;
    net::Metrics& metrics_;
    postgres::Session session_;
    rabbitmq::Consumer consumer_;
    resend::Client client_;
};

} // namespace ciclo::messaging
