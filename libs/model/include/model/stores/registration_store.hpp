#pragma once

#include "core/time.hpp"
#include "model/stores/discord_link_store.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Uses of /registrar: tables discord_interactions and registration_attempts.
namespace ciclo::model {

inline constexpr int registration_attempts_allowed = 5; // codes that a member may try in one window
inline constexpr std::chrono::minutes registration_window{15};
inline constexpr std::chrono::minutes interaction_life{15}; // Discord forgets the token then

struct Interaction {
    std::string id;
    std::string token; // secret
    std::string application_id;
    std::string channel_id;
    std::string discord_id;
    std::string code; // as typed
    Time received_at;
};

// Keeps it until it is answered. The same one again changes nothing.
void remember_interaction(postgres::Connection& connection, const Interaction& interaction);

enum class RegistrationOutcome { registered, invalid, expired, already_registered, wrong_channel, throttled };

std::string_view to_string(RegistrationOutcome outcome) noexcept;

struct RegistrationDecision {
    RegistrationOutcome outcome = RegistrationOutcome::invalid;
    std::optional<LinkedStudent> linked; // only when it was decided by this call: ring for the fold
};

// Decides once, in a transaction of its own; the same interaction again gets the same answer.
RegistrationDecision decide_registration(postgres::Connection& connection, const Interaction& interaction,
                                         bool is_wrong_channel, Time now);

// Its secrets are forgotten.
void mark_interaction_answered(postgres::Connection& connection, std::string_view id);

// Those that wait for longer than `patience` and can still be answered.
std::vector<Interaction> unanswered_interactions(postgres::Connection& connection, std::chrono::seconds patience);

// What nobody can answer any more, and what is of no use after a day.
void forget_old_interactions(postgres::Connection& connection);

// "abc-12 345" -> "ABC12345".
std::string normalised_code(std::string_view typed);

} // namespace ciclo::model
