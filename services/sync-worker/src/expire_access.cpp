#include "internal_jobs.hpp"

#include "contracts/fold_student.hpp"
#include "model/stores/due_work.hpp"

#include <fmt/core.h>

#include <chrono>
#include <vector>

namespace ciclo::sync_worker {

namespace {

using namespace std::chrono_literals;

constexpr int page_size = 500;

} // namespace

// The fold itself decides; this only makes sure that everybody whose time has come is looked at.
Result<void> expire_access(jobs::JobContext& context, rabbitmq::Publisher& publisher)
{
    auto& connection = context.connection();
    context.count("refolded", 0);
    std::int64_t done = context.checkpoint_number("done");
    while (true) {
        context.pause_point();
        postgres::Transaction transaction{connection};
        const auto marked = static_cast<std::int64_t>(model::want_timed_folds(connection, page_size));
        done += marked;
        context.count("refolded", marked);
        context.progress(done);
        context.save(fmt::format(R"({{"done": {}}})", done));
        transaction.commit();
        std::vector<rabbitmq::Message> bells;
        for (const auto& row : model::due_reconciliations(connection, "lifecycle", 0s, page_size))
            bells.push_back(rabbitmq::message_of(contracts::FoldStudent{
                row.id, row.correlation_id.empty() ? context.correlation_id() : row.correlation_id}));
        publisher.publish(std::move(bells));
        if (marked < page_size)
            return {};
    }
}

} // namespace ciclo::sync_worker
