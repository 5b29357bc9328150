#pragma once

#include "core/result.hpp"
#include "discord/client.hpp"
#include "jobs/job_context.hpp"
#include "model/rules/brake.hpp"
#include "model/stores/sweep_store.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace ciclo::discord_worker {

// The job reconcile_discord: one pass over all members of the guild, page by page. Compares them with the tables,
// records what was seen, and has those reconciled who differ. Grants are never held back. What would be taken is only
// noted, and released at the end together, unless the brake stops it. A run that was approved for so many people also
// settles the held ones before it. With the parameter "dry_run" nobody is reconciled.
class Sweep {
public:
    struct Settings {
        model::BrakePolicy brake;
        std::function<void(const std::vector<std::string>& user_ids)> ring; // reconciliations became due
    };

    Sweep(jobs::JobContext& context, discord::Client& client, Settings settings);

    // A page that cannot be read is tried again for some minutes; then the run fails, and nothing is taken.
    Result<void> run();

private:
    struct Page;
    Result<std::vector<discord::Member>> read_page(const std::string& after);
    void compare_page(const Page& page);
    void compare(const model::SweptStudent& student, const Page& page);
    void compare_strangers(const Page& page);
    void write_page();
    void conclude(Time started_at);
    bool is_approved() const noexcept { return settings_.brake.approved_people > 0 && !dry_run_; }
    void want(const std::vector<std::string>& user_ids);

    jobs::JobContext& context_;
    postgres::Connection& connection_;
    discord::Client& client_;
    Settings settings_;

    bool dry_run_;
    std::set<std::string> managed_;
    std::string visitor_;

    // Of the present page only.
    Time seen_at_{};
    std::set<std::string> strangers_;
    std::vector<model::Sight> sights_;
    std::vector<model::RoleToTake> to_take_;
    std::vector<model::HandHeldRole> hand_held_;
    std::vector<std::string> to_reconcile_;
    std::vector<std::string> to_ring_; // once it is committed
};

} // namespace ciclo::discord_worker
