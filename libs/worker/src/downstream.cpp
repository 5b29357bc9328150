#include "worker/downstream.hpp"

#include "contracts/reconcile_discord.hpp"
#include "contracts/reconcile_manychat.hpp"

#include <utility>
#include <vector>

namespace ciclo::worker {

void ring_downstream(rabbitmq::Publisher& publisher, std::span<const model::FoldedStudent> students)
{
    std::vector<rabbitmq::Message> bells;
    for (const model::FoldedStudent& student : students) {
        if (student.discord_wanted)
            bells.push_back(rabbitmq::message_of(contracts::ReconcileDiscord{student.user_id, student.correlation_id}));
        if (student.manychat_wanted)
            bells.push_back(
                rabbitmq::message_of(contracts::ReconcileManychat{student.user_id, student.correlation_id}));
    }
    publisher.publish(std::move(bells));
}

} // namespace ciclo::worker
