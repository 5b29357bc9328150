#pragma once

#include "core/time.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

// Which roles a member should be given and which may be taken, as a pure function of what is known.
namespace ciclo::model {

// What ciclo did with one role of one account.
struct RoleHistory {
    bool giving = false; // asked for, and the answer was never seen
    bool taking = false;
    std::optional<Time> given_at;
    std::optional<Time> gone_at; // taken, or seen without it
    bool taken_by_us = false;

    // Was it given by us, and has it not been gone since? A role that was taken by hand and given again by
    // hand is not ours.
    bool is_given() const noexcept { return given_at && (!gone_at || *gone_at < *given_at); }
    // Did somebody else take what we gave?
    bool was_taken_by_hand() const noexcept { return given_at && !is_given() && !taken_by_us; }
};

struct RoleQuestion {
    std::set<std::string> wanted;  // by the student's active products
    std::set<std::string> held;    // as seen now
    std::set<std::string> managed; // may be touched at all, the visitor role included
    std::string visitor_role;      // for whom no product gives a role; empty: none
    std::map<std::string, RoleHistory> history;
    std::map<std::string, Time> ended; // roles of products whose access ended, with the last end
    std::set<std::string> held_back{}; // what a stopped sweep keeps from being taken
};

struct RolePlan {
    std::vector<std::string> give;
    std::vector<std::string> take;
    std::vector<std::string> by_hand;   // managed and not wanted, but nothing shows that they are ours to take
    std::vector<std::string> held_back; // would be taken
    std::vector<std::string> absent;    // ended, not held: a role given by hand later is somebody's courtesy

    bool changes_nothing() const noexcept { return give.empty() && take.empty(); }
};

// A role is taken only on evidence: ciclo gave it, or the student's access to it ended by a fact and it has not
// been gone since. The visitor role ends when a product role comes.
RolePlan plan_roles(const RoleQuestion& question);

} // namespace ciclo::model
