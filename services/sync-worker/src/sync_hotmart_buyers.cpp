#include "hotmart_jobs.hpp"

#include "core/log.hpp"
#include "hotmart_facts.hpp"
#include "model/stores/hotmart_buyer_store.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ciclo::sync_worker {

namespace {

// Attempts that never became a payment first: a payment that was taken back makes room for an older one.
std::vector<std::string> statuses_by_weight()
{
    std::vector<std::string> statuses{hotmart::sale_statuses.begin(), hotmart::sale_statuses.end()};
    std::stable_sort(statuses.begin(), statuses.end(), [](const std::string& a, const std::string& b) {
        return model::weight_of(model::status_from_hotmart(a)) < model::weight_of(model::status_from_hotmart(b));
    });
    return statuses;
}

class Snapshot {
public:
    Snapshot(jobs::JobContext& job, hotmart::Client& client)
        : job_(job), client_(client), until_(time_from_text(job.checkpoint_member("until")).value_or(now())),
          windows_(hotmart::windows_between(until_ - whole_history, until_)), statuses_(statuses_by_weight())
    {
    }

    std::size_t questions() const { return windows_.size() * statuses_.size(); }

    // One question after the other, from `done` on. Stops at the first that fails.
    Result<void> take(const std::string& product, std::size_t done, std::size_t before, std::size_t total)
    {
        for (; done < questions(); ++done) {
            job_.pause_point();
            position_ =
                fmt::format(R"({{"until":"{}","product":"{}","done":"{}"}})", to_iso8601(until_), product, done);
            job_.progress(static_cast<std::int64_t>(before + done), static_cast<std::int64_t>(total));
            const hotmart::SalesQuestion question{product, statuses_[done / windows_.size()],
                                                  windows_[done % windows_.size()]};
            const auto listed = client_.sales(question, [&](const auto& page) { return write_sales(product, page); });
            if (!listed)
                return listed.error();
            if (listed->items == 0)
                continue;
            const auto contacts =
                client_.contacts(question, [&](const auto& page) { return write_contacts(product, page); });
            if (!contacts)
                return contacts.error();
        }
        return {};
    }

    // The next attempt begins with the product after this one.
    void finish(const std::string& product)
    {
        job_.save(
            fmt::format(R"({{"until":"{}","product":"{}","done":"{}"}})", to_iso8601(until_), product, questions()));
    }

private:
    Result<void> write_sales(const std::string& product, const std::vector<hotmart::Sale>& page)
    {
        std::vector<model::BuyerSale> sales;
        for (const hotmart::Sale& sale : page)
            if (auto one = buyer_sale_of(sale))
                sales.push_back(std::move(*one));
        postgres::Transaction transaction{job_.connection()};
        const auto written = model::write_buyers(job_.connection(), product, sales, now());
        if (written.inserted + written.updated == 0)
            return {};
        job_.count("inserted", static_cast<std::int64_t>(written.inserted));
        job_.count("updated", static_cast<std::int64_t>(written.updated));
        commit(transaction);
        return {};
    }

    Result<void> write_contacts(const std::string& product, const std::vector<hotmart::Contact>& page)
    {
        std::vector<model::BuyerPhone> phones;
        for (const hotmart::Contact& contact : page)
            if (std::string email = canonical_email(contact.email); !email.empty() && !contact.phone.empty())
                phones.push_back(model::BuyerPhone{std::move(email), contact.transaction, contact.phone});
        postgres::Transaction transaction{job_.connection()};
        const auto changed = model::write_buyer_phones(job_.connection(), product, phones, now());
        if (changed == 0)
            return {};
        job_.count("phones", static_cast<std::int64_t>(changed));
        commit(transaction);
        return {};
    }

    // With the counters, so that another attempt counts nothing twice.
    void commit(postgres::Transaction& transaction)
    {
        job_.save(position_);
        transaction.commit();
        job_.pause_point();
    }

    jobs::JobContext& job_;
    hotmart::Client& client_;
    Time until_;
    std::vector<hotmart::Window> windows_;
    std::vector<std::string> statuses_;
    std::string position_;
};

} // namespace

Result<void> sync_hotmart_buyers(jobs::JobContext& job, const HotmartJobs& settings)
{
    for (const auto* counter : {"inserted", "updated", "total", "errors"})
        job.count(counter, 0);
    if (const auto ready = check_credentials(settings.hotmart); !ready)
        return ready;
    HotmartAccess access{settings.hotmart, job.stopping()};
    const auto products = model::active_hotmart_products(job.connection(), job.parameter("product_id"));
    const std::string resumed = job.checkpoint_member("product");
    const auto resumed_done = static_cast<std::size_t>(job.checkpoint_number("done"));
    Snapshot snapshot{job, access.client()};
    const std::size_t total = products.size() * snapshot.questions();
    std::size_t before = 0;
    std::string first_error;
    std::size_t failed = 0;
    for (const auto& product : products) {
        // Products come in a stable order.
        if (product >= resumed) {
            const auto taken = snapshot.take(product, product == resumed ? resumed_done : 0, before, total);
            job.pause_point();
            if (!taken) {
                if (taken.error().kind == ErrorKind::unauthorized)
                    return taken;
                log::warning(
                    "the buyers of a product could not be read; the others are",
                    {{"job_run_id", job.run_id()}, {"hotmart_product_id", product}, {"error", taken.error().detail}});
                job.count("errors");
                ++failed;
                if (first_error.empty())
                    first_error = taken.error().detail;
            }
            if (product != resumed || resumed_done < snapshot.questions())
                snapshot.finish(product);
        }
        before += snapshot.questions();
        job.progress(static_cast<std::int64_t>(before), static_cast<std::int64_t>(total));
    }
    job.count("total", model::count_buyers(job.connection(), products));
    if (!products.empty() && failed == products.size())
        return Error{ErrorKind::unavailable, "the buyers of no product could be read: " + first_error, {}};
    return {};
}

} // namespace ciclo::sync_worker
