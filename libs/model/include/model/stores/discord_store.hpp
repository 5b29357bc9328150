#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

// What Discord should show for a student, and what was seen there.
namespace ciclo::model {

struct DiscordWish {
    std::string email;
    std::string discord_id;        // empty: account not known yet
    std::set<std::string> roles;   // granted by the student's active products
    std::set<std::string> managed; // every role that ciclo may touch, the visitor role included
    std::vector<std::string> product_names;
};

// From the tables, at this moment. Nothing when the user does not exist.
std::optional<DiscordWish> read_discord_wish(postgres::Connection& connection, const std::string& user_id);

// Every role that ciclo may touch.
std::set<std::string> managed_roles(postgres::Connection& connection);

struct SeenMember {
    std::string discord_id;
    std::string user_id;
    bool present = false;
    bool pending = false;
    std::set<std::string> roles;
    Time seen_at;
    bool changed_by_us = false;
};

// Unless something newer was seen already. Of a student who was merged into another one meanwhile, only what was seen
// is kept. Whatever ciclo gave and is missing here has been lost (a trigger notes it).
void record_member(postgres::Connection& connection, const SeenMember& member);

struct Invite {
    std::string code;
    std::string user_id;
    std::string channel_id;
    Time created_at;
    Time expires_at;
};

std::optional<Invite> find_open_invite(postgres::Connection& connection, const std::string& user_id);
void record_invite(postgres::Connection& connection, const Invite& invite);

} // namespace ciclo::model
