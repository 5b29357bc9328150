#include "fold_loop.hpp"

#include "contracts/fold_student.hpp"
#include "core/log.hpp"
#include "downstream.hpp"
#include "model/stores/projection_store.hpp"
#include "model/stores/reconciliation_store.hpp"
#include "model/stores/student_store.hpp"

#include <chrono>
#include <thread>

namespace ciclo::lifecycle {

namespace {

using namespace std::chrono_literals;

constexpr auto lease_duration = 30s;

} // namespace

FoldLoop::FoldLoop(const Config& config, rabbitmq::Publisher& publisher)
    : config_(config), publisher_(publisher),
      session_(config.database_url, "lifecycle-worker fold",
               [](postgres::Connection& opened) { opened.expect_key_lookups(); }),
      consumer_(config.amqp_url, std::string{contracts::FoldStudent::queue}, 16)
{
}

void FoldLoop::run(std::stop_token stop)
{
    while (!stop.stop_requested()) {
        for (const auto& bell : consumer_.take(16, 1s, stop)) {
            const auto message = contracts::FoldStudent::decode(bell.body);
            if (!message) {
                log::error("a bell cannot be understood; it goes to the dead letters",
                           {{"error", message.error().detail}});
                consumer_.reject(bell);
                continue;
            }
            try {
                fold(message->user_id);
            } catch (const postgres::Failure& failure) {
                session_.after(failure);
                log::warning("a student could not be folded; the row stays due", {{"error", failure.what()}});
                std::this_thread::sleep_for(200ms);
            } catch (const std::exception& failure) {
                log::error("a student could not be folded; the row stays due",
                           {{"user_id", message->user_id}, {"error", failure.what()}});
            }
            // The row is still due when it failed, and the sweeper rings it again.
            consumer_.ack({bell});
        }
    }
}

void FoldLoop::fold(const std::string& user_id)
{
    auto& connection = session_.connection();
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
