#include "model/rules/fact.hpp"

#include "core/json.hpp"
#include "core/json_writer.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

namespace ciclo::model {

namespace {

using enum FactType;

constexpr auto names = std::to_array<std::pair<FactType, std::string_view>>({
    {purchase_approved, "PURCHASE_APPROVED"},
    {purchase_complete, "PURCHASE_COMPLETE"},
    {purchase_refunded, "PURCHASE_REFUNDED"},
    {purchase_chargeback, "PURCHASE_CHARGEBACK"},
    {purchase_canceled, "PURCHASE_CANCELED"},
    {purchase_billet_printed, "PURCHASE_BILLET_PRINTED"},
    {purchase_protest, "PURCHASE_PROTEST"},
    {purchase_expired, "PURCHASE_EXPIRED"},
    {purchase_delayed, "PURCHASE_DELAYED"},
    {cart_abandoned, "PURCHASE_OUT_OF_SHOPPING_CART"},
    {subscription_cancellation, "SUBSCRIPTION_CANCELLATION"},
    {plan_switched, "SWITCH_PLAN"},
    {charge_date_changed, "UPDATE_SUBSCRIPTION_CHARGE_DATE"},
    {club_first_access, "CLUB_FIRST_ACCESS"},
    {club_module_completed, "CLUB_MODULE_COMPLETED"},
    {courtesy_granted, "COURTESY_GRANTED"},
    {discord_linked, "DISCORD_LINKED"},
    {access_imported, "ACCESS_IMPORTED"},
    {historical_buyer, "HISTORICAL_BUYER"},
});

// The text members, under the names they are stored with.
constexpr auto text_members = std::to_array<std::pair<std::string_view, std::string Fact::*>>({
    {"source", &Fact::source},
    {"email", &Fact::email},
    {"name", &Fact::name},
    {"phone", &Fact::phone},
    {"transaction", &Fact::transaction},
    {"status", &Fact::hotmart_status},
    {"price", &Fact::price},
    {"currency", &Fact::currency},
    {"payment_type", &Fact::payment_type},
    {"offer", &Fact::offer_code},
    {"full_price", &Fact::full_price},
    {"full_price_currency", &Fact::full_price_currency},
    {"billet_url", &Fact::billet_url},
    {"pix_code", &Fact::pix_code},
    {"src", &Fact::src},
    {"sck", &Fact::sck},
    {"commission_as", &Fact::commission_as},
    {"commission", &Fact::commission},
    {"commission_currency", &Fact::commission_currency},
    {"parent", &Fact::parent_transaction},
    {"refusal", &Fact::refusal_reason},
    {"module", &Fact::module_id},
    {"subscriber", &Fact::subscriber_code},
    {"plan_id", &Fact::plan_id},
    {"plan_name", &Fact::plan_name},
    {"reason", &Fact::reason},
    {"discord_id", &Fact::discord_id},
    {"source", &Fact::link_source},
});

constexpr auto time_members = std::to_array<std::pair<std::string_view, std::optional<Time> Fact::*>>({
    {"ordered_at", &Fact::ordered_at},
    {"approved_at", &Fact::approved_at},
    {"next_charge_at", &Fact::next_charge_at},
    {"warranty_ends_at", &Fact::warranty_ends_at},
    {"pix_expires_at", &Fact::pix_expires_at},
    {"access_until", &Fact::access_until},
});

constexpr auto number_members = std::to_array<std::pair<std::string_view, std::optional<int> Fact::*>>({
    {"installments", &Fact::installments},
    {"recurrence", &Fact::recurrence_number},
});

} // namespace

std::string_view to_string(FactType type) noexcept
{
    for (const auto& [known, name] : names)
        if (known == type)
            return name;
    return "";
}

std::optional<FactType> fact_type_from(std::string_view text) noexcept
{
    for (const auto& [type, name] : names)
        if (name == text)
            return type;
    return std::nullopt;
}

bool is_purchase(FactType type) noexcept
{
    switch (type) {
    case purchase_approved:
    case purchase_complete:
    case purchase_refunded:
    case purchase_chargeback:
    case purchase_canceled:
    case purchase_billet_printed:
    case purchase_protest:
    case purchase_expired:
    case purchase_delayed:
        return true;
    case cart_abandoned:
    case subscription_cancellation:
    case plan_switched:
    case charge_date_changed:
    case club_first_access:
    case club_module_completed:
    case courtesy_granted:
    case discord_linked:
    case access_imported:
    case historical_buyer:
        return false;
    }
    return false;
}

std::string encode_body(const Fact& fact)
{
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, member] : text_members)
        json.member_if(name, fact.*member);
    for (const auto& [name, member] : time_members)
        if (fact.*member)
            json.member(name, to_iso8601(*(fact.*member)));
    for (const auto& [name, member] : number_members)
        if (fact.*member)
            json.member(name, *(fact.*member));
    if (!fact.candidates.empty()) {
        json.key("candidates").begin_array();
        for (const Candidate& candidate : fact.candidates)
            json.value(candidate.path).value(candidate.value);
        json.end_array();
    }
    json.end_object();
    return std::string{json.text()};
}

Result<Fact> decode_fact(std::string_view id, std::string_view type, Time occurred_at, std::string_view body)
{
    const auto known = fact_type_from(type);
    if (!known)
        return Error{ErrorKind::invalid_input, fmt::format("fact {} has the unknown type {}", id, type)};
    const auto document = JsonDocument::parse(body);
    if (!document)
        return Error{ErrorKind::invalid_input, fmt::format("fact {}: {}", id, document.error().detail)};
    const JsonView root = document->root();
    Fact fact;
    fact.id = id;
    fact.type = *known;
    fact.occurred_at = occurred_at;
    for (const auto& [name, member] : text_members)
        fact.*member = root[name].text();
    for (const auto& [name, member] : time_members)
        fact.*member = root[name].time();
    for (const auto& [name, member] : number_members)
        if (const auto number = root[name].integer())
            fact.*member = static_cast<int>(*number);
    const JsonView candidates = root["candidates"];
    for (std::size_t i = 0; i + 1 < candidates.size(); i += 2)
        fact.candidates.push_back(Candidate{candidates.element(i).text(), candidates.element(i + 1).text()});
    return fact;
}

} // namespace ciclo::model
