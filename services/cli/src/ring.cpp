#include "ring.hpp"

#include "contracts/fold_student.hpp"
#include "core/environment.hpp"
#include "core/uuid.hpp"
#include "rabbitmq/publisher.hpp"

#include <chrono>

namespace ciclo::cli {

void ring_folds(const std::vector<std::string>& user_ids)
{
    Environment environment;
    const auto url = environment.text("AMQP_URL", "", "RabbitMQ");
    if (url.empty() || user_ids.empty())
        return;
    rabbitmq::Publisher publisher{url};
    const std::string correlation_id = new_uuid();
    std::vector<rabbitmq::Message> bells;
    for (const auto& id : user_ids)
        bells.push_back(rabbitmq::message_of(contracts::FoldStudent{id, correlation_id}));
    publisher.publish(std::move(bells));
    publisher.flush(std::chrono::seconds{2});
}

} // namespace ciclo::cli
