#include "sweep_job.hpp"

#include "contracts/reconcile_discord.hpp"
#include "sweep.hpp"

namespace ciclo::discord_worker {

jobs::JobBody sweep_job(const Shared& shared)
{
    return [&shared](jobs::JobContext& context) {
        discord::Client client{shared.config.discord, shared.limits};
        const auto ring = [&](const std::vector<std::string>& user_ids) {
            std::vector<rabbitmq::Message> bells;
            bells.reserve(user_ids.size());
            for (const auto& id : user_ids)
                bells.push_back(rabbitmq::message_of(contracts::ReconcileDiscord{id, context.correlation_id()}));
            shared.publisher.publish(std::move(bells));
        };
        return Sweep{context, client, {shared.config.brake, ring}}.run();
    };
}

} // namespace ciclo::discord_worker
