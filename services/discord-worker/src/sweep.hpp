#pragma once

#include "core/result.hpp"
#include "discord/client.hpp"
#include "model/stores/sweep_store.hpp"
#include "postgres/connection.hpp"

#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace ciclo::discord_worker {

// One sweep over all members of the guild, page by page: compares them with the tables, records what was seen, and
// has those reconciled who differ. Grants are never held back. What would be taken is only noted, and released at the
// end together, unless the brake stops it.
class Sweep {
public:
    struct Settings {
        std::int64_t brake_max_revocations = 20;
        std::function<void(const std::vector<std::string>& user_ids)> ring; // reconciliations became due
        std::function<void(const model::SweepCounters&)> progress;          // after each page
    };
    struct Outcome {
        model::SweepEnd end = model::SweepEnd::done;
        model::SweepCounters counters;
        std::string reason;       // why it was held or failed
        bool was_stopped = false; // by `stop`: it goes on another time
    };

    Sweep(postgres::Connection& connection, discord::Client& client, Settings settings)
        : connection_(connection), client_(client), settings_(std::move(settings))
    {
    }

    // A page that cannot be read is tried again for some minutes; then the sweep fails, and takes nothing.
    Outcome run(const model::LeasedSweep& sweep, const std::stop_token& stop);

private:
    struct Page;
    Result<std::vector<discord::Member>> read_page(const std::string& after, const std::stop_token& stop);
    void compare_page(const Page& page);
    void compare(const model::SweptStudent& student, const Page& page);
    void compare_strangers(const Page& page);
    void write_page();
    Outcome conclude();
    void want(const std::vector<std::string>& user_ids);

    postgres::Connection& connection_;
    discord::Client& client_;
    Settings settings_;

    model::LeasedSweep sweep_{};
    model::SweepCounters counters_;
    std::set<std::string> managed_;
    std::string visitor_;

    // Of the present page only.
    Time seen_at_{};
    std::set<std::string> strangers_;
    std::vector<model::Sight> sights_;
    std::vector<model::Revocation> revocations_;
    std::vector<model::HandHeldRole> hand_held_;
    std::vector<std::string> to_reconcile_;
};

} // namespace ciclo::discord_worker
