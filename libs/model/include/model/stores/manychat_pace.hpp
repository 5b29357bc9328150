#pragma once

#include "postgres/connection.hpp"

#include <chrono>
#include <string_view>

// One pace for each of ManyChat's endpoints, kept by all replicas together: table manychat_pace.
namespace ciclo::model {

// Takes the next turn of the endpoint and answers how long to wait for it; turns lie `interval` apart.
std::chrono::milliseconds reserve_manychat_turn(postgres::Connection& connection, std::string_view endpoint,
                                                std::chrono::microseconds interval);

// Nobody's turn comes before `pause` is over: ManyChat said that it was too much.
void hold_manychat_turns(postgres::Connection& connection, std::string_view endpoint, std::chrono::milliseconds pause);

} // namespace ciclo::model
