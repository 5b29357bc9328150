#include "database_fixture.hpp"
#include "postgres/session.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::postgres;
using ciclo::testing::DatabaseFixture;
using namespace std::chrono_literals;

namespace {

struct State {
    const char* sqlstate;
    ErrorKind kind;
};

// The failure that the statement ends in.
Failure failure_of(Connection& connection, const char* sql, const Params& params = {})
{
    try {
        connection.execute(sql, params);
    } catch (const Failure& failure) {
        return failure;
    }
    FAIL("no failure: " << sql);
    throw std::logic_error("not reached");
}

void terminate(Connection& by, Connection& whom)
{
    by.execute("SELECT pg_terminate_backend($1::int, 5000)", {testing::session_pid(whom)});
}

} // namespace

TEST_CASE("every SQLSTATE says what to do about it", "[postgres]")
{
    const auto [sqlstate, kind] = GENERATE(values<State>({
        {"", ErrorKind::unavailable},                                             // the server never answered
        {"08006", ErrorKind::unavailable},                                        // connection failure
        {"53300", ErrorKind::unavailable},                                        // too many connections
        {"53100", ErrorKind::unavailable},                                        // disk full
        {"57P01", ErrorKind::unavailable},                                        // the server shuts down
        {"57P03", ErrorKind::unavailable},                                        // the server is starting
        {"58030", ErrorKind::unavailable},                                        // input or output error
        {"25006", ErrorKind::unavailable},                                        // read only: became a standby
        {"57014", ErrorKind::unavailable},                                        // took longer than statement_timeout
        {"55P03", ErrorKind::unavailable},                                        // took longer than lock_timeout
        {"40001", ErrorKind::unavailable},                                        // serialization failure
        {"40P01", ErrorKind::unavailable},                                        // deadlock
        {"23505", ErrorKind::duplicate},     {"23503", ErrorKind::invalid_input}, // foreign key
        {"23514", ErrorKind::invalid_input},                                      // check
        {"22P02", ErrorKind::invalid_input},                                      // no number
        {"22021", ErrorKind::invalid_input},                                      // no UTF-8
        {"42P01", ErrorKind::internal},                                           // no such table
        {"42501", ErrorKind::internal},                                           // no privilege
        {"XX000", ErrorKind::internal},
    }));
    CAPTURE(sqlstate);

    const Failure failure{sqlstate, "what the server said"};

    CHECK(failure.to_error().kind == kind);
    CHECK(failure.to_error().detail == "what the server said");
    CHECK(failure.sqlstate() == sqlstate);
}

TEST_CASE("only a connection that may be broken is unavailable, only a lost race a conflict", "[postgres]")
{
    CHECK(Failure{"57P01", ""}.is_unavailable());
    CHECK(Failure{"", ""}.is_unavailable());
    // The statement ended, the connection did not.
    CHECK_FALSE(Failure{"57014", ""}.is_unavailable());
    CHECK_FALSE(Failure{"40P01", ""}.is_unavailable());
    CHECK(Failure{"40P01", ""}.is_conflict());
    CHECK(Failure{"40001", ""}.is_conflict());
    CHECK_FALSE(Failure{"23505", ""}.is_conflict());
    CHECK(Failure{"23505", ""}.is_unique_violation());
    CHECK_FALSE(Failure{"23503", ""}.is_unique_violation());
}

TEST_CASE_METHOD(DatabaseFixture, "failures carry the SQLSTATE and the words of the server", "[postgres]")
{
    connection().execute("INSERT INTO settings (key, value) VALUES ('a', '1')");

    const auto duplicate = failure_of(connection(), "INSERT INTO settings (key, value) VALUES ('a', '2')");
    CHECK(duplicate.is_unique_violation());
    CHECK(std::string{duplicate.what()}.find("settings_pkey") != std::string::npos);
    CHECK(failure_of(connection(), "SELECT 1 / 0").sqlstate() == "22012");
    CHECK(failure_of(connection(), "SELECT * FROM nowhere").sqlstate() == "42P01");
    CHECK(number("SELECT 1") == 1);
}

TEST_CASE_METHOD(DatabaseFixture, "a statement that takes too long ends, and the connection goes on", "[postgres]")
{
    connection().limit_statements(30ms);

    const auto begin = std::chrono::steady_clock::now();
    const auto failure = failure_of(connection(), "SELECT pg_sleep(20)");

    CHECK(std::chrono::steady_clock::now() - begin < 5s);
    CHECK(failure.sqlstate() == "57014");
    CHECK(number("SELECT 1") == 1);
}

TEST_CASE("a server that is not there is unavailable", "[postgres]")
{
    try {
        Connection::open("postgresql://nobody@127.0.0.1:1/nothing", "test", 2s);
        FAIL("opened");
    } catch (const Failure& failure) {
        CHECK(failure.is_unavailable());
        CHECK(std::string{failure.what()}.starts_with("PostgreSQL: "));
    }
}

TEST_CASE_METHOD(DatabaseFixture, "a connection that was cut is unavailable, whatever it was doing", "[postgres]")
{
    const bool in_pipeline = GENERATE(false, true);
    CAPTURE(in_pipeline);
    auto victim = another_connection();
    victim.execute("SELECT $1::int", {1});
    terminate(connection(), victim);

    const Statement statements[] = {{"SELECT $1::int", {1}}, {"SELECT $1::int", {1}}};
    try {
        if (in_pipeline)
            victim.pipeline(statements);
        else
            victim.execute("SELECT $1::int", {1});
        FAIL("answered");
    } catch (const Failure& failure) {
        CHECK(failure.is_unavailable());
    }
    // And it stays so: nothing hangs, nothing crashes.
    CHECK_THROWS_AS(victim.execute("SELECT $1::int", {1}), Failure);
    CHECK_THROWS_AS(victim.pipeline(statements), Failure);
}

TEST_CASE_METHOD(DatabaseFixture, "a transaction on a connection that was cut ends quietly", "[postgres]")
{
    auto victim = another_connection();
    const auto work = [&] {
        Transaction transaction{victim};
        victim.execute("INSERT INTO settings (key, value) VALUES ('half', 'done')");
        terminate(connection(), victim);
        victim.execute("SELECT 1");
        transaction.commit();
    };

    CHECK_THROWS_AS(work(), Failure);
    CHECK(number("SELECT count(*) FROM settings") == 0);
}

TEST_CASE_METHOD(DatabaseFixture, "a session opens again after its connection was cut", "[postgres]")
{
    Session session{url(), "session test"};
    CHECK_FALSE(session.connected());
    const auto first = testing::session_pid(session.connection());
    CHECK(session.connected());
    terminate(connection(), session.connection());

    const auto failure = failure_of(session.connection(), "SELECT 1");
    session.after(failure);

    CHECK(failure.is_unavailable());
    CHECK_FALSE(session.connected());
    CHECK(testing::session_pid(session.connection()) != first);
    CHECK(session.connected());
}

TEST_CASE_METHOD(DatabaseFixture, "a session keeps its connection after a failure that did not break it", "[postgres]")
{
    Session session{url(), "session test"};
    const auto first = testing::session_pid(session.connection());

    session.after(failure_of(session.connection(), "SELECT 1 / 0"));

    CHECK(session.connected());
    CHECK(testing::session_pid(session.connection()) == first);
}

TEST_CASE_METHOD(DatabaseFixture, "a session gives up a connection on which a transaction was left half-way",
                 "[postgres]")
{
    Session session{url(), "session test"};
    const auto first = testing::session_pid(session.connection());
    session.connection().script("BEGIN");

    session.after(failure_of(session.connection(), "SELECT 1 / 0"));

    CHECK_FALSE(session.connected());
    CHECK(testing::session_pid(session.connection()) != first);
    CHECK_FALSE(session.connection().in_transaction());
}

TEST_CASE("a session whose server is away says so each time it is asked", "[postgres]")
{
    Session session{"postgresql://nobody@127.0.0.1:1/nothing", "session test"};

    for (int i = 0; i < 2; ++i) {
        CHECK_THROWS_AS(session.connection(), Failure);
        CHECK_FALSE(session.connected());
    }
}

TEST_CASE_METHOD(DatabaseFixture, "the application shows by its name who is connected", "[postgres]")
{
    const auto named = Connection::open(url(), "lifecycle-worker");

    CHECK(number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lifecycle-worker'") == 1);
}
