#pragma once

#include "core/time.hpp"
#include "model/rules/join_match.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// What the gateway shows of members: tables discord_members, discord_joins, and the ends of invites.
namespace ciclo::model {

struct GatewayMember {
    std::string discord_id;
    bool present = true;
    std::optional<bool> pending; // not told: as it was
    std::set<std::string> roles;
    Time seen_at;
};

struct MemberBefore {
    std::string user_id; // the student whose account it is; empty: nobody's
    bool was_present = false;
    bool was_pending = false;
};

// Writes down what was seen, unless something newer was seen already.
MemberBefore see_member(postgres::Connection& connection, const GatewayMember& member);

// As it was seen last.
std::optional<GatewayMember> find_seen_member(postgres::Connection& connection, std::string_view discord_id);

// Is the student's reconciliation asked for and not finished?
bool is_discord_under_way(postgres::Connection& connection, std::string_view user_id);

// Was it given up, and waits for a person?
bool is_discord_given_up(postgres::Connection& connection, std::string_view user_id);

// A newcomer whom nobody knew. The same join may be told several times.
void record_join(postgres::Connection& connection, std::string_view discord_id, Time joined_at, Time seen_at);

// The same of somebody found in the member list, unless the account is a student's.
void record_missed_join(postgres::Connection& connection, std::string_view discord_id, Time joined_at);

// Whoever left needs no welcome any more.
void forget_open_joins(postgres::Connection& connection, std::string_view discord_id);

// Only of ours; what it was first seen at counts.
void mark_invite_gone(postgres::Connection& connection, std::string_view code, Time at);

struct OpenJoin {
    std::string discord_id;
    std::string joined_at; // the key, as stored
    Time seen_at;
};

// Joins that have settled and wait for a decision, the oldest first.
std::vector<OpenJoin> open_joins(postgres::Connection& connection, Time seen_before);

// What else happened around this join.
JoinScene scene_of(postgres::Connection& connection, const OpenJoin& join);

enum class JoinEnd { linked, welcoming, welcomed, unreachable, open };
void end_join(postgres::Connection& connection, const OpenJoin& join, JoinEnd end);

struct AwaitedMember {
    std::string user_id;
    std::string discord_id;
};

// Known accounts that should have a role and were last seen outside the guild, before its rules, or never.
// Ordered by account; `after` is the last one of the page before.
std::vector<AwaitedMember> awaited_members(postgres::Connection& connection, std::string_view after, int most);

} // namespace ciclo::model
