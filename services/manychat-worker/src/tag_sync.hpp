#pragma once

#include "config.hpp"
#include "jobs/job_context.hpp"
#include "model/stores/provider_health.hpp"
#include "page.hpp"
#include "shared.hpp"
#include "sync_contact.hpp"

#include <cstdint>
#include <string>

namespace ciclo::manychat_worker {

// The job sync_manychat_tags: looks at everybody (or at the students of one product: `product_id`, an id or a name),
// page by page, and makes equal what differs. Whoever is as it was applied last costs neither a call nor a write, but
// for being read back once in a while: people change tags by hand.
class TagSync {
public:
    TagSync(const Config& config, Page& page) : config_(config), page_(page) {}

    // Counters: synced, skipped_no_phone, skipped_no_subscriber, skipped_error, status_changes. An error ends the
    // run: ManyChat does not answer, or does not accept the token.
    Result<void> run(jobs::JobContext& context);

private:
    struct Pass;
    Result<void> walk(Pass& pass, const std::string& product, std::int64_t total);
    Result<bool> wait_until_well(Pass& pass);
    static void save(Pass& pass);
    Result<void> visit(Pass& pass, const model::ManychatWish& wish);
    Result<SyncedContact> sync(Pass& pass, const model::ManychatWish& wish);
    Result<void> handle_failure(Pass& pass, const model::ManychatWish& wish, const Error& error);
    static void forgive(Pass& pass, const model::ManychatWish& wish);
    bool was_sought_lately(const model::ManychatWish& wish) const;
    bool is_to_be_read_back(const model::ManychatWish& wish) const;

    const Config& config_;
    Page& page_;
    model::ProviderHealth health_{provider};
};

} // namespace ciclo::manychat_worker
