#pragma once

#include "config.hpp"
#include "model/stores/catalogue_store.hpp"
#include "rabbitmq/publisher.hpp"
#include "worker/bell_loop.hpp"

#include <stop_token>
#include <string>

namespace ciclo::lifecycle {

// Folds students again that somebody asked for: an operator linked an account, the catalogue changed.
class FoldLoop {
public:
    FoldLoop(const Config& config, rabbitmq::Publisher& publisher);

    void run(std::stop_token stop);
    bool ready() const noexcept { return loop_.ready(); }

private:
    void fold(const std::string& user_id);

    const Config& config_;
    rabbitmq::Publisher& publisher_;
    worker::BellLoop loop_;
    model::CatalogueCache catalogue_;
};

} // namespace ciclo::lifecycle
