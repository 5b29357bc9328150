#include "invite.hpp"

#include "core/json_writer.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/settings_store.hpp"

#include <charconv>

namespace ciclo::discord_worker {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds longest_life = 604800s; // Discord's limit: seven days

std::chrono::seconds invite_life(postgres::Connection& connection)
{
    const std::string text = model::find_setting(connection, "invite_ttl_seconds").value_or("");
    std::int64_t seconds = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failure != std::errc{} || seconds < 60 || seconds > longest_life.count())
        return longest_life;
    return std::chrono::seconds{seconds};
}

} // namespace

Result<std::string> ensure_invite(postgres::Connection& connection, discord::Client& client, const model::Lease& lease)
{
    if (model::find_open_invite(connection, lease.user_id))
        return std::string{};
    const std::string channel = model::find_setting(connection, "welcome_channel_id").value_or("");
    if (channel.empty())
        return Error{ErrorKind::invalid_input,
                     "the setting welcome_channel_id is missing: ciclo setting set welcome_channel_id CHANNEL",
                     {}};
    const auto created = client.create_invite(channel, invite_life(connection), "ciclo " + lease.correlation_id);
    if (!created && created.error().kind == ErrorKind::not_found)
        return Error{ErrorKind::refused, created.error().detail, {}};
    if (!created)
        return created.error();

    const Time made_at = now();
    const Time expires_at = made_at + created->max_age;
    JsonWriter variables;
    variables.begin_object().member("invite_code", created->code).end_object();
    postgres::Transaction transaction{connection};
    model::record_invite(connection, {created->code, lease.user_id, channel, made_at, expires_at});
    const auto message = model::queue_message(connection, {.channel = "email",
                                                           .cause_key = "discord_invite:" + created->code,
                                                           .user_id = lease.user_id,
                                                           .template_name = "discord_invite",
                                                           .variables = std::string{variables.text()},
                                                           .use_by = expires_at,
                                                           .correlation_id = lease.correlation_id});
    transaction.commit();
    return message.value_or("");
}

} // namespace ciclo::discord_worker
