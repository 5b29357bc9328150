#include "random_history.hpp"

#include "model/rules/hotmart_event.hpp"
#include "story.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <random>

namespace ciclo::testing {

using namespace model;

namespace {

class Generator {
public:
    explicit Generator(std::uint32_t seed) : seed_(seed), random_(seed) {}

    RandomHistory history()
    {
        RandomHistory made;
        made.policy.cancellation = one_in(2) ? CancellationPolicy::immediate : CancellationPolicy::end_of_period;
        made.policy.discord_enabled = !one_in(4);
        products_ = 1 + below(3);
        codes_ = below(3);
        const unsigned payments = 1 + below(6);
        for (unsigned i = 0; i < payments; ++i)
            add_payment(made.facts, fmt::format("HP{:010}", 1'000 + i));
        for (unsigned i = below(4); i > 0; --i)
            made.facts.push_back(cancellation());
        for (unsigned i = below(3); i > 0; --i)
            made.facts.push_back(link());
        made.now = moment(30);
        return made;
    }

private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool one_in(unsigned chances) { return below(chances) == 0; }

    // Few distinct moments, so that many facts share one.
    Time moment(unsigned days = 20) { return day(static_cast<int>(below(days)), one_in(2) ? 0 : 12); }

    template <class Value>
    std::optional<Value> perhaps(Value value)
    {
        return one_in(3) ? std::nullopt : std::optional{value};
    }

    Fact told(FactType type)
    {
        Fact fact;
        // Derived ids are in no order, so ties are broken differently from the order of making.
        fact.id = fact_id(fmt::format("{}/{}", seed_, ++count_));
        fact.type = type;
        fact.occurred_at = moment();
        fact.email = one_in(12) ? unknown_email : rita;
        fact.name = one_in(3) ? "Rita Alves Prado" : "Rita Alves";
        fact.phone = one_in(3) ? "" : fmt::format("3198888777{}", below(3));
        return fact;
    }

    std::string some_code() { return fmt::format("QX7PL2A{}", below(std::max(1U, codes_))); }

    void add_payment(std::vector<Fact>& facts, const std::string& transaction)
    {
        constexpr std::array types{FactType::purchase_approved, FactType::purchase_complete,
                                   FactType::purchase_refunded, FactType::purchase_chargeback};
        constexpr std::array statuses{"APPROVED", "COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED", "STARTED", ""};
        constexpr std::array products{club, chess, poetry};
        const std::string code = codes_ > 0 && !one_in(3) ? some_code() : "";
        const std::string product{one_in(10) ? unmapped : products[below(products_)]};
        const Time paid = moment();
        for (unsigned i = 1 + below(4); i > 0; --i) {
            // Mostly the life of a payment that went well: otherwise nobody would ever have access.
            Fact fact = told(one_in(2) ? FactType::purchase_approved : types[below(types.size())]);
            fact.transaction = transaction;
            fact.hotmart_status = statuses[below(statuses.size())];
            if (!one_in(8))
                fact.candidates = {{"product.id", product}, {"purchase.offer.code", "cl9mensal"}};
            fact.price = one_in(4) ? "" : fmt::format("{}.{}", below(900), below(10));
            fact.currency = one_in(6) ? "USD" : "BRL";
            fact.payment_type = one_in(2) ? "PIX" : "CREDIT_CARD";
            fact.installments = perhaps(static_cast<int>(1 + below(12)));
            fact.recurrence_number = perhaps(static_cast<int>(1 + below(5)));
            fact.ordered_at = perhaps(paid);
            fact.approved_at = perhaps(paid);
            fact.warranty_ends_at = perhaps(moment(60));
            if (!one_in(8))
                fact.subscriber_code = code;
            if (!fact.subscriber_code.empty()) {
                fact.plan_id = one_in(2) ? "812345" : "812399";
                fact.plan_name = one_in(2) ? "Mensal" : "";
                fact.next_charge_at = perhaps(moment(60));
            }
            facts.push_back(std::move(fact));
        }
    }

    Fact cancellation()
    {
        Fact fact = told(FactType::subscription_cancellation);
        fact.subscriber_code = some_code();
        fact.next_charge_at = perhaps(moment(60));
        fact.candidates = {{"product.id", std::string{one_in(2) ? club : chess}}};
        return fact;
    }

    Fact link()
    {
        Fact fact = told(FactType::discord_linked);
        fact.email = rita;
        fact.discord_id = fmt::format("22000000000000000{}", below(3));
        return fact;
    }

    std::uint32_t seed_;
    std::mt19937 random_;
    unsigned count_ = 0;
    unsigned products_ = 1;
    unsigned codes_ = 0;
};

} // namespace

RandomHistory random_history(std::uint32_t seed)
{
    return Generator{seed}.history();
}

std::vector<Fact> shuffled_with_duplicates(const std::vector<Fact>& facts, std::uint32_t seed)
{
    std::mt19937 random{seed};
    std::vector<Fact> arrived = facts;
    for (const Fact& fact : facts)
        if (random() % 4 == 0)
            arrived.push_back(fact);
    std::shuffle(arrived.begin(), arrived.end(), random);
    return arrived;
}

} // namespace ciclo::testing
