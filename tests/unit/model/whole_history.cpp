#include "whole_history.hpp"

#include "model/rules/hotmart_event.hpp"
#include "story.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <random>

namespace ciclo::testing {

using namespace model;

namespace {

constexpr std::string_view nobodys_id = "00000000-0000-7000-8000-00000000000f";
constexpr std::string_view sold_by_plan = "4100999";                // no product of ours: its plans are
constexpr std::array plans{"812345", "812399", "812400", "899999"}; // the last one is nobody's

class Generator {
public:
    Generator(std::uint32_t seed, Sense sense) : seed_(seed), sense_(sense), random_(seed) {}

    RandomHistory history()
    {
        RandomHistory made;
        made.policy.cancellation = one_in(2) ? CancellationPolicy::immediate : CancellationPolicy::end_of_period;
        made.policy.payment_grace = std::chrono::days{below(8)};
        made.policy.discord_enabled = !one_in(4);
        codes_ = 1 + below(2);
        for (unsigned i = 1 + below(6); i > 0; --i)
            add_payment(made.facts, fmt::format("HP{:010}", 1'000 + i));
        for (unsigned i = below(5); i > 0; --i)
            made.facts.push_back(of_subscription());
        for (unsigned i = below(3); i > 0; --i)
            made.facts.push_back(of_person());
        for (unsigned i = one_in(3) ? 1 + below(2) : 0; i > 0; --i)
            made.facts.push_back(without_payment());
        made.now = moment(45);
        return made;
    }

private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool one_in(unsigned chances) { return below(chances) == 0; }

    // Few distinct moments, so that many facts share one.
    Time moment(unsigned days = 20)
    {
        return day(static_cast<int>(below(days)), one_in(2) ? 0 : 12) + std::chrono::microseconds{one_in(8) ? 1 : 0};
    }

    template <class Value>
    std::optional<Value> perhaps(Value value)
    {
        return one_in(3) ? std::nullopt : std::optional{value};
    }

    std::string code() { return fmt::format("QX7PL2A{}", below(codes_)); }
    std::string plan() { return plans[below(one_in(6) ? 4 : 3)]; }

    Fact told(FactType type)
    {
        Fact fact;
        // Derived ids are in no order, so ties are broken differently from the order of making.
        fact.id = fact_id(fmt::format("{}/{}", seed_, ++count_));
        fact.type = type;
        fact.occurred_at = moment();
        fact.email = one_in(12) ? unknown_email : rita;
        fact.name = one_in(3) ? "Rita Alves Prado" : "Rita Alves";
        return fact;
    }

    // What a payment is about, the same in all its events unless they make no sense.
    struct Subject {
        std::string code;
        std::string product;
        std::string plan;
        std::string currency;
    };

    Subject subject()
    {
        constexpr std::array products{club, chess, poetry, short_course, unmapped};
        Subject about{"", std::string{products[below(products.size())]}, "", one_in(5) ? "USD" : "BRL"};
        if (one_in(3))
            return about;
        about.code = code();
        if (!one_in(4)) {
            about.product = sold_by_plan;
            about.plan = plan();
        }
        return about;
    }

    FactType purchase_type()
    {
        using enum FactType;
        constexpr std::array types{purchase_complete, purchase_refunded, purchase_chargeback,
                                   purchase_canceled, purchase_protest,  purchase_expired,
                                   purchase_delayed,  purchase_refunded, purchase_billet_printed};
        // Mostly approvals: otherwise nobody would ever have access.
        return one_in(2) ? purchase_approved : types[below(types.size())];
    }

    void add_payment(std::vector<Fact>& facts, const std::string& transaction)
    {
        Subject about = subject();
        const Time paid = moment();
        const auto price = fmt::format("{}.{}", below(900), below(100));
        for (unsigned i = 1 + below(4); i > 0; --i) {
            if (sense_ == Sense::nonsense && one_in(3))
                about = subject();
            Fact fact = told(purchase_type());
            fact.transaction = transaction;
            fact.hotmart_status = one_in(3) ? "PARTIALLY_REFUNDED" : "APPROVED";
            fact.candidates = {{"product.id", about.product}};
            if (!about.plan.empty())
                fact.candidates.push_back({"subscription.plan.id", about.plan});
            fact.price = one_in(5) ? "" : one_in(3) ? fmt::format("{}", below(500)) : price;
            fact.currency = fact.price.empty() ? "" : about.currency;
            fact.ordered_at = perhaps(paid);
            fact.approved_at = perhaps(paid);
            fact.pix_expires_at = one_in(3) ? std::optional{moment(30)} : std::nullopt;
            fact.subscriber_code = about.code;
            fact.plan_id = about.plan;
            if (!about.code.empty())
                fact.next_charge_at = perhaps(moment(60));
            facts.push_back(std::move(fact));
        }
    }

    Fact of_subscription()
    {
        using enum FactType;
        constexpr std::array types{subscription_cancellation, plan_switched, plan_switched, charge_date_changed};
        Fact fact = told(types[below(types.size())]);
        fact.subscriber_code = code();
        fact.next_charge_at = perhaps(moment(60));
        fact.plan_id = plan();
        if (fact.type == plan_switched)
            fact.candidates = {{"plans.id", fact.plan_id}};
        return fact;
    }

    Fact of_person()
    {
        using enum FactType;
        constexpr std::array types{cart_abandoned, club_first_access, club_module_completed, discord_linked};
        Fact fact = told(types[below(types.size())]);
        fact.candidates = {{"product.id", std::string{one_in(2) ? club : chess}}};
        if (fact.type == club_module_completed)
            fact.module_id = fmt::format("module{}", below(2));
        if (fact.type == discord_linked)
            fact.discord_id = fmt::format("22000000000000000{}", below(3));
        return fact;
    }

    // Some are over before they begin; a courtesy without an end is none.
    Fact without_payment()
    {
        using enum FactType;
        constexpr std::array types{courtesy_granted, access_imported, historical_buyer};
        constexpr std::array products{club_id, chess_id, poetry_id, short_course_id, nobodys_id};
        Fact fact = told(types[below(types.size())]);
        fact.candidates = {{fact.type == courtesy_granted ? "courtesy.product" : "import.product",
                            std::string{products[below(products.size())]}}};
        fact.access_until = perhaps(moment(60));
        return fact;
    }

    std::uint32_t seed_;
    Sense sense_;
    std::mt19937 random_;
    unsigned count_ = 0;
    unsigned codes_ = 1;
};

} // namespace

Catalogue whole_catalogue()
{
    Catalogue catalogue = story_catalogue();
    Product short_lived;
    short_lived.id = short_course_id;
    short_lived.name = "Curso Curto";
    short_lived.access_days = 10;
    catalogue.add(std::move(short_lived));
    catalogue.identify("product.id", std::string{short_course}, std::string{short_course_id});
    catalogue.identify("plan.id", "812345", std::string{club_id});
    catalogue.identify("plan.id", "812399", std::string{chess_id});
    catalogue.identify("plan.id", "812400", std::string{poetry_id});
    catalogue.map(std::string{chess}, std::string{poetry_id});
    return catalogue;
}

RandomHistory whole_history(std::uint32_t seed, Sense sense)
{
    return Generator{seed, sense}.history();
}

std::string history_text(const RandomHistory& history)
{
    std::string text = fmt::format(
        "now {}, grace of {} days, {}\n", to_iso8601(history.now), history.policy.payment_grace.count(),
        history.policy.cancellation == CancellationPolicy::immediate ? "cancelled at once" : "until the paid date");
    for (const Fact& fact : history.facts)
        text += fmt::format("{} {} {} {}\n", to_iso8601(fact.occurred_at), to_string(fact.type), fact.id,
                            encode_body(fact));
    return text;
}

} // namespace ciclo::testing
