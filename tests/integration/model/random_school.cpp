#include "random_school.hpp"

#include "story.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace ciclo::testing {

namespace {

using namespace model;

class Generator {
public:
    explicit Generator(std::uint32_t seed) : seed_(seed), random_(seed), people_(1 + below(4)) {}

    RandomSchool school()
    {
        RandomSchool made;
        made.policy.cancellation = one_in(2) ? CancellationPolicy::immediate : CancellationPolicy::end_of_period;
        made.policy.payment_grace = std::chrono::days{one_in(3) ? 0 : 7};
        made.policy.discord_enabled = !one_in(4);
        for (unsigned i = 8 + below(20); i > 0; --i)
            made.deliveries.push_back(delivery());
        made.now = day(25);
        return made;
    }

private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool one_in(unsigned chances) { return below(chances) == 0; }
    // Few distinct moments, so that many events share one.
    std::int64_t moment(unsigned days = 20)
    {
        const Time time = day(static_cast<int>(below(days)), one_in(2) ? 0 : 12);
        return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    }
    std::string perhaps(std::string json) { return one_in(3) ? std::string{} : std::move(json); }

    // Mostly the person's own; a name of somebody else ties the two together.
    unsigned somebody(unsigned person) { return one_in(40) ? below(people_) : person; }

    std::string email(unsigned person)
    {
        if (one_in(15))
            return "";
        const std::string address = fmt::format("aluno{}{}@escola.example", somebody(person), one_in(5) ? ".novo" : "");
        return one_in(6) ? fmt::format(" {}{} ", "ALUNO", address.substr(5)) : address;
    }
    std::string code(unsigned person) { return fmt::format("SUB{}{}", somebody(person), below(2)); }

    // A transaction is about one product, in one subscription or none.
    std::string product_of(unsigned transaction) const
    {
        constexpr std::array products{club, chess, poetry, club, unmapped};
        return std::string{products[(transaction + seed_) % products.size()]};
    }

    std::string purchase(unsigned person)
    {
        const unsigned number = below(5);
        const unsigned payer = somebody(person);
        const std::string product = product_of(number);
        // The price of an offer changes, also from one event of a payment to the next, and so does its currency.
        const std::string price = fmt::format("{}.{}", below(900), below(100));
        const std::string offer = number % 2 == 0 || one_in(4) ? fmt::format("oferta-{}-{}", product, below(2)) : "";
        constexpr std::array statuses{"APPROVED", "COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED", "STARTED", ""};
        std::string json = fmt::format(
            R"("product":{{"id":{},"name":"P"}},"buyer":{{"email":"{}","name":"{}","checkout_phone_code":"31",)"
            R"("checkout_phone":"98888777{}"}},"purchase":{{"transaction":"HP{}{}","status":"{}",{}{}{})"
            R"("price":{{"value":{},"currency_value":"{}"}}{},"payment":{{"type":"PIX"{}}}}})",
            product, email(person), one_in(3) ? "Rita Alves Prado" : "Rita Alves", below(3), payer, number,
            statuses[below(statuses.size())], perhaps(fmt::format(R"("order_date":{},)", moment())),
            perhaps(fmt::format(R"("approved_date":{},)", moment())),
            perhaps(fmt::format(R"("date_next_charge":{},)", moment(60))), price, one_in(6) ? "USD" : "BRL",
            offer.empty() ? "" : R"(,"offer":{"code":")" + offer + "\"}",
            perhaps(fmt::format(R"(,"pix_expiration_date":{})", moment(60))));
        if (number < 2)
            json += fmt::format(
                R"(,"subscription":{{"status":"ACTIVE","plan":{{"id":{},"name":"Mensal"}},"subscriber":{{"code":"SUB{}{}"}}}})",
                812345 + below(2), payer, number);
        return json;
    }

    std::string cancellation(unsigned person)
    {
        return fmt::format(R"("product":{{"id":{}}},"subscriber":{{"code":"{}","email":"{}"}},"date_next_charge":{})",
                           one_in(2) ? club : chess, code(person), email(person), moment(60));
    }

    std::string plan_switch(unsigned person)
    {
        return fmt::format(R"("subscription":{{"subscriber_code":"{}","product":{{"id":{}}},"user":{{"email":"{}"}}}},)"
                           R"("plans":[{{"id":{},"name":"Anual","current":true}},{{"id":812345,"current":false}}])",
                           code(person), one_in(2) ? chess : poetry, email(person), 900000 + below(3));
    }

    std::string charge_date(unsigned person)
    {
        return fmt::format(R"("subscriber":{{"code":"{}","email":"{}"}},"subscription":{{"date_next_charge":{}}})",
                           code(person), email(person), moment(60));
    }

    std::string club_event(unsigned person)
    {
        return fmt::format(R"("product":{{"id":"{}"}},"user":{{"email":"{}"}},"module":{{"id":"modulo{}"}})",
                           one_in(2) ? club : chess, email(person), below(2));
    }

    std::string cart(unsigned person)
    {
        return fmt::format(R"("product":{{"id":{}}},"buyer":{{"email":"{}","phone":"31988887777"}})", club,
                           email(person));
    }

    Delivery delivery()
    {
        using Make = std::string (Generator::*)(unsigned);
        constexpr auto kinds = std::to_array<std::pair<const char*, Make>>({
            {"PURCHASE_APPROVED", &Generator::purchase},
            {"PURCHASE_APPROVED", &Generator::purchase},
            {"PURCHASE_APPROVED", &Generator::purchase},
            {"PURCHASE_COMPLETE", &Generator::purchase},
            {"PURCHASE_CANCELED", &Generator::purchase},
            {"PURCHASE_BILLET_PRINTED", &Generator::purchase},
            {"PURCHASE_PROTEST", &Generator::purchase},
            {"PURCHASE_REFUNDED", &Generator::purchase},
            {"PURCHASE_CHARGEBACK", &Generator::purchase},
            {"PURCHASE_EXPIRED", &Generator::purchase},
            {"PURCHASE_DELAYED", &Generator::purchase},
            {"PURCHASE_OUT_OF_SHOPPING_CART", &Generator::cart},
            {"SUBSCRIPTION_CANCELLATION", &Generator::cancellation},
            {"SWITCH_PLAN", &Generator::plan_switch},
            {"UPDATE_SUBSCRIPTION_CHARGE_DATE", &Generator::charge_date},
            {"CLUB_FIRST_ACCESS", &Generator::club_event},
            {"CLUB_MODULE_COMPLETED", &Generator::club_event},
            {"PURCHASE_IMAGINED", &Generator::cart},
        });
        const auto& [type, make] = kinds[below(kinds.size())];
        Delivery made;
        // Derived ids are in no order, so ties are broken differently from the order of making.
        made.id = fact_id(fmt::format("{}/{}", seed_, ++count_));
        made.type = type;
        made.payload = fmt::format(R"({{"id":"{}","creation_date":{},"event":"{}","version":"2.0.0","data":{{{}}}}})",
                                   made.id, moment(), type, (this->*make)(below(people_)));
        return made;
    }

    std::uint32_t seed_;
    std::mt19937 random_;
    unsigned people_;
    unsigned count_ = 0;
};

std::uint32_t mixed(const std::string& id, std::uint32_t seed)
{
    std::uint32_t hash = 2166136261U ^ seed;
    for (const char c : id)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash ^ (hash >> 15);
}

} // namespace

RandomSchool random_school(std::uint32_t seed)
{
    return Generator{seed}.school();
}

std::vector<std::vector<Delivery>> in_batches(const std::vector<Delivery>& deliveries, std::uint32_t seed)
{
    std::vector<std::pair<std::uint32_t, const Delivery*>> order;
    for (const Delivery& delivery : deliveries) {
        const std::uint32_t place = mixed(delivery.id, seed);
        order.emplace_back(place, &delivery);
        if (place % 4 == 0)
            order.emplace_back(mixed(delivery.id, seed + 1), &delivery);
    }
    std::sort(order.begin(), order.end());
    std::vector<std::vector<Delivery>> batches(1);
    for (const auto& [place, delivery] : order) {
        batches.back().push_back(*delivery);
        if (place % 3 == 0)
            batches.emplace_back();
    }
    std::erase_if(batches, [](const auto& batch) { return batch.empty(); });
    return batches;
}

} // namespace ciclo::testing
