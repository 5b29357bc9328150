#pragma once

#include "config.hpp"
#include "discord/bot_api.hpp"
#include "postgres/connection.hpp"
#include "rabbitmq/publisher.hpp"
#include "registration_desk.hpp"

#include <chrono>
#include <deque>
#include <string>

namespace ciclo::discord_bot {

// What is done beside the events, a small step at a time: the command's registration, members whose news
// may have been missed, commands that still wait for their answer.
class FollowUps {
public:
    FollowUps(const Config& config, discord::BotApi& api, discord::Client& client, rabbitmq::Publisher& publisher,
              RegistrationDesk& desk)
        : config_(config), api_(api), client_(client), publisher_(publisher), desk_(desk)
    {
    }

    void session_began();
    void step(postgres::Connection& connection);

private:
    void register_command(postgres::Connection& connection);
    void read_next_member(postgres::Connection& connection);
    void look_for_unanswered(postgres::Connection& connection);

    const Config& config_;
    discord::BotApi& api_;
    discord::Client& client_;
    rabbitmq::Publisher& publisher_;
    RegistrationDesk& desk_;
    using TimePoint = std::chrono::steady_clock::time_point;
    bool is_registered_ = false;
    TimePoint register_at_{};
    bool reads_members_ = true;
    std::string last_read_;
    TimePoint read_at_{};
    TimePoint look_at_{};
};

} // namespace ciclo::discord_bot
