#include "fold_loop.hpp"

#include "contracts/fold_student.hpp"
#include "core/log.hpp"
#include "downstream.hpp"
#include "model/policy.hpp"
#include "model/stores/due_work.hpp"
#include "model/stores/projection_store.hpp"
#include "model/stores/student_store.hpp"

#include <chrono>
#include <thread>

namespace ciclo::lifecycle {

namespace {

using namespace std::chrono_literals;

constexpr auto lease_duration = 30s;

// Workers of the policy before may still have folded somebody while this one started: asked again once.
constexpr auto second_look = 10min;
constexpr int students_at_once = 1'000'000;

} // namespace

FoldLoop::FoldLoop(const Config& config, rabbitmq::Publisher& publisher)
    : config_(config), policy_(model::policy_text(config.policy)), publisher_(publisher),
      session_(config.database_url, "lifecycle-worker fold",
               [](postgres::Connection& opened) { opened.expect_key_lookups(); }),
      consumer_(config.amqp_url, std::string{contracts::FoldStudent::queue}, 16)
{
}

void FoldLoop::run(std::stop_token stop)
{
    while (!stop.stop_requested()) {
        want_policy_folds();
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
                if (failure.is_unavailable()) {
                    log::warning("PostgreSQL is away; the row stays due", {{"error", failure.what()}});
                    std::this_thread::sleep_for(200ms);
                } else {
                    give_up_or_postpone(failure.what());
                }
            } catch (const std::exception& failure) {
                give_up_or_postpone(failure.what());
            }
            lease_.reset();
            // The row is still due when it failed, and the sweeper rings it again.
            consumer_.ack({bell});
        }
    }
}

// Facts that cannot be read do not become readable by waiting for ever: after some attempts a person is asked.
void FoldLoop::give_up_or_postpone(const std::string& error)
{
    if (!lease_)
        return;
    log::error("a student could not be folded",
               {{"user_id", lease_->user_id}, {"attempts", lease_->attempts}, {"error", error}});
    try {
        model::postpone_reconciliation(session_.connection(), *lease_, Error{ErrorKind::unavailable, error, {}});
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
    }
}

void FoldLoop::want_policy_folds()
{
    const auto present = std::chrono::steady_clock::now();
    if (policy_looks_ == 2 || present < next_policy_look_)
        return;
    try {
        std::size_t students = 0;
        std::size_t wanted = 0;
        do {
            wanted = model::want_policy_folds(session_.connection(), policy_, students_at_once);
            students += wanted;
        } while (wanted == students_at_once);
        ++policy_looks_;
        next_policy_look_ = present + second_look;
        if (students > 0)
            log::info("the policy has changed; students are folded again",
                      {{"policy", policy_}, {"students", students}});
    } catch (const postgres::Failure& failure) {
        session_.after(failure);
        next_policy_look_ = present + 1s;
    }
}

void FoldLoop::fold(const std::string& user_id)
{
    auto& connection = session_.connection();
    lease_ = model::lease_reconciliation(connection, "lifecycle", user_id, lease_duration);
    if (!lease_)
        return;
    const auto& lease = lease_;
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
