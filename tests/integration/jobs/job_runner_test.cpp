#include "jobs/job_runner.hpp"

#include "../rabbitmq/broker.hpp"
#include "database_fixture.hpp"
#include "jobs/job_bell.hpp"
#include "model/stores/job_run_reader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace ciclo;
using namespace std::chrono_literals;
using jobs::JobContext;

namespace {

constexpr auto job = "sync_hotmart_products";

class RunnerFixture : public testing::DatabaseFixture, public testing::BrokerFixture {
public:
    RunnerFixture() : publisher(testing::broker_url())
    {
        connection().script("CREATE TABLE IF NOT EXISTS job_test_rows (n int)");
        connection().script("TRUNCATE job_test_rows");
    }
    ~RunnerFixture() { connection().script("DROP TABLE IF EXISTS job_test_rows"); }
    RunnerFixture(const RunnerFixture&) = delete;
    RunnerFixture& operator=(const RunnerFixture&) = delete;

    std::unique_ptr<jobs::JobRunner> make()
    {
        return std::make_unique<jobs::JobRunner>(jobs::RunnerSettings{url(), testing::broker_url(),
                                                                      model::JobExecutor::sync_worker, "test", 1, 20ms,
                                                                      30s, 3},
                                                 publisher, metrics);
    }
    std::string request(const std::string& parameters = "{}")
    {
        const auto run = model::request_job_run(connection(), {job, parameters, "cli"}).value();
        ring(run.id);
        return run.id;
    }
    void ring(const std::string& run_id) { publisher.publish(jobs::job_bell(job, run_id, run_id)); }
    model::JobRunView view(const std::string& run_id) { return model::find_job_run(connection(), run_id).value(); }
    bool ends(const std::string& run_id)
    {
        return testing::eventually([&] { return !view(run_id).finished_at.empty(); });
    }

    net::Metrics metrics;
    rabbitmq::Publisher publisher;
};

// Writes the numbers 1 to 100, ten in a transaction.
Result<void> write_numbers(JobContext& context, const std::function<void(int)>& before_commit)
{
    const auto saved = context.checkpoint_member("done");
    for (int done = saved.empty() ? 0 : std::stoi(saved); done < 100;) {
        context.pause_point();
        postgres::Transaction transaction{context.connection()};
        for (int i = 0; i < 10; ++i)
            context.connection().execute("INSERT INTO job_test_rows VALUES ($1::int)", {++done});
        context.count("inserted", 10);
        context.progress(done, 100);
        context.save(R"({"done": )" + std::to_string(done) + "}");
        before_commit(done);
        transaction.commit();
    }
    return {};
}

} // namespace

TEST_CASE_METHOD(testing::DatabaseFixture, "numbers of a parameter and a checkpoint may be written as texts", "[jobs]")
{
    const std::pair<const char*, std::int64_t> numbers[] = {
        {"7", 7}, {R"("7")", 7}, {"-7", -7}, {R"("x")", 0}, {"{}", 0}};
    for (const auto& [written, number] : numbers) {
        CAPTURE(written);
        model::JobLease lease{};
        lease.parameters = std::string{R"({"approved_people": )"} + written + "}";
        lease.checkpoint = std::string{R"({"done": )"} + written + "}";
        const JobContext context{connection(), lease, {}};
        CHECK(context.approved_people() == static_cast<std::size_t>(std::max<std::int64_t>(number, 0)));
        CHECK(context.checkpoint_number("done") == number);
        CHECK(context.checkpoint_number("undone") == 0);
    }
    const model::JobLease first{};
    CHECK(JobContext(connection(), first, {}).checkpoint_number("done") == 0);
}

TEST_CASE_METHOD(RunnerFixture, "a job whose database connection is cut goes on and counts nothing twice", "[jobs]")
{
    std::atomic<int> cuts = 0;
    auto runner = make();
    runner->add(job, [&](JobContext& context) {
        return write_numbers(context, [&](int done) {
            if ((done == 30 || done == 60) && cuts++ < 2)
                context.connection().execute("SELECT pg_terminate_backend(pg_backend_pid())");
        });
    });
    const std::jthread thread{[&](const std::stop_token& stop) { runner->run(stop); }};
    const auto run = request();

    // The sweeper would ring.
    REQUIRE(testing::eventually([&] {
        if (view(run).interruptions + (cuts > 0 ? 1 : 0) > 0)
            ring(run);
        std::this_thread::sleep_for(20ms);
        return !view(run).finished_at.empty();
    }));

    CHECK(view(run).status == "succeeded");
    CHECK(cuts >= 2);
    CHECK(view(run).counters == R"({"inserted": 100})");
    CHECK(view(run).done == 100);
    CHECK(view(run).total == 100);
    CHECK(number("SELECT count(*) FROM job_test_rows") == 100);
    CHECK(number("SELECT count(DISTINCT n) FROM job_test_rows") == 100);
}

TEST_CASE_METHOD(RunnerFixture, "a run that is always cut short fails visibly after a few times", "[jobs]")
{
    auto runner = make();
    runner->add(job, [](JobContext& context) -> Result<void> {
        context.connection().execute("SELECT pg_terminate_backend(pg_backend_pid())");
        return {};
    });
    const std::jthread thread{[&](const std::stop_token& stop) { runner->run(stop); }};
    const auto run = request();

    REQUIRE(testing::eventually([&] {
        ring(run);
        std::this_thread::sleep_for(20ms);
        return !view(run).finished_at.empty();
    }));

    CHECK(view(run).status == "failed");
    CHECK_THAT(view(run).error, Catch::Contains("given up"));
    CHECK(text("SELECT type || ' ' || status FROM events") == "sync_hotmart_products.sync_completed failed");
}

TEST_CASE_METHOD(RunnerFixture, "an error, an exception and a missing body fail the run and say why", "[jobs]")
{
    auto runner = make();
    SECTION("an error")
    {
        runner->add(job, [](JobContext& context) -> Result<void> {
            context.count("errors");
            return Error{ErrorKind::refused, "Hotmart said no", {}};
        });
    }
    SECTION("an exception")
    {
        runner->add(job, [](JobContext& context) -> Result<void> {
            context.count("errors");
            throw std::runtime_error{"Hotmart said no"};
        });
    }
    SECTION("a statement that can never work")
    {
        runner->add(job, [](JobContext& context) -> Result<void> {
            context.count("errors");
            context.connection().execute("SELECT * FROM \"Hotmart said no\"");
            return {};
        });
    }
    const std::jthread thread{[&](const std::stop_token& stop) { runner->run(stop); }};
    const auto run = request();
    REQUIRE(ends(run));

    CHECK(view(run).status == "failed");
    CHECK_THAT(view(run).error, Catch::Contains("Hotmart said no"));
    CHECK(view(run).counters == R"({"errors": 1})");
}

TEST_CASE_METHOD(RunnerFixture, "a job that this program does not know fails visibly", "[jobs]")
{
    auto runner = make();
    CHECK_THROWS_AS(runner->add("reconcile_discord", {}), std::invalid_argument);
    const std::jthread thread{[&](const std::stop_token& stop) { runner->run(stop); }};
    const auto run = request();
    REQUIRE(ends(run));
    CHECK_THAT(view(run).error, Catch::Contains("does not know the job"));
}

TEST_CASE_METHOD(RunnerFixture, "progress shows while a job runs, and a cancelled one stops at its next pause point",
                 "[jobs]")
{
    auto runner = make();
    runner->add(job, [](JobContext& context) -> Result<void> {
        context.progress(5, 10);
        context.count("synced", 5);
        while (true) {
            context.pause_point();
            std::this_thread::sleep_for(1ms);
        }
    });
    const std::jthread thread{[&](const std::stop_token& stop) { runner->run(stop); }};
    const auto run = request();

    CHECK(testing::eventually([&] { return view(run).done == 5; }));
    CHECK(view(run).status == "running");
    CHECK(view(run).total == 10);
    CHECK(view(run).counters == R"({"synced": 5})");

    REQUIRE(model::cancel_job_run(connection(), run));
    REQUIRE(ends(run));
    CHECK(view(run).status == "cancelled");
}

TEST_CASE_METHOD(RunnerFixture, "a runner that is asked to stop gives its run back, and the next one ends it", "[jobs]")
{
    std::atomic<bool> is_under_way = false;
    auto runner = make();
    runner->add(job, [&](JobContext& context) {
        return write_numbers(context, [&](int done) {
            is_under_way = done >= 30;
            std::this_thread::sleep_for(5ms);
        });
    });
    const auto run = request();
    {
        const std::jthread thread{[&](const std::stop_token& stop) { runner->run(stop); }};
        REQUIRE(testing::eventually([&] { return is_under_way.load(); }));
    }
    const auto between = view(run);
    CHECK((between.status == "running" && !between.is_held));

    const std::jthread thread{[&](const std::stop_token& stop) { runner->run(stop); }};
    ring(run);
    REQUIRE(ends(run));
    CHECK(view(run).status == "succeeded");
    CHECK(view(run).interruptions == 0);
    CHECK(view(run).counters == R"({"inserted": 100})");
    CHECK(number("SELECT count(DISTINCT n) FROM job_test_rows") == 100);
}

TEST_CASE_METHOD(RunnerFixture, "a second request that waits behind a run is rung when that ends", "[jobs]")
{
    std::atomic<bool> may_end = false;
    std::atomic<int> runs = 0;
    auto runner = make();
    runner->add(job, [&](JobContext& context) -> Result<void> {
        ++runs;
        while (!may_end) {
            context.pause_point();
            std::this_thread::sleep_for(1ms);
        }
        return {};
    });
    const std::jthread thread{[&](const std::stop_token& stop) { runner->run(stop); }};
    const auto first = request();
    REQUIRE(testing::eventually([&] { return view(first).status == "running"; }));
    const auto second = model::request_job_run(connection(), {job, "{}", "cli"}).value(); // its bell is lost

    may_end = true;

    REQUIRE(ends(second.id));
    CHECK(runs == 2);
}
