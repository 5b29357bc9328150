#include "model/rules/hotmart_event.hpp"

#include "core/crypto.hpp"
#include "core/text.hpp"
#include "core/uuid.hpp"
#include "model/rules/money.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace ciclo::model {

namespace {

constexpr auto documented_events = std::to_array<std::string_view>({
    "PURCHASE_APPROVED",
    "PURCHASE_COMPLETE",
    "PURCHASE_CANCELED",
    "PURCHASE_BILLET_PRINTED",
    "PURCHASE_PROTEST",
    "PURCHASE_REFUNDED",
    "PURCHASE_CHARGEBACK",
    "PURCHASE_EXPIRED",
    "PURCHASE_DELAYED",
    "PURCHASE_OUT_OF_SHOPPING_CART",
    "SUBSCRIPTION_CANCELLATION",
    "SWITCH_PLAN",
    "UPDATE_SUBSCRIPTION_CHARGE_DATE",
    "CLUB_FIRST_ACCESS",
    "CLUB_MODULE_COMPLETED",
});

std::string trimmed_text(JsonView place)
{
    return std::string{trimmed(place.text())};
}

std::optional<int> small_integer(JsonView place)
{
    const auto number = place.integer();
    if (!number || *number < 0 || *number > 100'000)
        return std::nullopt;
    return static_cast<int>(*number);
}

std::string canonical_email(JsonView place)
{
    std::string email = lower_case(trimmed_text(place));
    // Anything without an @ cannot be written to, so it identifies nobody.
    return email.find('@') == std::string::npos ? std::string{} : email;
}

void add_candidate(std::vector<Candidate>& candidates, std::string_view path, JsonView place)
{
    std::string value = trimmed_text(place);
    // Hotmart's test events carry product 0.
    if (!value.empty() && value != "0")
        candidates.push_back(Candidate{std::string{path}, std::move(value)});
}

// In the order of the product resolution: product, combo items, subscription, offer.
std::vector<Candidate> read_candidates(JsonView data)
{
    std::vector<Candidate> found;
    const JsonView product = data["product"];
    add_candidate(found, "product.id", product["id"]);
    add_candidate(found, "product.ucode", product["ucode"]);
    const JsonView items = product.at({"content", "products"});
    for (std::size_t i = 0; i < items.size(); ++i) {
        add_candidate(found, "product.content.products.id", items.element(i)["id"]);
        add_candidate(found, "product.content.products.ucode", items.element(i)["ucode"]);
    }
    const JsonView subscription = data["subscription"];
    add_candidate(found, "subscription.product.id", subscription.at({"product", "id"}));
    add_candidate(found, "subscription.plan.id", subscription.at({"plan", "id"}));
    add_candidate(found, "subscription.plan.name", subscription.at({"plan", "name"}));
    const JsonView purchase = data["purchase"];
    add_candidate(found, "purchase.offer.code", purchase.at({"offer", "code"}));
    add_candidate(found, "purchase.offer.coupon_code", purchase.at({"offer", "coupon_code"}));
    add_candidate(found, "purchase.sckPaymentLink", purchase["sckPaymentLink"]);
    return found;
}

std::string joined_phone(JsonView code, JsonView number)
{
    const std::string digits = trimmed_text(number);
    return digits.empty() ? digits : trimmed_text(code) + digits;
}

void read_plan(Fact& fact, JsonView subscription)
{
    fact.plan_id = trimmed_text(subscription.at({"plan", "id"}));
    fact.plan_name = trimmed_text(subscription.at({"plan", "name"}));
}

ReadEvent read_purchase(Fact fact, JsonView data)
{
    const JsonView buyer = data["buyer"];
    const JsonView purchase = data["purchase"];
    fact.email = canonical_email(buyer["email"]);
    fact.name = trimmed_text(buyer["name"]);
    fact.phone = joined_phone(buyer["checkout_phone_code"], buyer["checkout_phone"]);
    fact.transaction = trimmed_text(purchase["transaction"]);
    if (fact.transaction.empty())
        return IncompleteEvent{"data.purchase.transaction is missing: without it the payment cannot be told from "
                               "others; look the sale up in Hotmart and send it again from there"};
    fact.hotmart_status = trimmed_text(purchase["status"]);
    fact.candidates = read_candidates(data);
    const JsonView price = purchase["price"];
    fact.price = trimmed_text(price["value"]);
    if (!fact.price.empty() && !Money::parse(fact.price))
        return IncompleteEvent{fmt::format("data.purchase.price.value is \"{}\", not an amount of money", fact.price)};
    fact.currency = trimmed_text(price["currency_value"]);
    const JsonView payment = purchase["payment"];
    fact.payment_type = trimmed_text(payment["type"]);
    fact.installments = small_integer(payment["installments_number"]);
    fact.offer_code = trimmed_text(purchase.at({"offer", "code"}));
    fact.recurrence_number = small_integer(purchase["recurrence_number"]);
    fact.ordered_at = purchase["order_date"].time();
    fact.approved_at = purchase["approved_date"].time();
    fact.next_charge_at = purchase["date_next_charge"].time();
    fact.warranty_ends_at = data.at({"product", "warranty_date"}).time();

    const JsonView subscription = data["subscription"];
    if (subscription.is_object()) {
        fact.subscriber_code = trimmed_text(subscription.at({"subscriber", "code"}));
        read_plan(fact, subscription);
        if (fact.subscriber_code.empty())
            return IncompleteEvent{"data.subscription.subscriber.code is missing: a purchase with a subscription "
                                   "must say whose it is"};
    }
    if (fact.email.empty())
        fact.email = unknown_email;
    return fact;
}

ReadEvent read_cancellation(Fact fact, JsonView data)
{
    const JsonView subscriber = data["subscriber"];
    fact.email = canonical_email(subscriber["email"]);
    fact.name = trimmed_text(subscriber["name"]);
    const JsonView phone = subscriber["phone"];
    fact.phone = joined_phone(phone["dddCell"], phone["cell"]);
    if (fact.phone.empty())
        fact.phone = joined_phone(phone["dddPhone"], phone["phone"]);
    fact.subscriber_code = trimmed_text(subscriber["code"]);
    if (fact.subscriber_code.empty())
        return IncompleteEvent{"data.subscriber.code is missing: a cancellation must say whose subscription ended"};
    fact.next_charge_at = data["date_next_charge"].time();
    fact.candidates = read_candidates(data);
    read_plan(fact, data["subscription"]);
    if (fact.email.empty())
        fact.email = unknown_email;
    return fact;
}

Time event_time(JsonView root, Time received_at)
{
    for (const auto name : {"creation_date", "creationDate"})
        if (const auto time = root[name].time())
            return *time;
    return received_at;
}

} // namespace

ReadEvent read_hotmart_event(std::string_view id, JsonView root, Time received_at)
{
    const std::string event = trimmed_text(root["event"]);
    if (std::find(documented_events.begin(), documented_events.end(), event) == documented_events.end())
        return UnknownEvent{};
    const auto type = fact_type_from(event);
    if (!type)
        return DeferredEvent{};
    const JsonView data = root["data"];
    if (!data.is_object())
        return IncompleteEvent{"data is no object: Hotmart's version 1.0.0 is not supported, choose 2.0.0 in the "
                               "webhook's configuration"};
    Fact fact;
    fact.id = id;
    fact.type = *type;
    fact.occurred_at = event_time(root, received_at);
    if (*type == FactType::subscription_cancellation)
        return read_cancellation(std::move(fact), data);
    return read_purchase(std::move(fact), data);
}

Result<HotmartEnvelope> read_hotmart_envelope(JsonView root)
{
    if (!root.is_object())
        return Error{ErrorKind::invalid_input, "the body must be a JSON object with `event` and `data`"};
    HotmartEnvelope envelope;
    envelope.event = trimmed_text(root["event"]);
    if (envelope.event.empty())
        return Error{ErrorKind::invalid_input, "`event` is missing: it must name the type of the event"};
    if (!root["data"].exists())
        return Error{ErrorKind::invalid_input, "`data` is missing: it must hold what the event is about"};
    envelope.id = trimmed_text(root["id"]);
    return envelope;
}

std::string webhook_event_id(std::string_view hotmart_id, std::string_view body)
{
    if (is_uuid(hotmart_id))
        return lower_case(hotmart_id);
    std::string hex = hotmart_id.empty() ? sha256_hex(body) : sha256_hex(fmt::format("hotmart:{}", hotmart_id));
    hex[12] = '8'; // UUIDv8: made by a rule of our own
    hex[16] = '8';
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                       hex.substr(20, 12));
}

} // namespace ciclo::model
