#pragma once

#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

// A guild ("server") and what is in it, as Discord's REST API shows them.
namespace ciclo::discord {

struct Guild {
    std::string id;
    std::string name;
    std::string owner_id;
};

struct Member {
    std::string user_id;
    std::set<std::string> roles{};
    bool pending = false; // has not accepted the guild's rules yet
    std::string username{};
    bool is_bot = false;
    std::optional<Time> joined_at{}; // the present stay
};

struct Role {
    std::string id;
    std::string name;
    int position = 0;              // a bot gives and takes only roles below its own highest one
    bool managed = false;          // belongs to an integration: nobody can give it by hand
    std::uint64_t permissions = 0; // see permissions.hpp
};

struct Overwrite {
    std::string id; // of a role or a member
    std::uint64_t allow = 0;
    std::uint64_t deny = 0;
};

struct Channel {
    std::string id;
    std::string name;
    int type = 0; // 0 text, 5 announcement
    std::vector<Overwrite> overwrites{};
};

struct Application {
    std::string id;
    std::uint64_t flags = 0;

    // The privileged intent, approved or limited (bits 14 and 15).
    bool sees_members() const noexcept { return (flags & (3U << 14U)) != 0; }
};

} // namespace ciclo::discord
