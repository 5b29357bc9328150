#pragma once

#include "model/stores/message_store.hpp"
#include "model/stores/provider_health.hpp"
#include "shared.hpp"
#include "shared_pace.hpp"
#include "sync_contact.hpp"
#include "worker/bell_loop.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace ciclo::manychat_worker {

// Starts queued flows. ManyChat knows no idempotency key: an attempt whose outcome is unknown is never repeated.
class FlowLane {
public:
    explicit FlowLane(Shared shared);

    void run(std::stop_token stop);
    bool ready() const noexcept { return loop_.ready(); }

private:
    void start(const std::string& message_id);
    void send(const model::LeasedMessage& message);
    bool send_to(const model::LeasedMessage& message, const model::ManychatWish& wish, const std::string& flow_ns);
    void handle_failure(const model::LeasedMessage& message, const Error& error);
    void postpone(const model::LeasedMessage& message, const Error& error, bool uses_attempt);
    void expire(const model::LeasedMessage& message, std::string_view why);
    void give_up(const model::LeasedMessage& message, model::MessageEnd end, const Error& error);
    void count(std::string_view outcome);

    Shared shared_;
    worker::BellLoop loop_;
    SharedPace pace_;
    manychat::Client client_;
    model::ProviderHealth health_{provider};
};

} // namespace ciclo::manychat_worker
