#pragma once

#include "config.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "rabbitmq/publisher.hpp"
#include "worker/bell_loop.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace ciclo::lifecycle {

// Folds students again that somebody asked for: an operator linked an account, a sale can be
// served now, time or the policy changed something.
class FoldLoop {
public:
    FoldLoop(const Config& config, rabbitmq::Publisher& publisher);

    void run(std::stop_token stop);
    bool ready() const noexcept { return loop_.ready(); }

private:
    void fold(const std::string& user_id);
    void give_up_or_postpone(const std::string& error);
    void want_policy_folds(postgres::Connection& connection);

    const Config& config_;
    std::string policy_; // as text
    rabbitmq::Publisher& publisher_;
    worker::BellLoop loop_;
    model::CatalogueCache catalogue_;
    std::optional<model::Lease> lease_; // of the student being folded
    int policy_looks_ = 0;
    std::chrono::steady_clock::time_point next_policy_look_{};
};

} // namespace ciclo::lifecycle
