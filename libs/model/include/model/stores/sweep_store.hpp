#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/rules/brake.hpp"
#include "postgres/connection.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

// Sweeps over all members of the guild, and what a sweep would take: tables discord_sweeps,
// discord_held_revocations, discord_hand_held_roles.
namespace ciclo::model {

// Begins it, or goes on with it. While it runs and while it is held, nobody takes what it has noted.
struct SweepStart {
    std::string id; // of the job's run
    bool dry_run = false;
};
Time begin_sweep(postgres::Connection& connection, const SweepStart& sweep); // when it began first

enum class SweepEnd { done, held };
void finish_sweep(postgres::Connection& connection, const std::string& id, SweepEnd end, const std::string& reason);

// An admin's answer to a held sweep. Answers the students to reconcile; `not_found` when it does not wait.
Result<std::vector<std::string>> confirm_sweep(postgres::Connection& connection, const std::string& id);
// Why it waits; nothing when it does not.
std::optional<std::string> held_because(postgres::Connection& connection, const std::string& id);
Result<void> discard_sweep(postgres::Connection& connection, const std::string& id);
// A later sweep has seen it all again and was approved.
void discard_held_sweeps(postgres::Connection& connection);

// --- one page ---

struct SweptStudent {
    std::string user_id;
    std::string discord_id;
    std::set<std::string> wanted;
    std::optional<bool> was_present; // when last seen; nothing: never seen
};

// Students whose account is after `after` (empty: the first) and not after `until` (empty: no end), in the order of
// account ids, at most `most`.
std::vector<SweptStudent> students_by_account(postgres::Connection& connection, const std::string& after,
                                              const std::string& until, int most);

struct Sight {
    std::string discord_id;
    std::string user_id;
    bool present = false;
    bool pending = false;
    std::set<std::string> roles;
};
void record_sights(postgres::Connection& connection, std::span<const Sight> sights, Time seen_at);

struct RoleToTake {
    std::string user_id;
    std::string discord_id;
    std::string role_id;
    std::string email{}; // only in lists
};
void note_revocations(postgres::Connection& connection, const std::string& sweep_id, std::span<const RoleToTake> roles,
                      Time noted_at);

struct HandHeldRole {
    std::string discord_id;
    std::string role_id;
    std::string user_id; // empty: nobody we know
    std::string username;
    std::string email{}; // only in lists
    Time seen_at{};
};
void note_hand_held(postgres::Connection& connection, std::span<const HandHeldRole> roles, Time seen_at);

// Of these accounts, which belong to nobody now but still have something that ciclo gave to a student: to be
// reconciled.
std::set<std::string> owners_of_given_roles(postgres::Connection& connection, std::span<const std::string> discord_ids);

// --- all pages ---

// By product: a role that two products give counts for both. At most `most` of them.
std::vector<Revocation> revocations_by_product(postgres::Connection& connection, const std::string& sweep_id, int most);
// How many have access to each of these products.
std::map<std::string, std::size_t> count_students(postgres::Connection& connection,
                                                  std::span<const Revocation> revocations);
std::vector<std::string> people_losing(postgres::Connection& connection, const std::string& sweep_id);
std::vector<RoleToTake> list_revocations(postgres::Connection& connection, const std::string& sweep_id, int most);
void forget_hand_held_before(postgres::Connection& connection, Time moment);
std::vector<HandHeldRole> list_hand_held(postgres::Connection& connection, const std::string& role_id);

} // namespace ciclo::model
