#include "fold_loop.hpp"

#include "contracts/fold_student.hpp"
#include "core/log.hpp"
#include "model/policy.hpp"
#include "model/stores/due_work.hpp"
#include "model/stores/projection_store.hpp"
#include "model/stores/student_store.hpp"
#include "worker/downstream.hpp"

#include <chrono>

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
      loop_({.database_url = config.database_url,
             .application = "lifecycle-worker fold",
             .amqp_url = config.amqp_url,
             .queue = std::string{contracts::FoldStudent::queue},
             .prefetch = 16,
             .prepare = [](postgres::Connection& opened) { opened.expect_key_lookups(); },
             .between = [this](postgres::Connection& connection) { want_policy_folds(connection); }})
{
}

void FoldLoop::run(std::stop_token stop)
{
    loop_.run<contracts::FoldStudent>(stop, [this](const auto& bell) {
        try {
            fold(bell.user_id);
        } catch (const postgres::Failure& failure) {
            if (failure.is_unavailable())
                throw;
            give_up_or_postpone(failure.what());
        } catch (const std::exception& failure) {
            give_up_or_postpone(failure.what());
        }
    });
}

// Facts that cannot be read do not become readable by waiting for ever: after some attempts a person is asked.
void FoldLoop::give_up_or_postpone(const std::string& error)
{
    if (!lease_)
        return;
    log::error("a student could not be folded",
               {{"user_id", lease_->user_id}, {"attempts", lease_->attempts}, {"error", error}});
    model::postpone_reconciliation(loop_.connection(), *lease_, Error{ErrorKind::unavailable, error, {}});
}

void FoldLoop::want_policy_folds(postgres::Connection& connection)
{
    const auto present = std::chrono::steady_clock::now();
    if (policy_looks_ == 2 || present < next_policy_look_)
        return;
    next_policy_look_ = present + 1s; // in case this fails
    std::size_t students = 0;
    std::size_t wanted = 0;
    do {
        wanted = model::want_policy_folds(connection, policy_, students_at_once);
        students += wanted;
    } while (wanted == students_at_once);
    ++policy_looks_;
    next_policy_look_ = present + second_look;
    if (students > 0)
        log::info("the policy has changed; students are folded again", {{"policy", policy_}, {"students", students}});
}

void FoldLoop::fold(const std::string& user_id)
{
    auto& connection = loop_.connection();
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
    worker::ring_downstream(publisher_, folded);
    log::info("student folded again", {{"user_id", user_id}, {"correlation_id", lease->correlation_id}});
    if (again)
        publisher_.publish(rabbitmq::message_of(contracts::FoldStudent{user_id, lease->correlation_id}));
}

} // namespace ciclo::lifecycle
