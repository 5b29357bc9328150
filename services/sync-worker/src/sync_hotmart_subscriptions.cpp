#include "hotmart_jobs.hpp"

#include "core/log.hpp"
#include "hotmart_facts.hpp"

namespace ciclo::sync_worker {

namespace {

// What the subscriptions of one page show and we do not know.
class Repairs {
public:
    Repairs(jobs::JobContext& job, hotmart::Client& client, FactBatch& batch)
        : job_(job), client_(client), batch_(batch)
    {
    }

    Result<std::size_t> visit(const std::vector<hotmart::Subscription>& page)
    {
        errors_ = 0;
        std::vector<std::pair<std::string, std::string>> latest;
        for (const auto& subscription : page)
            latest.emplace_back(subscription.subscriber_code, subscription.transaction);
        const auto known = model::known_subscriptions(job_.connection(), latest);
        std::vector<model::Fact> facts;
        for (const auto& subscription : page) {
            const auto one = known.find(subscription.subscriber_code);
            const auto* ours = one == known.end() ? nullptr : &one->second;
            if (!subscription.transaction.empty() && (ours == nullptr || !ours->has_transaction))
                if (const auto asked = add_payments(facts, subscription); !asked)
                    return asked.error();
            for (auto& fact : facts_of_subscription(subscription, ours, now()))
                facts.push_back(std::move(fact));
        }
        if (const auto recorded = batch_.record(std::move(facts)); !recorded)
            return recorded.error();
        return errors_;
    }

private:
    // The sales of the API do not tell their subscription; this list does.
    Result<void> add_payments(std::vector<model::Fact>& facts, const hotmart::Subscription& subscription)
    {
        const auto purchases = client_.purchases(subscription.subscriber_code);
        job_.pause_point();
        if (!purchases) {
            if (purchases.error().kind == ErrorKind::unauthorized)
                return purchases.error();
            log::warning("the payments of a subscription could not be read; the next run asks again",
                         {{"job_run_id", job_.run_id()}, {"error", purchases.error().detail}});
            ++errors_;
            return {};
        }
        std::vector<std::string> codes;
        for (const auto& purchase : *purchases)
            codes.push_back(purchase.transaction);
        const auto known = model::known_payments(job_.connection(), codes);
        for (const auto& purchase : *purchases) {
            const auto payment = known.find(purchase.transaction);
            if (!is_news(purchase.status, payment == known.end() ? nullptr : &payment->second))
                continue;
            if (auto fact = fact_of_purchase(purchase, subscription, now()))
                facts.push_back(std::move(*fact));
        }
        return {};
    }

    jobs::JobContext& job_;
    hotmart::Client& client_;
    FactBatch& batch_;
    std::size_t errors_ = 0; // of the present page
};

} // namespace

Result<void> sync_hotmart_subscriptions(jobs::JobContext& job, const HotmartJobs& settings,
                                        rabbitmq::Publisher& publisher)
{
    job.count("errors", 0);
    if (const auto ready = check_credentials(settings.hotmart); !ready)
        return ready;
    HotmartAccess access{settings.hotmart, job.stopping()};
    FactBatch batch{job, settings.policy, publisher};
    Repairs repairs{job, access.client(), batch};
    const auto mirrored =
        mirror_subscriptions(job, access.client(), batch, [&](const auto& page) { return repairs.visit(page); });
    if (!mirrored)
        return mirrored;
    return batch.finish();
}

} // namespace ciclo::sync_worker
