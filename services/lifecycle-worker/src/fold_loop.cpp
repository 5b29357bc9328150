#include "fold_loop.hpp"

#include "contracts/fold_student.hpp"
#include "core/log.hpp"
#include "downstream.hpp"
#include "model/stores/projection_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/student_store.hpp"

#include <chrono>

namespace ciclo::lifecycle {

namespace {

using namespace std::chrono_literals;

constexpr auto lease_duration = 30s;

} // namespace

FoldLoop::FoldLoop(const Config& config, rabbitmq::Publisher& publisher)
    : config_(config), publisher_(publisher),
      loop_({config.database_url, "lifecycle-worker fold", config.amqp_url, std::string{contracts::FoldStudent::queue},
             16, [](postgres::Connection& opened) { opened.expect_key_lookups(); }})
{
}

void FoldLoop::run(std::stop_token stop)
{
    loop_.run<contracts::FoldStudent>(stop, [this](const auto& bell) { fold(bell.user_id); });
}

void FoldLoop::fold(const std::string& user_id)
{
    auto& connection = loop_.connection();
    const auto lease = model::lease_reconciliation(connection, "lifecycle", user_id, lease_duration);
    if (!lease)
        return;
    postgres::Transaction transaction{connection};
    std::vector<model::StudentToFold> students;
    for (auto& stored : model::lock_students(connection, {&user_id, 1}))
        students.push_back(model::StudentToFold{std::move(stored), {}, "refold", lease->correlation_id});
    const auto folded =
        model::fold_students(connection, students, catalogue_.current(connection), config_.policy, now());
    const bool again = model::complete_reconciliation(connection, *lease);
    transaction.commit();
    ring_downstream(publisher_, folded);
    log::info("student folded again", {{"user_id", user_id}, {"correlation_id", lease->correlation_id}});
    if (again)
        publisher_.publish(rabbitmq::message_of(contracts::FoldStudent{user_id, lease->correlation_id}));
}

} // namespace ciclo::lifecycle
