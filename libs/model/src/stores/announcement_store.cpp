#include "model/stores/announcement_store.hpp"

#include "core/json_writer.hpp"
#include "model/stores/message_store.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

constexpr const char* channel_sql = "SELECT coalesce(discord_channel_id, '') FROM products WHERE id::text = $1";
constexpr const char* channels_sql =
    "SELECT DISTINCT discord_channel_id FROM products WHERE discord_channel_id IS NOT NULL";
constexpr const char* set_sql = "UPDATE products SET discord_channel_id = nullif($2, '') WHERE id::text = $1";
constexpr const char* product_sql = "SELECT id FROM products WHERE id::text = lower($1) OR name = $1";

// News of last week are none.
constexpr std::chrono::hours use_within{24};

} // namespace

Result<std::string> queue_announcement(postgres::Connection& connection, const NewAnnouncement& announcement)
{
    const auto channel = connection.execute(channel_sql, {announcement.product_id});
    if (channel.empty())
        return Error{ErrorKind::not_found, "there is no product " + announcement.product_id, {}};
    if (channel.view(0, 0).empty())
        return Error{ErrorKind::refused,
                     "the product has no channel for announcements: ciclo discord channel --product ID --channel ID",
                     {}};
    JsonWriter variables;
    variables.begin_object()
        .member("product_id", announcement.product_id)
        .member("text", announcement.text)
        .end_object();
    const auto message = queue_message(
        connection, {.channel = "discord_notification",
                     .cause_key = fmt::format("announcement:{}:{}", announcement.product_id, announcement.cause_key),
                     .user_id = "",
                     .message_class = "service",
                     .template_name = std::string{announcement_template},
                     .variables = std::string{variables.text()},
                     .use_by = now() + use_within,
                     .correlation_id = announcement.correlation_id});
    return message.value_or("");
}

std::string find_announcement_channel(postgres::Connection& connection, std::string_view product_id)
{
    const auto rows = connection.execute(channel_sql, {product_id});
    return rows.empty() ? std::string{} : rows.text(0, 0);
}

std::set<std::string> announcement_channels(postgres::Connection& connection)
{
    const auto rows = connection.execute(channels_sql);
    std::set<std::string> channels;
    for (std::size_t i = 0; i < rows.size(); ++i)
        channels.insert(rows.text(i, 0));
    return channels;
}

Result<void> set_announcement_channel(postgres::Connection& connection, std::string_view product_id,
                                      std::string_view channel_id)
{
    if (connection.execute(set_sql, {product_id, channel_id}).affected() == 0)
        return Error{ErrorKind::not_found, fmt::format("there is no product {}", product_id), {}};
    return {};
}

Result<std::string> find_product_id(postgres::Connection& connection, std::string_view id_or_name)
{
    const auto rows = connection.execute(product_sql, {id_or_name});
    if (rows.size() == 1)
        return rows.text(0, 0);
    return Error{ErrorKind::not_found,
                 fmt::format("{} product is called \"{}\"; see ciclo product list",
                             rows.empty() ? "no" : "more than one", id_or_name),
                 {}};
}

} // namespace ciclo::model
