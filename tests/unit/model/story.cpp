#include "story.hpp"

#include "model/rules/hotmart_event.hpp"

#include <fmt/core.h>

namespace ciclo::testing {

using namespace model;

namespace {

Fact fact(FactType type, std::string_view about, Time when)
{
    Fact made;
    made.id = fact_id(fmt::format("{} {} {}", to_string(type), about, to_iso8601(when)));
    made.type = type;
    made.occurred_at = when;
    made.email = rita;
    made.name = "Rita Alves";
    made.phone = "31988887777";
    return made;
}

Fact payment(FactType type, std::string_view transaction, Time when, std::string_view product, std::string_view status)
{
    Fact made = fact(type, transaction, when);
    made.transaction = transaction;
    made.hotmart_status = status;
    made.candidates = {{"product.id", std::string{product}}};
    made.price = "89.9";
    made.currency = "BRL";
    made.payment_type = "PIX";
    made.installments = 1;
    made.offer_code = "cl9mensal";
    return made;
}

} // namespace

Catalogue story_catalogue()
{
    Catalogue catalogue;
    catalogue.add(Product{
        std::string{club_id}, "Clube de Leitura", 1, true, std::nullopt, {Entitlement{std::string{club_role}}}});
    catalogue.add(Product{
        std::string{chess_id}, "Curso de Xadrez", 2, true, std::nullopt, {Entitlement{std::string{chess_role}}}});
    catalogue.add(Product{std::string{poetry_id}, "Oficina de Poesia", 3, true, std::nullopt, {}});
    catalogue.identify("product.id", std::string{club}, std::string{club_id});
    catalogue.identify("product.id", std::string{chess}, std::string{chess_id});
    catalogue.identify("product.id", std::string{poetry}, std::string{poetry_id});
    return catalogue;
}

Time day(int number, int hour)
{
    using namespace std::chrono;
    return Time{sys_days{2026y / January / 1} + days{number} + hours{hour}};
}

Fact approved(std::string_view transaction, Time when, std::string_view product)
{
    Fact made = payment(FactType::purchase_approved, transaction, when, product, "APPROVED");
    made.ordered_at = when - std::chrono::minutes{1};
    made.approved_at = when - std::chrono::seconds{5};
    return made;
}

Fact completed(std::string_view transaction, Time when, Time approved_at, std::string_view product)
{
    Fact made = payment(FactType::purchase_complete, transaction, when, product, "COMPLETED");
    made.approved_at = approved_at - std::chrono::seconds{5};
    return made;
}

Fact refunded(std::string_view transaction, Time when, std::string_view product)
{
    return payment(FactType::purchase_refunded, transaction, when, product, "REFUNDED");
}

Fact charged_back(std::string_view transaction, Time when, std::string_view product)
{
    return payment(FactType::purchase_chargeback, transaction, when, product, "CHARGEBACK");
}

Fact of_subscription(Fact payment, std::string_view code, std::optional<Time> paid_until)
{
    payment.subscriber_code = code;
    payment.plan_id = "812345";
    payment.plan_name = "Mensal";
    payment.next_charge_at = paid_until;
    return payment;
}

Fact cancelled(std::string_view code, Time when, std::optional<Time> paid_until)
{
    Fact made = fact(FactType::subscription_cancellation, code, when);
    made.subscriber_code = code;
    made.candidates = {{"product.id", std::string{club}}};
    made.next_charge_at = paid_until;
    return made;
}

Fact linked(std::string_view discord_id, Time when)
{
    Fact made = fact(FactType::discord_linked, discord_id, when);
    made.email = rita;
    made.name.clear();
    made.phone.clear();
    made.discord_id = discord_id;
    return made;
}

std::string fact_id(std::string_view content)
{
    return webhook_event_id(content, "");
}

} // namespace ciclo::testing
