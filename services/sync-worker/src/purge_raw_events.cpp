#include "internal_jobs.hpp"

#include "core/time.hpp"
#include "model/stores/raw_event_purge.hpp"

#include <fmt/core.h>

namespace ciclo::sync_worker {

namespace {

constexpr int page_size = 500;

} // namespace

// By id, so that an interrupted run goes on where it was; the limit is the one of the first attempt.
Result<void> purge_raw_events(jobs::JobContext& context, std::chrono::days retention)
{
    auto& connection = context.connection();
    const auto saved_limit = time_from_text(context.checkpoint_member("received_before"));
    const Time received_before = saved_limit.value_or(now() - retention);
    std::string after = context.checkpoint_member("after");
    context.count("purged", 0);
    context.count("rejected_deleted", 0);
    std::int64_t done = context.checkpoint_number("done");
    const auto total = done + model::count_purgeable_events(connection, received_before, after);
    context.progress(done, total);
    while (true) {
        context.pause_point();
        postgres::Transaction transaction{connection};
        const auto page = model::purge_events(connection, received_before, after, page_size);
        const auto rejected = model::delete_rejected_webhooks(connection, received_before, page_size);
        context.count("purged", page.purged);
        context.count("rejected_deleted", rejected);
        done += page.purged;
        context.progress(done, total);
        if (page.purged > 0)
            after = page.last_id;
        context.save(fmt::format(R"({{"received_before": "{}", "after": "{}", "done": {}}})",
                                 to_iso8601(received_before), after, done));
        transaction.commit();
        if (page.purged < page_size && rejected < page_size)
            return {};
    }
}

} // namespace ciclo::sync_worker
