#pragma once

#include "discord/client.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <string>

namespace ciclo::discord_bot {

// Those who joined while no session was open: a session that begins anew is not told of them, so the member list
// is read for people who came lately and whom nobody has decided about. They are greeted like everybody unknown. Which
// invite brought them cannot be known any more, so their code is what links them.
class MissedJoins {
public:
    explicit MissedJoins(discord::Client& client) : client_(client) {}

    void session_began();

    // Reads at most one page.
    void step(postgres::Connection& connection);

private:
    discord::Client& client_;
    bool is_reading_ = false;
    std::string last_read_;
    std::chrono::steady_clock::time_point not_before_{};
};

} // namespace ciclo::discord_bot
