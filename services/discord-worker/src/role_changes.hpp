#pragma once

#include "core/result.hpp"
#include "discord/client.hpp"
#include "model/rules/role_plan.hpp"
#include "model/stores/given_role_store.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace ciclo::discord_worker {

// Gives and takes roles of one account, and writes down each: the intent before the call, the deed with its audit
// event after it, once, whatever happens in between.
class RoleChanges {
public:
    struct Account {
        std::string discord_id;
        std::string user_id;
        std::string correlation_id;
    };

    // `held`: as just seen. Kept up to date.
    RoleChanges(postgres::Connection& connection, discord::Client& client, Account account, std::set<std::string>& held)
        : connection_(connection), client_(client), account_(std::move(account)), held_(held)
    {
    }

    // What an earlier attempt did although its answer was lost is noted now. Brings `history` up to date.
    void note_lost_answers(std::map<std::string, model::RoleHistory>& history);

    // New roles first, so that a change of plan never leaves a paying student without any. One role that cannot
    // be given or taken does not hold back the others; the first failure is the answer.
    Result<void> apply(const model::RolePlan& plan, const std::map<std::string, model::RoleHistory>& history);

    bool changed_something() const noexcept { return changed_; }

private:
    void give(const std::string& role, bool was_taken_by_hand);
    void take(const std::string& role);
    void note_given(const std::string& role, bool was_taken_by_hand);
    void note_taken(const std::string& role);
    void failed(std::string_view what, const std::string& role, Error error);
    bool may_go_on() const;
    model::RoleOfAccount row_of(const std::string& role) const { return {account_.discord_id, role, account_.user_id}; }

    postgres::Connection& connection_;
    discord::Client& client_;
    Account account_;
    std::set<std::string>& held_;
    Result<void> outcome_;
    bool changed_ = false;
};

} // namespace ciclo::discord_worker
