#include "model/rules/hotmart_event.hpp"

#include "core/crypto.hpp"
#include "core/text.hpp"
#include "core/uuid.hpp"
#include "model/rules/money.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ciclo::model {

namespace {

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
    // Hotmart's test events carry product 0, of the Club "00000".
    const bool is_placeholder = value.find_first_not_of('0') == std::string::npos;
    if (!value.empty() && !(is_placeholder && identifier_kind(path) == "product.id"))
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
    constexpr std::ptrdiff_t longest_without_area_code = 9;
    const std::string given = trimmed_text(number);
    const auto digits = std::count_if(given.begin(), given.end(), [](char c) { return c >= '0' && c <= '9'; });
    // Some numbers come with their area code although it is told beside them.
    return digits == 0 || digits > longest_without_area_code ? given : trimmed_text(code) + given;
}

// Every kind of event has its own place for the code; which one an event of today uses is taken from it.
std::string subscriber_code_in(JsonView data)
{
    const JsonView subscription = data["subscription"];
    for (const JsonView place :
         {subscription.at({"subscriber", "code"}), subscription["subscriber_code"], data.at({"subscriber", "code"})})
        if (std::string code = trimmed_text(place); !code.empty())
            return code;
    return {};
}

void read_plan(Fact& fact, JsonView plan)
{
    fact.plan_id = trimmed_text(plan["id"]);
    fact.plan_name = trimmed_text(plan["name"]);
}

// Ours is the producer's share; a co-producer or an affiliate gets events of his own sales without one.
void read_commission(Fact& fact, JsonView commissions)
{
    for (const std::string_view source : {"PRODUCER", "COPRODUCER", "AFFILIATE"}) {
        for (std::size_t i = 0; i < commissions.size(); ++i) {
            const JsonView commission = commissions.element(i);
            if (trimmed_text(commission["source"]) != source || !Money::parse(trimmed_text(commission["value"])))
                continue;
            fact.commission_as = source;
            fact.commission = trimmed_text(commission["value"]);
            fact.commission_currency = trimmed_text(commission["currency_value"]);
            return;
        }
    }
}

void read_payment(Fact& fact, JsonView payment)
{
    fact.payment_type = trimmed_text(payment["type"]);
    fact.installments = small_integer(payment["installments_number"]);
    fact.billet_url = trimmed_text(payment["billet_url"]);
    fact.pix_code = trimmed_text(payment["pix_code"]);
    fact.pix_expires_at = payment["pix_expiration_date"].time();
    fact.refusal_reason = trimmed_text(payment["refusal_reason"]);
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
    const JsonView full_price = purchase["full_price"];
    if (Money::parse(trimmed_text(full_price["value"]))) {
        fact.full_price = trimmed_text(full_price["value"]);
        fact.full_price_currency = trimmed_text(full_price["currency_value"]);
    }
    read_payment(fact, purchase["payment"]);
    read_commission(fact, data["commissions"]);
    fact.src = trimmed_text(purchase.at({"origin", "src"}));
    fact.sck = trimmed_text(purchase.at({"origin", "sck"}));
    fact.parent_transaction = trimmed_text(purchase.at({"order_bump", "parent_purchase_transaction"}));
    fact.offer_code = trimmed_text(purchase.at({"offer", "code"}));
    fact.recurrence_number = small_integer(purchase["recurrence_number"]);
    fact.ordered_at = purchase["order_date"].time();
    fact.approved_at = purchase["approved_date"].time();
    fact.next_charge_at = purchase["date_next_charge"].time();
    fact.warranty_ends_at = data.at({"product", "warranty_date"}).time();

    const JsonView subscription = data["subscription"];
    if (subscription.is_object()) {
        fact.subscriber_code = subscriber_code_in(data);
        read_plan(fact, subscription["plan"]);
        if (fact.subscriber_code.empty())
            return IncompleteEvent{"data.subscription.subscriber.code is missing: a purchase with a subscription "
                                   "must say whose it is"};
    }
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
    fact.subscriber_code = subscriber_code_in(data);
    if (fact.subscriber_code.empty())
        return IncompleteEvent{"data.subscriber.code is missing: a cancellation must say whose subscription ended"};
    fact.next_charge_at = data["date_next_charge"].time();
    fact.candidates = read_candidates(data);
    read_plan(fact, data.at({"subscription", "plan"}));
    return fact;
}

ReadEvent read_switch(Fact fact, JsonView data)
{
    const JsonView subscription = data["subscription"];
    fact.email = canonical_email(subscription.at({"user", "email"}));
    fact.subscriber_code = subscriber_code_in(data);
    if (fact.subscriber_code.empty())
        return IncompleteEvent{"data.subscription.subscriber_code is missing: a change of plan must say whose it is"};
    fact.next_charge_at = subscription["date_next_charge"].time();
    // The position says nothing; of several marked as current (unconfirmed) the first is taken.
    const JsonView plans = data["plans"];
    JsonView current;
    for (std::size_t i = 0; i < plans.size() && !current.exists(); ++i)
        if (plans.element(i)["current"].boolean().value_or(false))
            current = plans.element(i);
    if (!current.exists())
        return IncompleteEvent{"data.plans has no entry with current = true: the new plan is not known; compare the "
                               "subscription in Hotmart"};
    read_plan(fact, current);
    fact.offer_code = trimmed_text(current.at({"offer", "key"}));
    fact.candidates = read_candidates(data);
    add_candidate(fact.candidates, "plans.id", current["id"]);
    add_candidate(fact.candidates, "plans.name", current["name"]);
    add_candidate(fact.candidates, "plans.offer.key", current.at({"offer", "key"}));
    return fact;
}

ReadEvent read_charge_date(Fact fact, JsonView data)
{
    const JsonView subscriber = data["subscriber"];
    const JsonView subscription = data["subscription"];
    fact.email = canonical_email(subscriber["email"]);
    fact.name = trimmed_text(subscriber["name"]);
    fact.subscriber_code = subscriber_code_in(data);
    if (fact.subscriber_code.empty())
        return IncompleteEvent{"data.subscriber.code is missing: a change of the charge date must say whose it is"};
    for (const auto name : {"date_next_charge", "dateNextCharge"})
        if (!fact.next_charge_at)
            fact.next_charge_at = subscription[name].time();
    fact.candidates = read_candidates(data);
    add_candidate(fact.candidates, "plan.id", data.at({"plan", "id"}));
    read_plan(fact, data["plan"]);
    return fact;
}

ReadEvent read_cart(Fact fact, JsonView data)
{
    const JsonView buyer = data["buyer"];
    fact.email = canonical_email(buyer["email"]);
    fact.name = trimmed_text(buyer["name"]);
    fact.phone = trimmed_text(buyer["phone"]);
    fact.offer_code = trimmed_text(data.at({"offer", "code"}));
    fact.candidates = read_candidates(data);
    return fact;
}

ReadEvent read_club(Fact fact, JsonView data)
{
    const JsonView user = data["user"];
    fact.email = canonical_email(user["email"]);
    fact.name = trimmed_text(user["name"]);
    fact.candidates = read_candidates(data);
    fact.module_id = trimmed_text(data.at({"module", "id"}));
    if (fact.email.empty())
        return IncompleteEvent{"data.user.email is missing: nothing else tells whose access this was"};
    if (fact.type == FactType::club_module_completed && fact.module_id.empty())
        return IncompleteEvent{"data.module.id is missing: it is not known which module was completed"};
    return fact;
}

ReadEvent read_data(Fact fact, JsonView data)
{
    switch (fact.type) {
    case FactType::subscription_cancellation:
        return read_cancellation(std::move(fact), data);
    case FactType::plan_switched:
        return read_switch(std::move(fact), data);
    case FactType::charge_date_changed:
        return read_charge_date(std::move(fact), data);
    case FactType::cart_abandoned:
        return read_cart(std::move(fact), data);
    case FactType::club_first_access:
    case FactType::club_module_completed:
        return read_club(std::move(fact), data);
    case FactType::purchase_approved:
    case FactType::purchase_complete:
    case FactType::purchase_refunded:
    case FactType::purchase_chargeback:
    case FactType::purchase_canceled:
    case FactType::purchase_billet_printed:
    case FactType::purchase_protest:
    case FactType::purchase_expired:
    case FactType::purchase_delayed:
        return read_purchase(std::move(fact), data);
    case FactType::courtesy_granted:
    case FactType::discord_linked:
    case FactType::access_imported:
    case FactType::historical_buyer:
        break; // nothing that Hotmart sends
    }
    return UnknownEvent{};
}

// Documentation samples are dated 1970 (12345678): before Hotmart existed, nothing can have happened there.
constexpr Time first_credible{std::chrono::sys_days{std::chrono::year{2011} / 1 / 1}};

Time event_time(JsonView root, Time received_at)
{
    for (const auto name : {"creation_date", "creationDate"})
        if (const auto time = root[name].time(); time && *time >= first_credible)
            return *time;
    return received_at;
}

} // namespace

ReadEvent read_hotmart_event(std::string_view id, JsonView root, Time received_at)
{
    const auto type = fact_type_from(trimmed_text(root["event"]));
    if (!type)
        return UnknownEvent{};
    const JsonView data = root["data"];
    if (!data.is_object())
        return IncompleteEvent{"data is no object: Hotmart's version 1.0.0 is not supported, choose 2.0.0 in the "
                               "webhook's configuration"};
    Fact fact;
    fact.id = id;
    fact.type = *type;
    fact.occurred_at = event_time(root, received_at);
    ReadEvent event = read_data(std::move(fact), data);
    if (auto* read = std::get_if<Fact>(&event); read != nullptr && read->email.empty())
        read->email = unknown_email;
    return event;
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
