#include "database_fixture.hpp"
#include "model/rules/job_catalogue.hpp"
#include "model/stores/job_run_reader.hpp"
#include "model/stores/job_store.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <thread>

using namespace ciclo;
using namespace ciclo::model;

namespace {

Time at(const char* text)
{
    return time_from_text(text).value();
}

// All jobs, switched off but for one.
class ScheduleFixture : public testing::DatabaseFixture {
public:
    ScheduleFixture()
    {
        ensure_jobs(connection());
        connection().script("UPDATE jobs SET enabled = name = 'sync_hotmart_buyers', next_run_at = NULL");
    }
    std::vector<DueJob> take(postgres::Connection& on, const char* moment)
    {
        postgres::Transaction transaction{on};
        auto due = take_due_jobs(on, at(moment));
        transaction.commit();
        return due;
    }
    std::vector<DueJob> take(const char* moment) { return take(connection(), moment); }
    std::string next_run()
    {
        return text("SELECT to_char(next_run_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM jobs "
                    "WHERE name = 'sync_hotmart_buyers'");
    }
};

} // namespace

TEST_CASE_METHOD(ScheduleFixture, "a job is due once at each moment of its schedule, and missed moments count as one",
                 "[jobs]")
{
    CHECK(take("2026-11-25T02:59:00Z").empty());
    CHECK(next_run() == "2026-11-25 03:00");
    CHECK(take("2026-11-25T02:59:59Z").empty());

    const auto due = take("2026-11-25T03:00:00Z");
    REQUIRE(due.size() == 1);
    CHECK(due.front().name == "sync_hotmart_buyers");
    CHECK(due.front().scheduled_for == at("2026-11-25T03:00:00Z"));
    CHECK(take("2026-11-25T03:00:01Z").empty());
    CHECK(next_run() == "2026-11-26 03:00");

    // Nobody was there for a week.
    CHECK(take("2026-12-02T17:00:00Z").size() == 1);
    CHECK(next_run() == "2026-12-03 03:00");
    CHECK(take("2026-12-02T17:00:01Z").empty());
}

TEST_CASE_METHOD(ScheduleFixture, "two schedulers that work at the same moment take it once", "[jobs]")
{
    (void)take("2026-11-25T02:59:00Z");
    std::atomic<std::size_t> taken = 0;
    {
        std::vector<std::unique_ptr<postgres::Connection>> own;
        for (int i = 0; i < 4; ++i)
            own.push_back(std::make_unique<postgres::Connection>(another_connection()));
        std::vector<std::jthread> schedulers;
        for (const auto& one : own)
            schedulers.emplace_back([&] { taken += take(*one, "2026-11-25T03:00:00Z").size(); });
    }
    CHECK(taken == 1);
}

TEST_CASE_METHOD(ScheduleFixture, "a changed schedule counts from now on, and one that is wrong changes nothing",
                 "[jobs]")
{
    const auto now = at("2026-11-25T12:00:00Z");
    REQUIRE(set_job_schedule(connection(), "sync_hotmart_buyers", "*/10 * * * *", now).has_value());
    CHECK(next_run() == "2026-11-25 12:10");

    for (const auto* wrong : {"hourly", "0 0 30 2 *", "61 * * * *"}) {
        const auto refused = set_job_schedule(connection(), "sync_hotmart_buyers", wrong, now);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().kind == ErrorKind::invalid_input);
    }
    CHECK(next_run() == "2026-11-25 12:10");
    CHECK(set_job_schedule(connection(), "sync_everything", "", now).error().kind == ErrorKind::not_found);

    REQUIRE(set_job_enabled(connection(), "sync_hotmart_buyers", false, now).has_value());
    CHECK(take("2026-11-25T13:00:00Z").empty());
    REQUIRE(set_job_enabled(connection(), "sync_hotmart_buyers", true, at("2026-11-25T13:01:00Z")).has_value());
    CHECK(next_run() == "2026-11-25 13:10");
    REQUIRE(set_job_schedule(connection(), "sync_hotmart_buyers", "", now).has_value());
    CHECK(take("2027-11-25T13:00:00Z").empty());
}

TEST_CASE_METHOD(ScheduleFixture, "every job of the catalogue is listed, and what operators changed stays", "[jobs]")
{
    connection().script("UPDATE jobs SET schedule = '7 7 * * *' WHERE name = 'expire_access'");
    ensure_jobs(connection());

    const auto jobs = list_jobs(connection());

    CHECK(jobs.size() == all_jobs().size());
    CHECK(text("SELECT schedule FROM jobs WHERE name = 'expire_access'") == "7 7 * * *");
    CHECK(text("SELECT coalesce(schedule, 'by hand') FROM jobs WHERE name = 'onboard_historical_buyers'") == "by hand");
}
