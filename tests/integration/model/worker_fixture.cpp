#include "worker_fixture.hpp"

#include "model/stores/apply_events.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/replay.hpp"

#include <cstdlib>

namespace ciclo::testing {

using namespace model;
using namespace std::chrono_literals;

namespace {

constexpr int most_conflicts = 20;

void apply(postgres::Connection& own, const std::vector<std::string>& ids, const Policy& policy, Time now)
{
    CatalogueCache cache;
    for (int attempt = 1;; ++attempt) {
        try {
            (void)apply_events(own, ids, cache, policy, [now] { return now; });
            return;
        } catch (const postgres::Failure& failure) {
            if (!failure.is_conflict() || attempt == most_conflicts)
                throw;
        }
    }
}

} // namespace

void WorkerFixture::deliver_on(postgres::Connection& own, const std::vector<Delivery>& batch) const
{
    std::vector<NewWebhookEvent> events;
    std::vector<std::string> ids;
    for (const Delivery& one : batch) {
        events.push_back({one.id, "", one.type, one.payload, now});
        ids.push_back(one.id);
    }
    insert_webhook_events(own, events);
    apply(own, ids, policy, now);
}

void WorkerFixture::work_off()
{
    const auto rows = connection().execute("SELECT id FROM webhook_events WHERE status = 'received'");
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows.text(i, 0));
    apply(connection(), ids, policy, now);
}

void WorkerFixture::fold_due()
{
    const auto rows = connection().execute(
        "SELECT user_id FROM reconciliations WHERE target = 'lifecycle' AND applied_version < wanted_version");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto lease = lease_reconciliation(connection(), "lifecycle", rows.text(i, 0), 60s);
        refold({rows.text(i, 0)});
        complete_reconciliation(connection(), lease.value());
    }
}

std::size_t WorkerFixture::replay()
{
    CatalogueCache cache;
    std::size_t changes = 0;
    std::string after;
    do {
        const auto page = replay_facts(connection(), {}, after, cache);
        changes += page.facts_changed + page.requeued;
        after = page.last_id;
    } while (!after.empty());
    do {
        const auto page = replay_folds(connection(), {}, after, cache, policy, now);
        changes += page.rows_written;
        after = page.last_id;
    } while (!after.empty());
    return changes;
}

std::uint32_t rounds(std::uint32_t usual)
{
    const char* more = std::getenv("TEST_ROUNDS");
    return usual * static_cast<std::uint32_t>(more == nullptr ? 1 : std::max(1, std::atoi(more)));
}

} // namespace ciclo::testing
