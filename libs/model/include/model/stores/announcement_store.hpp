#pragma once

#include "core/result.hpp"
#include "postgres/connection.hpp"

#include <set>
#include <string>
#include <string_view>

// Announcements to products' channels. Each is a message (table messages) with this template, once per cause; the
// channel is a property of the product (products.discord_channel_id), because nobody is given it.
namespace ciclo::model {

inline constexpr std::string_view announcement_template = "announcement";

struct NewAnnouncement {
    std::string product_id;
    std::string text;
    std::string cause_key; // unique within the product
    std::string correlation_id;
};

// Answers the message's id, empty when this cause was announced before; `not_found` for an unknown product,
// `refused` when it has no channel.
Result<std::string> queue_announcement(postgres::Connection& connection, const NewAnnouncement& announcement);

// Empty when it has none.
std::string find_announcement_channel(postgres::Connection& connection, std::string_view product_id);

// Those of all products.
std::set<std::string> announcement_channels(postgres::Connection& connection);

// Empty: none any more. `not_found` for an unknown product.
Result<void> set_announcement_channel(postgres::Connection& connection, std::string_view product_id,
                                      std::string_view channel_id);

// The product with this id or, when there is exactly one of that name, with this name.
Result<std::string> find_product_id(postgres::Connection& connection, std::string_view id_or_name);

} // namespace ciclo::model
