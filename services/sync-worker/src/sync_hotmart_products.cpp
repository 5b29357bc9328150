#include "hotmart_jobs.hpp"

#include "core/log.hpp"
#include "model/rules/money.hpp"
#include "model/stores/hotmart_catalogue_store.hpp"

namespace ciclo::sync_worker {

namespace {

Result<void> pull_offers(jobs::JobContext& job, hotmart::Client& client, const hotmart::Product& product)
{
    const std::string ours = model::product_of_hotmart_id(job.connection(), product.id);
    if (ours.empty() || product.ucode.empty())
        return {};
    const auto listed = client.offers(product.ucode, [&](const std::vector<hotmart::Offer>& page) -> Result<void> {
        std::vector<model::HotmartOffer> offers;
        for (const hotmart::Offer& offer : page)
            offers.push_back(model::HotmartOffer{offer.code, offer.name,
                                                 model::Money::parse(offer.price) ? offer.price : std::string{},
                                                 offer.currency, offer.is_main});
        job.count("offers_written",
                  static_cast<std::int64_t>(model::write_hotmart_offers(job.connection(), ours, offers)));
        return {};
    });
    if (!listed)
        return listed.error();
    job.count("offers", static_cast<std::int64_t>(listed->items));
    return {};
}

Result<void> pull_products(jobs::JobContext& job, hotmart::Client& client, const std::vector<hotmart::Product>& page)
{
    std::vector<model::HotmartProduct> products;
    for (const hotmart::Product& product : page)
        if (product.status != "DELETED")
            products.push_back(model::HotmartProduct{product.id, product.ucode, product.name});
    {
        postgres::Transaction transaction{job.connection()};
        const auto written = model::write_hotmart_products(job.connection(), products);
        transaction.commit();
        job.count("inserted", static_cast<std::int64_t>(written.inserted));
        job.count("identifiers", static_cast<std::int64_t>(written.identifiers));
        job.count("products", static_cast<std::int64_t>(products.size()));
    }
    for (const hotmart::Product& product : page) {
        job.pause_point();
        const auto pulled = pull_offers(job, client, product);
        job.pause_point();
        if (pulled)
            continue;
        if (pulled.error().kind == ErrorKind::unauthorized)
            return pulled;
        log::warning(
            "the offers of a product could not be read; the others are",
            {{"job_run_id", job.run_id()}, {"hotmart_product_id", product.id}, {"error", pulled.error().detail}});
        job.count("errors");
    }
    return {};
}

} // namespace

Result<void> sync_hotmart_products(jobs::JobContext& job, const HotmartJobs& settings)
{
    for (const auto* counter : {"products", "inserted", "identifiers", "offers", "offers_written", "errors"})
        job.count(counter, 0);
    if (const auto ready = check_credentials(settings.hotmart); !ready)
        return ready;
    HotmartAccess access{settings.hotmart, job.stopping()};
    const auto listed =
        access.client().products([&](const auto& page) { return pull_products(job, access.client(), page); });
    job.pause_point();
    if (!listed)
        return listed.error();
    return {};
}

} // namespace ciclo::sync_worker
