#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace ciclo::testing {

// The server that TEST_DATABASE_URL names, with the right to create databases. Throws when the variable
// is missing: a test that did not run must not pass.
std::string server_url();

// One database for the whole program, made by the real migrations, and empty at the start of each test.
class DatabaseFixture {
public:
    DatabaseFixture();

    const std::string& url() const noexcept { return url_; }
    postgres::Connection& connection() noexcept { return connection_; }
    postgres::Connection another_connection() const;

    // The first column of the first row.
    std::string text(const char* sql, const postgres::Params& params = {});
    std::int64_t number(const char* sql, const postgres::Params& params = {});

private:
    std::string url_;
    postgres::Connection connection_;
};

// An empty place of its own in that database, dropped at the end: what is created through its URL stays inside.
class ScratchSchema {
public:
    explicit ScratchSchema(DatabaseFixture& database);
    ~ScratchSchema();
    ScratchSchema(const ScratchSchema&) = delete;
    ScratchSchema& operator=(const ScratchSchema&) = delete;

    postgres::Connection connect() const;

private:
    DatabaseFixture& database_;
    std::string name_;
};

// True as soon as the session waits for a lock that another one holds; false when `limit` is over first.
bool waits_for_lock(postgres::Connection& observer, std::int64_t session_pid,
                    std::chrono::milliseconds limit = std::chrono::seconds{5});

std::int64_t session_pid(postgres::Connection& connection);

} // namespace ciclo::testing
