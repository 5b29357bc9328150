#pragma once

#include "config.hpp"
#include "model/stores/registration_store.hpp"
#include "net/http_client.hpp"
#include "net/metrics.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/publisher.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

namespace ciclo::discord_bot {

struct Request {
    model::Interaction interaction;
    std::chrono::steady_clock::time_point not_before{};
};

// Answers /registrar. First answers go out by threads that do nothing else, because Discord waits three
// seconds for them; what the answer says is worked out behind them. Nothing here waits for role work.
class RegistrationDesk {
public:
    RegistrationDesk(const Config& config, rabbitmq::Publisher& publisher, net::Metrics& metrics);

    // Never waits. The same interaction may come again, also after a process before this one has begun with it.
    void put(model::Interaction interaction);

    // Loops, one thread each; several may run.
    void defer(std::stop_token stop);
    void answer(std::stop_token stop);

private:
    class Line {
    public:
        void put(Request request);
        std::optional<Request> take(std::stop_token stop);

    private:
        std::mutex mutex_;
        std::condition_variable_any filled_;
        std::deque<Request> requests_;
    };

    bool begin(const std::string& interaction_id);
    void end(const std::string& interaction_id);
    bool answer_one(postgres::Session& session, net::HttpClient& http, const Request& request);
    void count(std::string_view outcome);

    const Config& config_;
    rabbitmq::Publisher& publisher_;
    net::Metrics& metrics_;
    net::Histogram defer_seconds_;
    Line to_defer_;
    Line to_answer_;
    std::mutex mutex_;
    std::set<std::string> at_work_;
};

} // namespace ciclo::discord_bot
