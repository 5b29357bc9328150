#pragma once

#include "fold_fixture.hpp"
#include "model/stores/webhook_event_store.hpp"
#include "random_school.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ciclo::testing {

// Deliveries from the gateway's insert to the worker's commit.
class WorkerFixture : public FoldFixture {
public:
    // As one batch of one worker; again when the server broke a deadlock, as the worker does.
    void deliver(const std::vector<Delivery>& batch) { deliver_on(connection(), batch); }
    void deliver_on(postgres::Connection& own, const std::vector<Delivery>& batch) const;
    // Events that wait are acted on, as a worker would that was rung for them.
    void work_off();
    // Folds everybody who is due.
    void fold_due();

    // Everything, read and folded again; what that wrote or changed.
    std::size_t replay();

    std::string event_status(const std::string& id)
    {
        return text("SELECT status FROM webhook_events WHERE id = $1", {id});
    }
};

// More rounds of the random tests: TEST_ROUNDS times as many.
std::uint32_t rounds(std::uint32_t usual);

} // namespace ciclo::testing
