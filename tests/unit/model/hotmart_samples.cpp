#include "hotmart_samples.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

namespace ciclo::testing {

using namespace model;

std::string purchase_body(std::string_view event, std::string_view status)
{
    std::string body = R"({
  "id": "0c4d7a52-6a1e-4e55-9d19-7f8c2b6a9a01",
  "creation_date": 1762946710221,
  "event": "EVENT",
  "version": "2.0.0",
  "data": {
    "product": { "id": 4100200, "ucode": "b3a0c7c2-5f5e-4a9d-8a58-1c1f7a0d2e10", "name": "Clube de Leitura",
                 "has_co_production": false, "warranty_date": "2026-11-19T00:00:00Z",
                 "content": { "has_physical_products": true, "products": [
                   { "id": 4100201, "ucode": "c4b1d8d3-0000-4000-8000-000000000001", "name": "Livro" },
                   { "id": "4100202", "name": "Caderno" } ] } },
    "affiliates": [ { "affiliate_code": "", "name": "" } ],
    "buyer": { "email": " Rita.Alves@Example.com ", "name": "Rita Alves", "first_name": "Rita",
               "checkout_phone_code": "31", "checkout_phone": "988887777", "document": "11122233344" },
    "producer": { "name": "Editora Exemplo", "legal_nature": "Pessoa Jurídica" },
    "commissions": [ { "value": 7.49, "currency_value": "BRL", "source": "MARKETPLACE" } ],
    "purchase": {
      "transaction": "HP1762946672", "status": "STATUS",
      "order_date": 1762946672000, "approved_date": 1762946705000,
      "price": { "value": 89.9, "currency_value": "BRL" },
      "full_price": { "value": 92.17, "currency_value": "BRL" },
      "offer": { "code": "cl9mensal", "coupon_code": "VOLTA ÀS AULAS" },
      "sckPaymentLink": "link-da-bio",
      "payment": { "type": "PIX", "installments_number": 1, "pix_code": "00020101021226" },
      "recurrence_number": 4, "date_next_charge": 1765540800000 },
    "subscription": { "status": "ACTIVE", "plan": { "id": 812345, "name": "Mensal" },
                      "subscriber": { "code": "QX7PL2AB" } } } })";
    return changed(changed(body, "EVENT", event), "STATUS", status);
}

std::string cancellation_body()
{
    return R"({ "id": "b1a5f7a0-6f0c-4b6e-9b7e-0d6c4c1e8a03", "creation_date": 1762951111222,
  "event": "SUBSCRIPTION_CANCELLATION", "version": "2.0.0",
  "data": {
    "cancellation_date": 1762951111150, "date_next_charge": 1765540800000, "actual_recurrence_value": 89.9,
    "product": { "id": 4100200, "name": "Clube de Leitura" },
    "subscriber": { "code": "QX7PL2AB", "name": "Rita Alves", "email": "rita.alves@example.com",
                    "phone": { "dddPhone": "21", "phone": "33334444", "dddCell": "31", "cell": "988887777" } },
    "subscription": { "id": 3344556, "plan": { "id": 812345, "name": "Mensal" } } } })";
}

std::string changed(std::string body, std::string_view from, std::string_view to)
{
    const auto at = body.find(from);
    INFO("the body must contain " << from);
    REQUIRE(at != std::string::npos);
    return body.replace(at, from.size(), to);
}

ReadEvent read_body(const std::string& body)
{
    const auto document = JsonDocument::parse(body);
    INFO(body);
    REQUIRE(document.has_value());
    return read_hotmart_event("id", document->root(), received_at());
}

Fact fact_in(const std::string& body)
{
    const auto event = read_body(body);
    if (const auto* incomplete = std::get_if<IncompleteEvent>(&event))
        FAIL(incomplete->reason);
    REQUIRE(std::holds_alternative<Fact>(event));
    return std::get<Fact>(event);
}

std::string missing_in(const std::string& body)
{
    const auto event = read_body(body);
    REQUIRE(std::holds_alternative<IncompleteEvent>(event));
    return std::get<IncompleteEvent>(event).reason;
}

Time received_at()
{
    return *time_from_text("2026-11-12T11:30:00Z");
}

} // namespace ciclo::testing
