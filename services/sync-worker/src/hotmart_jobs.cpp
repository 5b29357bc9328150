#include "hotmart_jobs.hpp"

#include "hotmart_facts.hpp"
#include "model/stores/hotmart_buyer_store.hpp"
#include "model/stores/hotmart_subscriber_store.hpp"

#include <fmt/core.h>

namespace ciclo::sync {

Result<void> check_credentials(const HotmartConfig& config)
{
    if (config.api.client_id.empty())
        return Error{ErrorKind::unauthorized,
                     "HOTMART_CLIENT_ID and HOTMART_CLIENT_SECRET are not set: make credentials in Hotmart's panel "
                     "(Tools, Hotmart Credentials) and give them to the sync-worker",
                     {}};
    return {};
}

Result<std::vector<std::string>> products_asked_for(jobs::JobContext& job)
{
    const std::string product = job.parameter("product_id");
    if (product.empty())
        return std::vector<std::string>{""};
    auto ids = model::active_hotmart_products(job.connection(), product);
    if (ids.empty())
        return Error{
            ErrorKind::not_found,
            fmt::format("no active product {} with a product.id of Hotmart's: see ciclo product list", product),
            {}};
    return ids;
}

Result<void> mirror_subscriptions(jobs::JobContext& job, hotmart::Client& client,
                                  const hotmart::Visit<hotmart::Subscription>& visit)
{
    job.count("subscriptions", 0);
    job.count("subscriptions_changed", 0);
    const Time until = now();
    for (const auto status : hotmart::subscription_statuses) {
        job.pause_point();
        const hotmart::SubscriptionsQuestion question{"", std::string{status}, {until - whole_history, until}};
        const auto listed = client.subscriptions(question, [&](const std::vector<hotmart::Subscription>& page) {
            std::vector<model::Subscriber> subscribers;
            for (const auto& subscription : page)
                subscribers.push_back(subscriber_of(subscription));
            const auto changed = model::write_subscribers(job.connection(), subscribers);
            job.count("subscriptions", static_cast<std::int64_t>(page.size()));
            job.count("subscriptions_changed", static_cast<std::int64_t>(changed));
            job.pause_point();
            return visit ? visit(page) : Result<void>{};
        });
        job.pause_point();
        if (!listed)
            return listed.error();
    }
    return {};
}

} // namespace ciclo::sync
