#pragma once

#include "model/stores/provider_health.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "shared.hpp"
#include "shared_pace.hpp"
#include "sync_contact.hpp"
#include "worker/bell_loop.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace ciclo::manychat_worker {

// One thread that makes one student's contact equal at a time. Lanes and replicas keep out of each other's way by
// the leases on the rows and the locks on the contacts.
class ContactLane {
public:
    explicit ContactLane(Shared shared);

    void run(std::stop_token stop);
    bool ready() const noexcept { return loop_.ready(); }

private:
    void reconcile(const std::string& user_id);
    Result<SyncedContact> sync(const model::Lease& lease);
    void finish(const model::Lease& lease, const SyncedContact& synced);
    void handle_failure(const model::Lease& lease, const Error& failure);
    void count(std::string_view outcome);

    Shared shared_;
    worker::BellLoop loop_;
    SharedPace pace_;
    manychat::Client client_;
    model::ProviderHealth health_{provider};
    net::Histogram seconds_;
};

} // namespace ciclo::manychat_worker
