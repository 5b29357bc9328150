#include "core/time.hpp"
#include "database_fixture.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace ciclo;
using namespace ciclo::postgres;
using ciclo::testing::DatabaseFixture;

namespace {

TextArray array_of(std::initializer_list<std::string_view> texts)
{
    TextArray array;
    for (const auto text : texts)
        array.add(text);
    return array;
}

} // namespace

TEST_CASE_METHOD(DatabaseFixture, "parameters of every type arrive as they were given", "[postgres]")
{
    const auto rows =
        connection().execute("SELECT $1::text, $2::int, $3::bigint, $4::boolean, $5::text, $6::text, $7::text",
                             {"text", -7, std::numeric_limits<std::int64_t>::min(), true, std::nullopt,
                              std::optional<std::string>{"there"}, ""});

    REQUIRE(rows.size() == 1);
    CHECK(rows.text(0, 0) == "text");
    CHECK(rows.int64(0, 1) == -7);
    CHECK(rows.int64(0, 2) == std::numeric_limits<std::int64_t>::min());
    CHECK(rows.boolean(0, 3));
    CHECK(rows.is_null(0, 4));
    CHECK(rows.optional_text(0, 4) == std::nullopt);
    CHECK(rows.view(0, 4).empty());
    CHECK(rows.optional_text(0, 5) == "there");
    CHECK_FALSE(rows.is_null(0, 6));
    CHECK(rows.optional_text(0, 6) == "");
}

TEST_CASE_METHOD(DatabaseFixture, "text of every script goes and comes unchanged", "[postgres]")
{
    const std::string told = "João 李 😀 'quoted' \"twice\" \\ \n\t\x01";

    CHECK(text("SELECT $1::text", {told}) == told);
    CHECK(number("SELECT char_length($1)", {"😀"}) == 1);
}

TEST_CASE_METHOD(DatabaseFixture, "an array arrives with every element as it is", "[postgres]")
{
    TextArray array = array_of({"plain", "", "NULL", "{a,b}", "\"q\"", "back\\slash", "João 😀", " blank "});
    array.add_null();
    array.add_or_null("");
    array.add_or_null("told");

    const auto rows = connection().execute("SELECT * FROM unnest($1::text[])", {array});

    REQUIRE(rows.size() == 11);
    CHECK(array.size() == 11);
    CHECK(rows.text(0, 0) == "plain");
    CHECK(rows.optional_text(1, 0) == "");
    CHECK(rows.optional_text(2, 0) == "NULL");
    CHECK(rows.text(3, 0) == "{a,b}");
    CHECK(rows.text(4, 0) == "\"q\"");
    CHECK(rows.text(5, 0) == "back\\slash");
    CHECK(rows.text(6, 0) == "João 😀");
    CHECK(rows.text(7, 0) == " blank ");
    CHECK(rows.is_null(8, 0));
    CHECK(rows.is_null(9, 0));
    CHECK(rows.text(10, 0) == "told");
}

TEST_CASE_METHOD(DatabaseFixture, "an empty array is an array without elements", "[postgres]")
{
    const TextArray empty;

    CHECK(empty.empty());
    CHECK(connection().execute("SELECT * FROM unnest($1::text[])", {empty}).empty());
    CHECK(number("SELECT cardinality($1::text[])", {empty}) == 0);
    CHECK(number("SELECT count(*) FROM products WHERE id = ANY ($1::text[]::uuid[])", {empty}) == 0);
}

TEST_CASE_METHOD(DatabaseFixture, "an array may be large", "[postgres]")
{
    TextArray array;
    for (int i = 0; i < 20'000; ++i)
        array.add(std::to_string(i));

    CHECK(number("SELECT sum(n::bigint) FROM unnest($1::text[]) AS t (n)", {array}) == 199'990'000);
}

TEST_CASE_METHOD(DatabaseFixture, "text that PostgreSQL cannot store is invalid input", "[postgres]")
{
    using namespace std::string_view_literals;
    for (const auto bad : {"\xFF"sv, "\xED\xA0\x80"sv, "a\0b"sv}) {
        try {
            connection().execute("SELECT * FROM unnest($1::text[])", {array_of({bad})});
            FAIL("accepted");
        } catch (const Failure& failure) {
            CHECK(failure.sqlstate() == "22021");
            CHECK(failure.to_error().kind == ErrorKind::invalid_input);
        }
    }
}

TEST_CASE_METHOD(DatabaseFixture, "a column that is no whole number cannot be read as one", "[postgres]")
{
    const auto rows = connection().execute("SELECT 'x', '12x', '1.5', NULL, '12'");

    for (const int column : {0, 1, 2, 3})
        CHECK_THROWS_AS(rows.int64(0, column), Failure);
    CHECK(rows.int64(0, 4) == 12);
}

TEST_CASE_METHOD(DatabaseFixture, "a statement tells how many rows it changed", "[postgres]")
{
    CHECK(connection().execute("INSERT INTO settings (key, value) VALUES ('a', '1'), ('b', '2')").affected() == 2);
    CHECK(connection().execute("UPDATE settings SET value = '3' WHERE key = 'a'").affected() == 1);
    CHECK(connection().execute("DELETE FROM settings WHERE key = 'missing'").affected() == 0);
}

TEST_CASE_METHOD(DatabaseFixture, "a statement is prepared once, however often it runs", "[postgres]")
{
    constexpr const char* sql = "SELECT $1::int + 1";
    for (int i = 0; i < 3; ++i)
        CHECK(connection().execute(sql, {i}).int64(0, 0) == i + 1);

    CHECK(number("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 1'") == 1);
}

TEST_CASE_METHOD(DatabaseFixture, "moments are read right whatever the database's own habits are", "[postgres]")
{
    // An operator in Brazil may well have set both for the whole database.
    connection().script(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET datestyle = ''SQL, DMY''', current_database()); "
        "EXECUTE format('ALTER DATABASE %I SET timezone = ''America/Sao_Paulo''', current_database()); END $$");
    auto other = another_connection();
    connection().script("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET datestyle', current_database()); "
                        "EXECUTE format('ALTER DATABASE %I RESET timezone', current_database()); END $$");

    const auto rows = other.execute("SELECT $1::timestamptz", {"2026-11-19T01:02:03.456789Z"});

    CHECK(time_from_text(rows.view(0, 0)) == time_from_text("2026-11-19T01:02:03.456789Z"));
}

TEST_CASE_METHOD(DatabaseFixture, "a pipeline answers every statement in its order", "[postgres]")
{
    const Statement statements[] = {{"SELECT $1::int", {1}},
                                    {"INSERT INTO settings (key, value) VALUES ($1, 'x')", {"k"}},
                                    {"SELECT count(*) FROM settings", {}},
                                    {"SELECT $1::int", {4}}};

    const auto answers = connection().pipeline(statements);

    REQUIRE(answers.size() == 4);
    CHECK(answers[0].int64(0, 0) == 1);
    CHECK(answers[1].affected() == 1);
    CHECK(answers[2].int64(0, 0) == 1);
    CHECK(answers[3].int64(0, 0) == 4);
    CHECK(connection().pipeline({}).empty());
    CHECK_FALSE(connection().in_transaction());
}

TEST_CASE_METHOD(DatabaseFixture, "when a statement of a pipeline fails none has happened and the connection goes on",
                 "[postgres]")
{
    const Statement statements[] = {{"INSERT INTO settings (key, value) VALUES ($1, 'x')", {"first"}},
                                    {"SELECT $1::text::int", {"no number"}},
                                    {"INSERT INTO settings (key, value) VALUES ($1, 'x')", {"last"}}};

    try {
        connection().pipeline(statements);
        FAIL("accepted");
    } catch (const Failure& failure) {
        CHECK(failure.sqlstate() == "22P02");
        CHECK(std::string{failure.what()}.find("no number") != std::string::npos);
    }

    CHECK_FALSE(connection().in_transaction());
    CHECK(number("SELECT count(*) FROM settings") == 0);
    CHECK(connection().pipeline(std::span{statements}.first(1)).size() == 1);
}

TEST_CASE_METHOD(DatabaseFixture, "a pipeline with a statement that makes no sense fails before it starts",
                 "[postgres]")
{
    const Statement statements[] = {{"INSERT INTO settings (key, value) VALUES ($1, 'x')", {"first"}},
                                    {"SELECT nonsense FROM nowhere", {}}};

    CHECK_THROWS_AS(connection().pipeline(statements), Failure);
    CHECK(number("SELECT count(*) FROM settings") == 0);
}

TEST_CASE_METHOD(DatabaseFixture, "a pipeline that fails inside a transaction leaves it to be rolled back",
                 "[postgres]")
{
    {
        Transaction transaction{connection()};
        connection().execute("INSERT INTO settings (key, value) VALUES ('before', 'x')");
        const Statement statements[] = {{"SELECT $1::text::int", {"no number"}}};
        CHECK_THROWS_AS(connection().pipeline(statements), Failure);
        CHECK(connection().in_transaction());
    }

    CHECK_FALSE(connection().in_transaction());
    CHECK(number("SELECT count(*) FROM settings") == 0);
}

TEST_CASE_METHOD(DatabaseFixture, "a transaction that is left without commit has not happened", "[postgres]")
{
    constexpr const char* insert = "INSERT INTO settings (key, value) VALUES ($1, 'x')";
    {
        Transaction transaction{connection()};
        connection().execute(insert, {"lost"});
    }
    {
        Transaction transaction{connection()};
        connection().execute(insert, {"kept"});
        transaction.commit();
    }

    CHECK(text("SELECT string_agg(key, ',') FROM settings") == "kept");
    CHECK_FALSE(connection().in_transaction());
}

TEST_CASE_METHOD(DatabaseFixture, "a script of several statements happens as a whole or not at all", "[postgres]")
{
    connection().script("INSERT INTO settings VALUES ('a', '1'); INSERT INTO settings VALUES ('b', '2')");
    CHECK_THROWS_AS(connection().script("DELETE FROM settings; SELECT 1 / 0"), Failure);

    CHECK(number("SELECT count(*) FROM settings") == 2);
}

TEST_CASE_METHOD(DatabaseFixture, "notices are no failure", "[postgres]")
{
    CHECK_NOTHROW(connection().script("DROP TABLE IF EXISTS never_there"));
}
