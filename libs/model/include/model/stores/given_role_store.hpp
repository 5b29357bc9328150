#pragma once

#include "core/time.hpp"
#include "model/rules/role_plan.hpp"
#include "postgres/connection.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

// Roles that ciclo gave and took on Discord: table discord_given_roles. What was seen is in discord_members.
namespace ciclo::model {

struct RoleEvidence {
    std::map<std::string, RoleHistory> history;
    std::map<std::string, Time> ended; // see RoleQuestion
    std::set<std::string> held_back;
};

// Of one account of one student.
RoleEvidence read_role_evidence(postgres::Connection& connection, const std::string& user_id,
                                const std::string& discord_id);

struct FormerAccount {
    std::string discord_id;
    std::set<std::string> roles; // given by ciclo and not gone
};

// Accounts that were the student's before and are nobody's now, as far as they still have something of ours.
std::vector<FormerAccount> read_former_accounts(postgres::Connection& connection, const std::string& user_id);

struct RoleOfAccount {
    std::string discord_id;
    std::string role_id;
    std::string user_id;
};

// Before the call, so that a lost answer cannot hide what was done.
void intend_to_give(postgres::Connection& connection, const RoleOfAccount& role);
void intend_to_take(postgres::Connection& connection, const RoleOfAccount& role);

// After it succeeded, or once the outcome was seen. True for the first who says so: the one to write the audit
// event, in the same transaction.
bool confirm_given(postgres::Connection& connection, const RoleOfAccount& role, Time at);
bool confirm_taken(postgres::Connection& connection, const RoleOfAccount& role, Time at);

// It was surely not done.
void drop_intent(postgres::Connection& connection, const RoleOfAccount& role);

// Roles have changed in the guild: what was given up because of a role is tried once more, a few seconds from now, so
// that a burst of changes is answered once. Answers for how many students.
std::size_t recheck_refused_roles(postgres::Connection& connection);

// Seen without a role that their access once gave.
void note_absent(postgres::Connection& connection, const std::string& discord_id, const std::string& user_id,
                 const std::vector<std::string>& roles, Time seen_at);

} // namespace ciclo::model
