#include "internal_jobs.hpp"

#include "contracts/fold_student.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "model/rules/imports.hpp"
#include "model/stores/historical_buyers.hpp"
#include "model/stores/import_store.hpp"

#include <fmt/core.h>

#include <vector>

namespace ciclo::sync_worker {

namespace {

constexpr int page_size = 100;

// The facts of one page; the rest is counted.
std::vector<model::Fact> facts_of(jobs::JobContext& context, const std::vector<model::HistoricalBuyer>& buyers)
{
    std::vector<model::Fact> facts;
    for (const auto& buyer : buyers) {
        context.count("total");
        if (buyer.has_account)
            context.count("skipped_known");
        else if (buyer.email.find('@') == std::string::npos)
            context.count("skipped_no_email");
        else if (buyer.product_ids.empty())
            context.count("skipped_unmapped");
        else
            for (const auto& product_id : buyer.product_ids)
                facts.push_back(model::historical_buyer_fact(
                    {lower_case(buyer.email), buyer.name, buyer.phone, product_id, std::nullopt, std::nullopt}, now()));
    }
    return facts;
}

} // namespace

Result<void> onboard_historical_buyers(jobs::JobContext& context, rabbitmq::Publisher& publisher)
{
    auto& connection = context.connection();
    for (const auto* counter : {"total", "onboarded", "skipped_known", "skipped_unmapped", "skipped_no_email"})
        context.count(counter, 0);
    std::string after = context.checkpoint_member("after");
    std::int64_t done = context.checkpoint_number("done");
    const auto total = model::count_active_buyers(connection);
    while (true) {
        context.pause_point();
        postgres::Transaction transaction{connection};
        const auto buyers = model::active_buyers(connection, context.parameter("product_id"), after, page_size);
        const auto imported = model::import_facts(connection, facts_of(context, buyers), context.correlation_id());
        context.count("onboarded", static_cast<std::int64_t>(imported.new_students));
        done += static_cast<std::int64_t>(buyers.size());
        context.progress(done, total);
        if (!buyers.empty())
            after = buyers.back().id;
        context.save(fmt::format(R"({{"after": "{}", "done": {}}})", after, done));
        transaction.commit();
        std::vector<rabbitmq::Message> bells;
        for (const auto& user_id : imported.user_ids)
            bells.push_back(rabbitmq::message_of(contracts::FoldStudent{user_id, context.correlation_id()}));
        publisher.publish(std::move(bells));
        if (buyers.size() < page_size)
            return {};
    }
}

} // namespace ciclo::sync_worker
