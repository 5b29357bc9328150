#include "contracts/announce_discord.hpp"
#include "contracts/fold_student.hpp"
#include "contracts/hotmart_event_received.hpp"
#include "contracts/reconcile_discord.hpp"
#include "contracts/reconcile_manychat.hpp"
#include "contracts/request_job.hpp"
#include "contracts/run_job.hpp"
#include "contracts/send_discord_notification.hpp"
#include "contracts/send_email.hpp"
#include "contracts/send_manychat_flow.hpp"
#include "rabbitmq/topology.hpp"
#include "schema_file.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace ciclo;
using namespace ciclo::contracts;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> contract_types{{
    {HotmartEventReceived::queue, HotmartEventReceived::type},
    {FoldStudent::queue, FoldStudent::type},
    {ReconcileDiscord::queue, ReconcileDiscord::type},
    {ReconcileManychat::queue, ReconcileManychat::type},
    {SendDiscordNotification::queue, SendDiscordNotification::type},
    {SendEmail::queue, SendEmail::type},
    {AnnounceDiscord::queue, AnnounceDiscord::type},
    {SendManychatFlow::queue, SendManychatFlow::type},
    {RequestJob::queue, RequestJob::type},
    {RunJob::sync_queue, RunJob::type},
    {RunJob::discord_queue, RunJob::type},
    {RunJob::manychat_queue, RunJob::type},
}};

std::size_t occurrences(const std::string& text, const std::string& part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

} // namespace

TEST_CASE("each contract has a queue in the topology, and each queue a contract")
{
    std::vector<std::string_view> of_contracts;
    for (const auto& [queue, type] : contract_types)
        of_contracts.push_back(queue);
    std::vector<std::string_view> of_topology{rabbitmq::work_queues.begin(), rabbitmq::work_queues.end()};
    std::sort(of_contracts.begin(), of_contracts.end());
    std::sort(of_topology.begin(), of_topology.end());

    CHECK(of_contracts == of_topology);
}

TEST_CASE("asyncapi.yaml names the queues, exchanges and arguments of the topology, and no others")
{
    const std::string text = testing::read_contract_file("asyncapi.yaml");

    for (const auto queue : rabbitmq::work_queues) {
        INFO(queue);
        CHECK(occurrences(text, fmt::format("\n  {}:\n", queue)) == 1);
        CHECK(occurrences(text, fmt::format("queue: {{ name: {}, durable: true,", queue)) == 1);
    }
    CHECK(occurrences(text, fmt::format("\n  {}:\n", rabbitmq::dead_letter_queue)) == 1);
    CHECK(occurrences(text, "queue: { name: ") == rabbitmq::work_queues.size() + 1);
    CHECK(occurrences(text, "x-queue-arguments: *work_queue\n") == rabbitmq::work_queues.size());

    CHECK(occurrences(text, fmt::format("{{ name: {}, type: direct, durable: true,", rabbitmq::exchange)) == 1);
    CHECK(occurrences(text, fmt::format("{{ name: {}, type: fanout, durable: true,", rabbitmq::dead_letter_exchange)) ==
          1);
    CHECK(occurrences(text, fmt::format("x-delivery-limit: {}\n", rabbitmq::delivery_limit)) == 1);
    CHECK(occurrences(text, fmt::format("x-dead-letter-exchange: {}\n", rabbitmq::dead_letter_exchange)) == 1);
}

TEST_CASE("asyncapi.yaml refers to the schema of each message")
{
    const std::string text = testing::read_contract_file("asyncapi.yaml");

    std::set<std::string_view> types;
    for (const auto& [queue, type] : contract_types)
        types.insert(type);
    for (const auto type : types) {
        INFO(type);
        CHECK(occurrences(text, fmt::format("name: {}\n", type)) == 1);
        CHECK(occurrences(text, fmt::format("messageType: {},", type)) == 1);
        CHECK(occurrences(text, fmt::format("payload: {{ $ref: \"messages/{}.schema.json\" }}", type)) == 1);
    }
    CHECK(occurrences(text, "payload: { $ref:") == types.size());
}
