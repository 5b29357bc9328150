#include "sales_walk.hpp"

#include "core/log.hpp"
#include "hotmart_facts.hpp"

#include <fmt/core.h>

namespace ciclo::sync_worker {

namespace {

using hotmart::SalesQuestion;

// Progress is kept this often even when nothing was found.
constexpr std::size_t questions_per_checkpoint = 50;

class Walker {
public:
    Walker(jobs::JobContext& job, hotmart::Client& client, FactBatch& batch) : job_(job), client_(client), batch_(batch)
    {
    }

    Result<hotmart::Listed> ask(const SalesQuestion& question, bool phones)
    {
        skipped_ = 0;
        auto listed = client_.sales(question, [&](const auto& page) { return take_sales(page); });
        if (!listed || !phones || listed->items == 0)
            return listed;
        const auto type = fact_type_of(question.status);
        if (!type)
            return listed;
        const auto contacts =
            client_.contacts(question, [&](const auto& page) { return take_contacts(page, *type, question.status); });
        if (!contacts)
            return contacts.error();
        return listed;
    }

    std::int64_t skipped() const noexcept { return skipped_; }

private:
    Result<void> take_sales(const std::vector<hotmart::Sale>& page)
    {
        std::vector<std::string> codes;
        std::vector<model::PersonAndProduct> people;
        for (const hotmart::Sale& sale : page) {
            codes.push_back(sale.transaction);
            if (sale.is_subscription)
                people.emplace_back(canonical_email(sale.email), sale.product_id);
        }
        const auto known = model::known_payments(job_.connection(), codes);
        std::vector<const hotmart::Sale*> news;
        for (const hotmart::Sale& sale : page) {
            const auto payment = known.find(sale.transaction);
            if (is_news(sale.status, payment == known.end() ? nullptr : &payment->second))
                news.push_back(&sale);
        }
        if (news.empty())
            return {};
        std::map<model::PersonAndProduct, model::Subscriber> subscribers;
        if (!people.empty())
            subscribers = model::find_subscribers(job_.connection(), people);
        std::vector<model::Fact> facts;
        for (const hotmart::Sale* sale : news) {
            const auto payment = known.find(sale->transaction);
            const auto subscriber = subscribers.find({canonical_email(sale->email), sale->product_id});
            auto fact = fact_of_sale(*sale, subscriber == subscribers.end() ? nullptr : &subscriber->second,
                                     payment == known.end() ? nullptr : &payment->second, now());
            if (fact)
                facts.push_back(std::move(*fact));
            else
                ++skipped_;
        }
        return batch_.record(std::move(facts));
    }

    // Only for payments that are as we know them: the phone must not bring a status with it.
    Result<void> take_contacts(const std::vector<hotmart::Contact>& page, model::FactType type, std::string_view status)
    {
        std::vector<std::string> codes;
        for (const hotmart::Contact& contact : page)
            codes.push_back(contact.transaction);
        const auto known = model::known_payments(job_.connection(), codes);
        const auto present = model::to_string(model::status_from_hotmart(status));
        std::vector<model::Fact> facts;
        for (const hotmart::Contact& contact : page) {
            const auto payment = known.find(contact.transaction);
            if (payment == known.end() || payment->second.status != present || payment->second.has_phone ||
                contact.phone.empty() || canonical_email(contact.email).empty())
                continue;
            facts.push_back(fact_of_phone(contact, type, now()));
        }
        return batch_.record(std::move(facts));
    }

    jobs::JobContext& job_;
    hotmart::Client& client_;
    FactBatch& batch_;
    std::int64_t skipped_ = 0;
};

} // namespace

Result<void> walk_sales(jobs::JobContext& job, hotmart::Client& client, FactBatch& batch, const SalesWalk& walk)
{
    for (const auto* counter : {"sales", "errors", "skipped_no_subscription"})
        job.count(counter, 0);
    // Another attempt asks the same questions.
    const Time until = time_from_text(job.checkpoint_member("until")).value_or(now());
    const auto windows = hotmart::windows_between(until - walk.reach, until);
    const std::size_t per_product = windows.size() * hotmart::sale_statuses.size();
    const std::size_t total = per_product * walk.products.size();
    auto done = static_cast<std::size_t>(job.checkpoint_number("done"));
    std::size_t failed = 0;
    std::string first_error;
    Walker walker{job, client, batch};
    const auto position = [&] {
        job.progress(static_cast<std::int64_t>(done), static_cast<std::int64_t>(total));
        batch.set_position(fmt::format(R"("until":"{}","done":"{}")", to_iso8601(until), done));
    };
    position();
    while (done < total) {
        job.pause_point();
        // Windows outside, statuses inside: a student's payments come about in the order in which they happened.
        const auto place = done % per_product;
        const SalesQuestion question{walk.products[done / per_product],
                                     std::string{hotmart::sale_statuses[place % hotmart::sale_statuses.size()]},
                                     windows[place / hotmart::sale_statuses.size()]};
        const auto listed = walker.ask(question, walk.phones);
        job.pause_point();
        if (!listed) {
            const Error& error = listed.error();
            if (error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::refused)
                return error;
            log::warning("a part of Hotmart's sales could not be read; the next run asks again",
                         {{"job_run_id", job.run_id()}, {"status", question.status}, {"error", error.detail}});
            job.count("errors");
            ++failed;
            if (first_error.empty())
                first_error = error.detail;
        } else {
            job.count("sales", static_cast<std::int64_t>(listed->items));
            job.count("skipped_no_subscription", walker.skipped());
        }
        ++done;
        position();
        if (done % questions_per_checkpoint == 0 || (listed && listed->items > 0))
            batch.save_position();
    }
    if (total > 0 && failed == total)
        return Error{ErrorKind::unavailable, "none of Hotmart's sales could be read: " + first_error, {}};
    return {};
}

} // namespace ciclo::sync_worker
