#include "hotmart_jobs.hpp"

#include "core/log.hpp"
#include "counted_write.hpp"
#include "model/rules/money.hpp"
#include "model/stores/hotmart_catalogue_store.hpp"

namespace ciclo::sync_worker {

namespace {

// What is written is counted with its commit; what is only looked at, at the end, because another attempt looks at all
// of it again.
class Pull {
public:
    Pull(jobs::JobContext& job, hotmart::Client& client) : job_(job), client_(client) {}

    Result<void> run()
    {
        const auto listed = client_.products([this](const auto& page) { return pull_products(page); });
        job_.pause_point();
        job_.count("products", products_);
        job_.count("offers", offers_);
        job_.count("errors", errors_);
        if (!listed)
            return listed.error();
        return {};
    }

private:
    Result<void> pull_products(const std::vector<hotmart::Product>& page)
    {
        std::vector<model::HotmartProduct> products;
        for (const hotmart::Product& product : page)
            if (product.status != "DELETED")
                products.push_back(model::HotmartProduct{product.id, product.ucode, product.name});
        write(products);
        products_ += static_cast<std::int64_t>(products.size());
        for (const hotmart::Product& product : page) {
            job_.pause_point();
            const auto pulled = pull_offers(product);
            job_.pause_point();
            job_.progress(++looked_at_);
            if (pulled)
                continue;
            if (pulled.error().kind == ErrorKind::unauthorized)
                return pulled;
            log::warning(
                "the offers of a product could not be read; the others are",
                {{"job_run_id", job_.run_id()}, {"hotmart_product_id", product.id}, {"error", pulled.error().detail}});
            ++errors_;
        }
        return {};
    }

    void write(const std::vector<model::HotmartProduct>& products)
    {
        postgres::Transaction transaction{job_.connection()};
        const auto written = model::write_hotmart_products(job_.connection(), products);
        if (written.inserted + written.identifiers == 0)
            return;
        job_.count("inserted", static_cast<std::int64_t>(written.inserted));
        job_.count("identifiers", static_cast<std::int64_t>(written.identifiers));
        save();
        transaction.commit();
    }

    Result<void> pull_offers(const hotmart::Product& product)
    {
        const std::string ours = model::product_of_hotmart_id(job_.connection(), product.id);
        if (ours.empty() || product.ucode.empty())
            return {};
        const auto listed = client_.offers(product.ucode, [&](const std::vector<hotmart::Offer>& page) -> Result<void> {
            std::vector<model::HotmartOffer> offers;
            for (const hotmart::Offer& offer : page)
                offers.push_back(model::HotmartOffer{offer.code, offer.name,
                                                     model::Money::parse(offer.price) ? offer.price : std::string{},
                                                     offer.currency, offer.is_main});
            write_counted(
                job_, "offers_written", [&] { return model::write_hotmart_offers(job_.connection(), ours, offers); },
                [this] { save(); });
            return {};
        });
        if (!listed)
            return listed.error();
        offers_ += static_cast<std::int64_t>(listed->items);
        return {};
    }

    // Only for the counters: there is no place to go on from.
    void save() { job_.save("{}"); }

    jobs::JobContext& job_;
    hotmart::Client& client_;
    std::int64_t looked_at_ = 0;
    std::int64_t products_ = 0;
    std::int64_t offers_ = 0;
    std::int64_t errors_ = 0;
};

} // namespace

Result<void> sync_hotmart_products(jobs::JobContext& job, const HotmartJobs& settings)
{
    for (const auto* counter : {"products", "inserted", "identifiers", "offers", "offers_written", "errors"})
        job.count(counter, 0);
    if (const auto ready = check_credentials(settings.hotmart); !ready)
        return ready;
    HotmartAccess access{settings.hotmart, job.stopping()};
    return Pull{job, access.client()}.run();
}

} // namespace ciclo::sync_worker
