#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/rules/catalogue.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ciclo::model {

enum class FactType {
    purchase_approved,
    purchase_complete,
    purchase_refunded,
    purchase_chargeback,
    purchase_canceled,
    purchase_billet_printed,
    purchase_protest,
    purchase_expired,
    purchase_delayed,
    cart_abandoned,
    subscription_cancellation,
    plan_switched,
    charge_date_changed,
    club_first_access,
    club_module_completed,
    courtesy_granted, // access that somebody gives without a payment, until a day
    discord_linked,   // a Discord account was tied to the student, by an operator or a registration
    access_imported,  // active already, from a file
    historical_buyer, // a purchase that Hotmart knows from before
};

// "PURCHASE_APPROVED", "DISCORD_LINKED" ...
std::string_view to_string(FactType type) noexcept;
std::optional<FactType> fact_type_from(std::string_view text) noexcept;

// Something that happened to one student, in the form the fold reads. Empty text = not told.
struct Fact {
    std::string id; // unique; the same fact received twice has the same id
    FactType type = FactType::purchase_approved;
    Time occurred_at; // when the source says it happened, not when it arrived

    std::string source; // empty: a webhook; "api": found by asking Hotmart

    std::string email; // trimmed, lower case
    std::string name;
    std::string phone;

    std::string transaction; // key of a payment, "HP..."
    std::string hotmart_status;
    std::vector<Candidate> candidates;
    std::string price; // exact decimal text
    std::string currency;
    std::string payment_type;
    std::optional<int> installments;
    std::string offer_code;
    std::optional<int> recurrence_number;
    std::optional<Time> ordered_at;
    std::optional<Time> approved_at;
    std::optional<Time> next_charge_at;
    std::optional<Time> warranty_ends_at;
    std::string full_price;
    std::string full_price_currency;
    std::string billet_url;
    std::string pix_code;
    std::optional<Time> pix_expires_at;
    std::optional<Time> access_until; // of imported access (nothing: without end) or a courtesy
    std::string src;
    std::string sck;
    std::string commission_as; // "PRODUCER", "COPRODUCER", "AFFILIATE"
    std::string commission;
    std::string commission_currency;
    std::string parent_transaction; // of an order bump
    std::string refusal_reason;

    std::string subscriber_code;
    std::string plan_id;
    std::string plan_name;

    std::string module_id; // of Hotmart Club

    std::string reason; // of a courtesy: why it was given

    std::string discord_id;
    std::string link_source; // what tied it: "registrar", "invite", "operator"
};

// Is it about one payment?
bool is_purchase(FactType type) noexcept;

// The stored form (facts.body): compact JSON of everything but id, type and occurred_at.
std::string encode_body(const Fact& fact);
Result<Fact> decode_fact(std::string_view id, std::string_view type, Time occurred_at, std::string_view body);

} // namespace ciclo::model
