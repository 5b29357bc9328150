#pragma once

#include "model/rules/fact.hpp"

#include <tuple>

namespace ciclo::testing {

// All members of a fact, to compare or to walk through. A new member does not compile until it is named
// here, so that none is forgotten.
inline auto members_of(const model::Fact& fact)
{
    const auto& [id, type, occurred_at, email, name, phone, transaction, hotmart_status, candidates, price, currency,
                 payment_type, installments, offer_code, recurrence_number, ordered_at, approved_at, next_charge_at,
                 warranty_ends_at, full_price, full_price_currency, billet_url, pix_code, pix_expires_at, access_until,
                 src, sck, commission_as, commission, commission_currency, parent_transaction, refusal_reason,
                 subscriber_code, plan_id, plan_name, module_id, reason, discord_id, link_source] = fact;
    return std::tie(id, type, occurred_at, email, name, phone, transaction, hotmart_status, candidates, price, currency,
                    payment_type, installments, offer_code, recurrence_number, ordered_at, approved_at, next_charge_at,
                    warranty_ends_at, full_price, full_price_currency, billet_url, pix_code, pix_expires_at,
                    access_until, src, sck, commission_as, commission, commission_currency, parent_transaction,
                    refusal_reason, subscriber_code, plan_id, plan_name, module_id, reason, discord_id, link_source);
}

inline bool same(const model::Fact& a, const model::Fact& b)
{
    return members_of(a) == members_of(b);
}

} // namespace ciclo::testing
