#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Hotmart's subscriptions as its API shows them: table hotmart_subscribers. Needed because sales in the API do not tell
// whose subscription they belong to, and a renewal must not be taken for a payment of its own.
namespace ciclo::model {

struct Subscriber {
    std::string subscriber_code;
    std::string email; // lower case
    std::string hotmart_product_id;
    std::string status; // Hotmart's word
    std::string plan_id;
    std::optional<Time> next_charge_at;
};

// Writes only what differs; answers how many rows that were.
std::size_t write_subscribers(postgres::Connection& connection, std::span<const Subscriber> subscribers);

using PersonAndProduct = std::pair<std::string, std::string>; // e-mail, Hotmart's product id

// By person and product; the one that is paid for, when there are several.
std::map<PersonAndProduct, Subscriber> find_subscribers(postgres::Connection& connection,
                                                        std::span<const PersonAndProduct> wanted);

// What the fold made of a subscription.
struct KnownSubscription {
    std::string status; // "ACTIVE", "CANCELLED" ...
    std::string plan_id;
    std::optional<Time> next_charge_at;
    bool has_transaction = false; // the payment that Hotmart calls the latest is known
};

// `latest`: subscriber code and the transaction that Hotmart calls its latest payment.
std::map<std::string, KnownSubscription>
known_subscriptions(postgres::Connection& connection, std::span<const std::pair<std::string, std::string>> latest);

} // namespace ciclo::model
