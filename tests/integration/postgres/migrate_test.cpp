#include "database_fixture.hpp"
#include "model/migrations.hpp"
#include "postgres/migrate.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <set>
#include <vector>

using namespace ciclo;
using namespace ciclo::postgres;
using ciclo::testing::DatabaseFixture;
using ciclo::testing::ScratchSchema;

namespace {

using Names = std::vector<std::string>;

const std::vector<Migration> two{
    {1, "0001_first", "CREATE TABLE first (id int); INSERT INTO first VALUES (1);"},
    {2, "0002_second", "CREATE TABLE second (id int);"},
};

} // namespace

TEST_CASE_METHOD(DatabaseFixture, "migrating applies what is missing, in order, and twice is once",
                 "[postgres][migrate]")
{
    const ScratchSchema schema{*this};
    auto place = schema.connect();

    CHECK(missing_migrations(place, two) == Names{"0001_first", "0002_second"});
    CHECK(migrate(place, std::span{two}.first(1)) == Names{"0001_first"});
    CHECK(missing_migrations(place, two) == Names{"0002_second"});
    CHECK(migrate(place, two) == Names{"0002_second"});
    CHECK(migrate(place, two).empty());
    CHECK(missing_migrations(place, two).empty());

    CHECK(place.execute("SELECT count(*) FROM first").int64(0, 0) == 1);
}

TEST_CASE_METHOD(DatabaseFixture, "asking what is missing writes nothing", "[postgres][migrate]")
{
    const ScratchSchema schema{*this};
    auto place = schema.connect();

    CHECK(missing_migrations(place, two).size() == 2);

    CHECK(place.execute("SELECT to_regclass('schema_migrations') IS NULL").boolean(0, 0));
}

TEST_CASE_METHOD(DatabaseFixture, "a migration whose text was changed after it was applied is refused",
                 "[postgres][migrate]")
{
    const ScratchSchema schema{*this};
    auto place = schema.connect();
    migrate(place, std::span{two}.first(1));
    const std::vector<Migration> edited{{1, "0001_first", "CREATE TABLE first (id bigint);"}, two[1]};

    try {
        migrate(place, edited);
        FAIL("accepted");
    } catch (const Failure& failure) {
        CHECK(std::string{failure.what()}.starts_with("migration 0001_first was applied with another text"));
        // Waiting cannot help.
        CHECK_FALSE(failure.is_unavailable());
    }
    CHECK(place.execute("SELECT to_regclass('second') IS NULL").boolean(0, 0));
}

TEST_CASE_METHOD(DatabaseFixture, "a migration that fails leaves no trace, and those before it stay",
                 "[postgres][migrate]")
{
    const ScratchSchema schema{*this};
    auto place = schema.connect();
    const std::vector<Migration> broken{two[0], {2, "0002_broken", "CREATE TABLE half (id int); SELECT nonsense;"}};

    CHECK_THROWS_AS(migrate(place, broken), Failure);

    CHECK_FALSE(place.in_transaction());
    CHECK(missing_migrations(place, broken) == Names{"0002_broken"});
    CHECK(place.execute("SELECT to_regclass('half') IS NULL").boolean(0, 0));
}

TEST_CASE_METHOD(DatabaseFixture, "a failed migration does not lock out the next attempt", "[postgres][migrate]")
{
    const ScratchSchema schema{*this};
    auto failed = schema.connect();
    const std::vector<Migration> broken{{1, "0001_first", "SELECT nonsense;"}};
    CHECK_THROWS_AS(migrate(failed, broken), Failure);

    // `failed` is still open: an operator's program may well go on after the message.
    auto next = schema.connect();
    next.limit_statements(std::chrono::seconds{2});

    CHECK(migrate(next, two).size() == 2);
}

TEST_CASE_METHOD(DatabaseFixture, "processes that migrate at the same moment apply everything once",
                 "[postgres][migrate]")
{
    const ScratchSchema schema{*this};
    const std::vector<Migration> slow{
        {1, "0001_slow", "CREATE TABLE slow (id int); SELECT pg_sleep(0.1);"},
        {2, "0002_slow", "INSERT INTO slow VALUES (1); SELECT pg_sleep(0.1);"},
    };

    std::vector<std::future<Names>> processes(3);
    for (auto& process : processes)
        process = std::async(std::launch::async, [&] {
            auto own = schema.connect();
            return migrate(own, slow);
        });
    Names applied;
    for (auto& process : processes)
        for (auto& name : process.get())
            applied.push_back(name);

    CHECK(applied == Names{"0001_slow", "0002_slow"});
    auto place = schema.connect();
    CHECK(place.execute("SELECT count(*) FROM slow").int64(0, 0) == 1);
}

TEST_CASE_METHOD(DatabaseFixture, "the real migrations are numbered in order and apply to an empty database",
                 "[postgres][migrate]")
{
    int last = 0;
    for (const auto& migration : model::migrations()) {
        CHECK(migration.version == last + 1);
        last = migration.version;
    }
    REQUIRE(last > 0);

    const ScratchSchema schema{*this};
    auto place = schema.connect();
    CHECK(migrate(place, model::migrations()).size() == model::migrations().size());
    CHECK(migrate(place, model::migrations()).empty());
}
