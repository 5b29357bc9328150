#include "internal_jobs.hpp"

#include "contracts/send_email.hpp"
#include "contracts/send_manychat_flow.hpp"
#include "core/json_writer.hpp"
#include "core/time.hpp"
#include "model/stores/discord_store.hpp"
#include "model/stores/message_store.hpp"
#include "model/stores/onboarding_token.hpp"
#include "model/stores/settings_store.hpp"

#include <fmt/core.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ciclo::sync_worker {

namespace {

constexpr std::chrono::hours patience{24};
constexpr int page_size = 200;

std::string variables_of(postgres::Connection& connection, const std::string& user_id)
{
    const auto invite = model::find_open_invite(connection, user_id);
    JsonWriter json;
    json.begin_object().member_if("invite_code", invite ? invite->code : "").end_object();
    return std::string{json.text()};
}

// The cause is the token: whoever comes back after a churn gets a new one, and may be asked again.
std::optional<std::string> queue_email(jobs::JobContext& context, const model::OpenOnboarding& onboarding)
{
    auto& connection = context.connection();
    return model::queue_message(connection, {.channel = "email",
                                             .cause_key = "onboarding_follow_up:" + onboarding.token,
                                             .user_id = onboarding.user_id,
                                             .message_class = "transactional",
                                             .template_name = "onboarding_follow_up",
                                             .variables = variables_of(connection, onboarding.user_id),
                                             .use_by = onboarding.expires_at,
                                             .correlation_id = context.correlation_id()});
}

std::optional<std::string> queue_flow(jobs::JobContext& context, const model::OpenOnboarding& onboarding)
{
    return model::queue_message(context.connection(), {.channel = "manychat_flow",
                                                       .cause_key = "flow:follow_up:" + onboarding.token,
                                                       .user_id = onboarding.user_id,
                                                       .message_class = "transactional",
                                                       .template_name = "follow_up",
                                                       .use_by = onboarding.expires_at,
                                                       .correlation_id = context.correlation_id()});
}

} // namespace

Result<void> follow_up_onboarding(jobs::JobContext& context, rabbitmq::Publisher& publisher)
{
    auto& connection = context.connection();
    const Time asked_before = now() - patience;
    context.count("followed_up", 0);
    const bool has_flow = !model::find_setting(connection, "manychat_flow_follow_up").value_or("").empty();
    std::string after = context.checkpoint_member("after");
    std::int64_t done = context.checkpoint_number("done");
    while (true) {
        context.pause_point();
        std::vector<rabbitmq::Message> bells;
        postgres::Transaction transaction{connection};
        const auto waiting = model::open_onboardings(connection, asked_before, after, page_size);
        for (const auto& onboarding : waiting) {
            after = onboarding.token;
            const auto email = queue_email(context, onboarding);
            if (!email)
                continue;
            context.count("followed_up");
            bells.push_back(rabbitmq::message_of(contracts::SendEmail{*email, context.correlation_id()}));
            if (const auto flow = has_flow ? queue_flow(context, onboarding) : std::nullopt)
                bells.push_back(rabbitmq::message_of(contracts::SendManychatFlow{*flow, context.correlation_id()}));
        }
        done += static_cast<std::int64_t>(waiting.size());
        context.progress(done);
        context.save(fmt::format(R"({{"after": "{}", "done": {}}})", after, done));
        transaction.commit();
        publisher.publish(std::move(bells));
        if (waiting.size() < page_size)
            return {};
    }
}

} // namespace ciclo::sync_worker
