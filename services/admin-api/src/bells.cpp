#include "bells.hpp"

#include "contracts/hotmart_event_received.hpp"
#include "contracts/reconcile_discord.hpp"
#include "contracts/reconcile_manychat.hpp"
#include "contracts/send_discord_notification.hpp"
#include "contracts/send_email.hpp"
#include "contracts/send_manychat_flow.hpp"
#include "jobs/job_bell.hpp"

namespace ciclo::admin {

using rabbitmq::message_of;

void ring_effect(rabbitmq::Publisher& publisher, const model::RetriedEffect& effect)
{
    using Kind = model::RetriedEffect::Kind;
    switch (effect.kind) {
    case Kind::webhook:
        return publisher.publish(message_of(contracts::HotmartEventReceived{effect.id, effect.correlation_id}));
    case Kind::discord:
        return ring_discord(publisher, effect.id, effect.correlation_id);
    case Kind::manychat:
        return ring_manychat(publisher, effect.id, effect.correlation_id);
    case Kind::email:
        return ring_email(publisher, effect.id, effect.correlation_id);
    case Kind::manychat_flow:
        return publisher.publish(message_of(contracts::SendManychatFlow{effect.id, effect.correlation_id}));
    case Kind::discord_notification:
        return publisher.publish(message_of(contracts::SendDiscordNotification{effect.id, effect.correlation_id}));
    case Kind::job:
        return ring_job(publisher, effect.job, effect.id, effect.correlation_id);
    }
}

void ring_discord(rabbitmq::Publisher& publisher, const std::string& user_id, const std::string& correlation_id)
{
    publisher.publish(message_of(contracts::ReconcileDiscord{user_id, correlation_id}));
}

void ring_manychat(rabbitmq::Publisher& publisher, const std::string& user_id, const std::string& correlation_id)
{
    publisher.publish(message_of(contracts::ReconcileManychat{user_id, correlation_id}));
}

void ring_email(rabbitmq::Publisher& publisher, const std::string& message_id, const std::string& correlation_id)
{
    publisher.publish(message_of(contracts::SendEmail{message_id, correlation_id}));
}

void ring_job(rabbitmq::Publisher& publisher, const std::string& job, const std::string& run_id,
              const std::string& correlation_id)
{
    publisher.publish(jobs::job_bell(job, run_id, correlation_id));
}

} // namespace ciclo::admin
