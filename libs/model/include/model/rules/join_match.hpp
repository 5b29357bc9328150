#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

// Discord does not say which invite a newcomer came by. An invite for one use disappears at the moment
// somebody joins by it, so the two events come together.
namespace ciclo::model {

// How far apart the two may arrive, and how long to wait before deciding.
inline constexpr std::chrono::seconds join_window{2};

struct JoinScene {
    bool account_is_linked = false;        // meanwhile, in another way
    int other_newcomers = 0;               // unknown people who joined within the window, besides this one
    std::vector<std::string> gone_invites; // of ours, unused until then and not expired, gone within the window
};

// The invite that can only have been this newcomer's. With any doubt there is none: a wrong link would
// give one student's purchase to another, while no link costs the student one command.
std::optional<std::string> matching_invite(const JoinScene& scene);

} // namespace ciclo::model
