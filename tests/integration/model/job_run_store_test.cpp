#include "core/json.hpp"
#include "core/uuid.hpp"
#include "database_fixture.hpp"
#include "model/stores/job_run_reader.hpp"
#include "model/stores/job_run_store.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <thread>

using namespace ciclo;
using namespace ciclo::model;
using namespace std::chrono_literals;

namespace {

constexpr auto buyers = "sync_hotmart_buyers";

class JobFixture : public testing::DatabaseFixture {
public:
    RequestedRun request(const std::string& job = buyers, const std::string& parameters = "{}")
    {
        return request_job_run(connection(), {job, parameters, "cli"}).value();
    }
    std::optional<JobLease> lease(const std::string& run_id) { return lease_job_run(connection(), run_id, 60s); }
    JobRunView view(const std::string& run_id) { return find_job_run(connection(), run_id).value(); }
    std::vector<DueRow> due(const std::string& job = buyers) { return due_job_runs(connection(), {&job, 1}, 0s, 10); }
};

JobProgress progress_of(std::int64_t done, std::int64_t inserted)
{
    return {done, 100, {{"inserted", inserted}}};
}

} // namespace

TEST_CASE_METHOD(JobFixture, "a request that waits already is not made twice", "[jobs]")
{
    const auto first = request();

    const auto again = request();
    const auto other_parameters = request(buyers, R"({"product_id": "7"})");

    CHECK(first.is_new);
    CHECK_FALSE(again.is_new);
    CHECK(again.id == first.id);
    CHECK(again.correlation_id == first.correlation_id);
    CHECK(other_parameters.is_new);
    REQUIRE(lease(first.id).has_value());
    CHECK(request().is_new); // that one runs: who asks now wants what has happened since
}

TEST_CASE_METHOD(JobFixture, "the same request heard twice asks for one run, also when that is over", "[jobs]")
{
    const NewJobRun wanted{buyers, "{}", "queue", new_uuid(), new_uuid()};
    const auto first = request_job_run(connection(), wanted).value();
    const auto taken = lease(first.id);
    REQUIRE(finish_job_run(connection(), *taken, JobEnd::succeeded, "", {}));

    const auto again = request_job_run(connection(), wanted).value();

    CHECK(again.id == wanted.id);
    CHECK(again.correlation_id == wanted.correlation_id);
    CHECK_FALSE(again.is_new);
    CHECK(number("SELECT count(*) FROM job_runs") == 1);
}

TEST_CASE_METHOD(JobFixture, "a request for what is no job, or with parameters that are no object, is refused",
                 "[jobs]")
{
    const auto no_job = request_job_run(connection(), {"sync_everything", "{}", "cli"});
    REQUIRE_FALSE(no_job.has_value());
    CHECK(no_job.error().kind == ErrorKind::not_found);
    CHECK_THAT(no_job.error().detail, Catch::Contains(buyers));

    for (const auto* parameters : {"[]", "7", "x", ""})
        CHECK_FALSE(request_job_run(connection(), {buyers, parameters, "cli"}).has_value());
    CHECK(number("SELECT count(*) FROM job_runs") == 0);
}

TEST_CASE_METHOD(JobFixture, "one run of a job at a time; the next one follows", "[jobs]")
{
    const auto first = request();
    const auto second = request(buyers, R"({"product_id": "7"})");
    const auto other_job = request("expire_access");
    const auto taken = lease(first.id);
    REQUIRE(taken.has_value());

    CHECK_FALSE(lease(first.id).has_value());
    CHECK_FALSE(lease(second.id).has_value());
    CHECK(due().empty());
    CHECK(lease(other_job.id).has_value());

    REQUIRE(finish_job_run(connection(), *taken, JobEnd::succeeded, "", {}));
    REQUIRE(due().size() == 1);
    CHECK(due().front().id == second.id);
    CHECK(lease(second.id).has_value());
    CHECK_FALSE(lease(first.id).has_value());
}

TEST_CASE_METHOD(JobFixture, "of many that take runs of one job at the same moment, one gets one", "[jobs]")
{
    for (int round = 0; round < 10; ++round) {
        std::vector<std::string> ids;
        for (int i = 0; i < 4; ++i)
            ids.push_back(request(buyers, R"({"n": )" + std::to_string(round * 10 + i) + "}").id);
        std::atomic<int> taken = 0;
        {
            std::vector<std::unique_ptr<postgres::Connection>> own;
            for (std::size_t i = 0; i < ids.size(); ++i)
                own.push_back(std::make_unique<postgres::Connection>(another_connection()));
            std::vector<std::jthread> replicas;
            for (std::size_t i = 0; i < ids.size(); ++i)
                replicas.emplace_back([&, i] { taken += lease_job_run(*own[i], ids[i], 60s).has_value() ? 1 : 0; });
        }
        CHECK(taken == 1);
        connection().script("DELETE FROM job_runs");
    }
}

TEST_CASE_METHOD(JobFixture, "a run whose holder has vanished goes on from its checkpoint with what was counted there",
                 "[jobs]")
{
    const auto run = request();
    JobLease first;
    {
        auto holder = another_connection();
        first = lease_job_run(holder, run.id, 600s).value();
        save_checkpoint(holder, first, R"({"after": "m"})", progress_of(50, 5));
        CHECK(report_progress(holder, first, progress_of(70, 7), 600s) == JobLeaseState::held);
        CHECK(view(run.id).counters == R"({"inserted": 7})");
        CHECK(view(run.id).is_held);
        CHECK(due().empty());
    }
    // The server notices the end of a connection a moment later.
    std::optional<JobLease> second;
    for (int i = 0; i < 500 && !second; ++i) {
        second = lease(run.id);
        std::this_thread::sleep_for(10ms);
    }

    REQUIRE(second.has_value());
    CHECK(JsonDocument::parse(second->checkpoint).value().root()["after"].text() == "m");
    CHECK(second->counters == Counters{{"inserted", 5}});
    CHECK(second->attempt == 2);
    CHECK(second->interruptions == 1);

    // It was only slow, and comes back: nothing of it counts any more.
    CHECK_THROWS_AS(save_checkpoint(connection(), first, "{}", progress_of(99, 9)), LeaseLost);
    CHECK(report_progress(connection(), first, progress_of(99, 9), 60s) == JobLeaseState::lost);
    CHECK_FALSE(finish_job_run(connection(), first, JobEnd::succeeded, "", progress_of(99, 9)));
    CHECK(view(run.id).status == "running");
    CHECK(number("SELECT count(*) FROM events") == 0);
}

TEST_CASE_METHOD(JobFixture, "a checkpoint vanishes with the work it stands for", "[jobs]")
{
    const auto run = request();
    const auto taken = lease(run.id);
    save_checkpoint(connection(), *taken, R"({"after": "a"})", progress_of(1, 1));
    {
        postgres::Transaction transaction{connection()};
        save_checkpoint(connection(), *taken, R"({"after": "b"})", progress_of(2, 2));
    }
    give_back_job_run(connection(), *taken);

    const auto next = lease(run.id);

    REQUIRE(next.has_value());
    CHECK(JsonDocument::parse(next->checkpoint).value().root()["after"].text() == "a");
    CHECK(next->counters == Counters{{"inserted", 1}});
}

TEST_CASE_METHOD(JobFixture, "giving a run back is no interruption, a passing trouble is one", "[jobs]")
{
    const auto run = request();
    give_back_job_run(connection(), *lease(run.id));
    REQUIRE(due().size() == 1);
    const auto second = lease(run.id);
    CHECK(second->interruptions == 0);
    interrupt_job_run(connection(), *second, "the server went away");
    CHECK(view(run.id).error == "the server went away");
    CHECK(lease(run.id)->interruptions == 1);
}

TEST_CASE_METHOD(JobFixture, "what waits is cancelled at once, what runs is told", "[jobs]")
{
    const auto waiting = request();
    CHECK(cancel_job_run(connection(), waiting.id));
    CHECK(view(waiting.id).status == "cancelled");
    CHECK_FALSE(view(waiting.id).finished_at.empty());
    CHECK_FALSE(lease(waiting.id).has_value());
    CHECK_FALSE(cancel_job_run(connection(), waiting.id));
    CHECK_FALSE(cancel_job_run(connection(), new_uuid()));

    const auto running = request();
    const auto taken = lease(running.id);
    CHECK(cancel_job_run(connection(), running.id));
    CHECK(view(running.id).status == "running");
    CHECK(report_progress(connection(), *taken, {}, 60s) == JobLeaseState::cancel_requested);
    CHECK(finish_job_run(connection(), *taken, JobEnd::cancelled, "cancelled on request", progress_of(3, 3)));
    CHECK(text("SELECT status FROM events") == "ignored");
}

TEST_CASE_METHOD(JobFixture, "the end of a run writes the job's audit event with the counters", "[jobs]")
{
    const auto end = [&](const std::string& job, JobEnd how, const Counters& counters) {
        const auto run = request(job);
        REQUIRE(
            finish_job_run(connection(), *lease(run.id), how, how == JobEnd::failed ? "why" : "", {1, 1, counters}));
        return run;
    };
    const auto run = end("sync_manychat_tags", JobEnd::succeeded, {{"synced", 0}, {"skipped_error", 2}});
    CHECK(text("SELECT type || ' ' || status FROM events") == "manychat.sync_completed processed");
    CHECK(text("SELECT payload ->> 'skipped_error' FROM events") == "2");
    CHECK(text("SELECT payload ->> 'synced' FROM events") == "0");
    CHECK(text("SELECT payload ->> 'job_run_id' FROM events") == run.id);
    CHECK(text("SELECT payload ->> 'correlation_id' FROM events") == run.correlation_id);
    CHECK(view(run.id).status == "succeeded");

    // Every five minutes, and nothing to do: the log is not the place for that.
    end("expire_access", JobEnd::succeeded, {{"refolded", 0}});
    CHECK(number("SELECT count(*) FROM events") == 1);
    end("expire_access", JobEnd::succeeded, {{"refolded", 3}});
    end("expire_access", JobEnd::failed, {});
    CHECK(number("SELECT count(*) FROM events WHERE type = 'expire_access.sync_completed'") == 2);
    CHECK(text("SELECT error_message FROM events WHERE status = 'failed'") == "why");
}

TEST_CASE_METHOD(JobFixture, "ended runs are forgotten after a time, open ones never", "[jobs]")
{
    const auto ended = request();
    REQUIRE(finish_job_run(connection(), *lease(ended.id), JobEnd::succeeded, "", {}));
    const auto waiting = request();
    connection().script("UPDATE job_runs SET requested_at = now() - interval '90 days'");

    CHECK(forget_job_runs(connection(), now() - std::chrono::hours{1}, 10) == 0);
    CHECK(forget_job_runs(connection(), now() + std::chrono::hours{1}, 10) == 1);
    CHECK(view(waiting.id).status == "queued");
}
