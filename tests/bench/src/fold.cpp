// What it costs to fold one student with a long history: ten years of monthly renewals, each of them delayed, tried in
// vain, paid and completed. Prints the number of facts and the milliseconds of one fold.
#include "model/rules/projection.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace {

using namespace ciclo;
using namespace ciclo::model;
using namespace std::chrono_literals;

constexpr int months = 120;
constexpr int runs = 21;
const Time start = std::chrono::sys_days{std::chrono::year{2016} / std::chrono::January / 1};

struct Step {
    FactType type;
    const char* status;
    std::chrono::hours after;
    bool is_retry; // a transaction of its own, that came to nothing
};

constexpr auto steps = std::to_array<Step>({{FactType::purchase_delayed, "DELAYED", 0h, true},
                                            {FactType::purchase_canceled, "CANCELLED", 24h, true},
                                            {FactType::purchase_approved, "APPROVED", 48h, false},
                                            {FactType::purchase_complete, "COMPLETED", 240h, false}});

std::vector<Fact> ten_years()
{
    std::vector<Fact> facts;
    for (int month = 0; month < months; ++month)
        for (const Step& step : steps) {
            Fact fact;
            fact.id = fmt::format("00000000-0000-4000-8000-{:012}", facts.size());
            fact.type = step.type;
            fact.occurred_at = start + month * 720h + step.after;
            fact.email = "rita.alves@example.com";
            fact.transaction = fmt::format("HP{:06}{}", month, step.is_retry ? "T" : "P");
            fact.hotmart_status = step.status;
            fact.candidates = {{"product.id", "4100200"}, {"subscription.plan.id", "812345"}};
            fact.price = "89.9";
            fact.currency = "BRL";
            fact.subscriber_code = "QX7PL2AB";
            fact.plan_id = "812345";
            fact.recurrence_number = month + 1;
            if (!step.is_retry)
                fact.next_charge_at = start + (month + 1) * 720h;
            facts.push_back(std::move(fact));
        }
    return facts;
}

} // namespace

int main()
{
    Catalogue catalogue;
    Product product;
    product.id = "00000000-0000-7000-8000-000000000001";
    product.name = "Clube de Leitura";
    catalogue.add(product);
    catalogue.identify("product.id", "4100200", product.id);
    const auto facts = ten_years();
    std::vector<double> milliseconds;
    std::size_t versions = 0;
    for (int i = 0; i < runs; ++i) {
        const auto began = std::chrono::steady_clock::now();
        versions = project(facts, catalogue, Policy{}, start + months * 720h).course_statuses.size();
        milliseconds.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    fmt::print("{} facts, {} versions of the course's status: {:.2f} ms at best, {:.2f} ms as a rule\n", facts.size(),
               versions, milliseconds.front(), milliseconds[runs / 2]);
}
