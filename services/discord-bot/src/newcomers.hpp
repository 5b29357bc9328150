#pragma once

#include "config.hpp"
#include "discord/bot_api.hpp"
#include "model/stores/join_store.hpp"
#include "postgres/connection.hpp"
#include "rabbitmq/publisher.hpp"

#include <chrono>

namespace ciclo::discord_bot {

// A greeting that comes later would only surprise.
inline constexpr std::chrono::hours use_of_welcome{1};

// Decides about people who joined and whose account nobody knew: the student whose invite brought them,
// or a stranger, who is told by direct message how to register. Once for each join.
class Newcomers {
public:
    Newcomers(const Config& config, discord::BotApi& api, rabbitmq::Publisher& publisher)
        : config_(config), api_(api), publisher_(publisher)
    {
    }

    // Those that have settled by now. One message at a time, so that events do not wait for long.
    void decide(postgres::Connection& connection);

private:
    bool link(postgres::Connection& connection, const model::OpenJoin& join, const std::string& code);
    void welcome(postgres::Connection& connection, const model::OpenJoin& join);

    const Config& config_;
    discord::BotApi& api_;
    rabbitmq::Publisher& publisher_;
    std::chrono::steady_clock::time_point not_before_{};
};

} // namespace ciclo::discord_bot
