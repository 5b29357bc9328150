#pragma once

#include "core/result.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/consumer.hpp"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace ciclo::worker {

// The loop of a worker that does the work of one row for each bell: takes a bell, refuses what cannot be
// understood (it goes to the dead letters), works, acknowledges. A failure leaves the row due, and the sweeper
// rings it again; so every bell that was understood is acknowledged. One thread, with a connection of its own.
class BellLoop {
public:
    struct Settings {
        std::string database_url;
        std::string application; // shows in pg_stat_activity
        std::string amqp_url;
        std::string queue;
        std::uint16_t prefetch = 8;
        std::function<void(postgres::Connection&)> prepare{}; // every new connection, before its first use
        std::function<void(postgres::Connection&)> between{}; // every second or more often, between two bells
    };

    explicit BellLoop(Settings settings);

    // Of the loop's own thread: opened when there is none.
    postgres::Connection& connection() { return session_.connection(); }

    // `work(bell)` for each message of the contract `Bell`, until `stop`. A postgres::Failure or another
    // exception ends only that piece of work.
    template <class Bell, class Work>
    void run(std::stop_token stop, Work work)
    {
        serve(stop, [&](std::string_view body) -> Result<void> {
            const auto bell = Bell::decode(body);
            if (!bell)
                return bell.error();
            work(*bell);
            return {};
        });
    }

    // For /readyz, from any thread. Also while no bell comes the connection is looked after.
    bool ready() const noexcept { return session_.connected() && consumer_.connected(); }

private:
    // An error of `work` means that the message cannot be understood.
    using RawWork = std::function<Result<void>(std::string_view body)>;
    void serve(const std::stop_token& stop, const RawWork& work);
    void on_bell(const rabbitmq::Delivery& bell, const RawWork& work);
    void look_after_connection();
    void do_between();

    std::string queue_;
    std::function<void(postgres::Connection&)> between_;
    postgres::Session session_;
    rabbitmq::Consumer consumer_;
};

} // namespace ciclo::worker
