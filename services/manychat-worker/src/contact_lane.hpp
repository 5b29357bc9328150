#pragma once

#include "model/stores/reconciliation_store.hpp"
#include "postgres/session.hpp"
#include "rabbitmq/consumer.hpp"
#include "shared.hpp"
#include "shared_pace.hpp"
#include "sync_contact.hpp"

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
    bool ready() const noexcept { return session_.connected() && consumer_.connected(); }

private:
    void on_bell(const rabbitmq::Delivery& bell);
    void reconcile(const std::string& user_id);
    Result<SyncedContact> sync(const model::Lease& lease);
    void finish(const model::Lease& lease, const SyncedContact& synced);
    void handle_failure(const model::Lease& lease, const Error& failure);
    void count(std::string_view outcome);

    Shared shared_;
    postgres::Session session_;
    rabbitmq::Consumer consumer_;
    SharedPace pace_;
    manychat::Client client_;
    net::Histogram seconds_;
};

} // namespace ciclo::manychat_worker
