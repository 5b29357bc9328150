#include "database_fixture.hpp"

#include "model/migrations.hpp"
#include "postgres/migrate.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace ciclo::testing {

using postgres::Connection;

namespace {

constexpr auto application = "ciclo-integration-tests";

std::string with_database(const std::string& url, const std::string& database)
{
    const auto host = url.find("://");
    const auto path = host == std::string::npos ? host : url.find('/', host + 3);
    if (path == std::string::npos)
        throw std::runtime_error("TEST_DATABASE_URL must have the form postgresql://user@host:port/postgres");
    const auto query = url.find('?', path);
    return url.substr(0, path + 1) + database + (query == std::string::npos ? "" : url.substr(query));
}

void on_server(const std::string& sql)
{
    Connection::open(server_url(), application).script(sql);
}

// Lives as long as the program.
class ScratchDatabase {
public:
    ScratchDatabase() : name_(fmt::format("ciclo_test_{}", ::getpid())), url_(with_database(server_url(), name_))
    {
        on_server(fmt::format("CREATE DATABASE {} TEMPLATE template0", name_));
    }
    ~ScratchDatabase()
    {
        try {
            on_server(fmt::format("DROP DATABASE {} WITH (FORCE)", name_));
        } catch (const postgres::Failure& failure) {
            fmt::print(stderr, "the database {} stays behind: {}\n", name_, failure.what());
        }
    }
    ScratchDatabase(const ScratchDatabase&) = delete;
    ScratchDatabase& operator=(const ScratchDatabase&) = delete;

    const std::string& url() const noexcept { return url_; }
    const std::string& name() const noexcept { return name_; }

private:
    std::string name_;
    std::string url_;
};

// Triggers and foreign keys are off for a moment: the audit log refuses to be emptied.
constexpr const char* empty_all_tables = R"sql(
    SET session_replication_role = replica;
    DO $$
    DECLARE name text;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables
                    WHERE schemaname = 'public' AND tablename NOT IN ('schema_migrations', 'catalogue_version')
        LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
    END $$;
    SET session_replication_role = origin;
    UPDATE catalogue_version SET version = version + 1;
)sql";

const std::string& migrated_url()
{
    static const ScratchDatabase database;
    static const bool migrated = [] {
        Connection connection = Connection::open(database.url(), application);
        // Only speed: what a crash would lose is of no interest here.
        connection.script(fmt::format("ALTER DATABASE {} SET synchronous_commit = off", database.name()));
        return !postgres::migrate(connection, model::migrations()).empty();
    }();
    if (!migrated)
        throw std::runtime_error("the new test database was not empty");
    return database.url();
}

} // namespace

std::string server_url()
{
    const char* url = std::getenv("TEST_DATABASE_URL");
    if (url == nullptr || *url == '\0')
        throw std::runtime_error(
            "TEST_DATABASE_URL is not set: give the URL of a PostgreSQL superuser, or use tests/run");
    return url;
}

DatabaseFixture::DatabaseFixture() : url_(migrated_url()), connection_(Connection::open(url_, application))
{
    connection_.script(empty_all_tables);
}

Connection DatabaseFixture::another_connection() const
{
    return Connection::open(url_, application);
}

ScratchSchema::ScratchSchema(DatabaseFixture& database) : database_(database)
{
    static int count = 0;
    name_ = fmt::format("scratch_{}", ++count);
    database_.connection().script("CREATE SCHEMA " + name_);
}

ScratchSchema::~ScratchSchema()
{
    try {
        database_.connection().script(fmt::format("DROP SCHEMA {} CASCADE", name_));
    } catch (const postgres::Failure& failure) {
        fmt::print(stderr, "the schema {} stays behind: {}\n", name_, failure.what());
    }
}

Connection ScratchSchema::connect() const
{
    auto connection = database_.another_connection();
    connection.script("SET search_path TO " + name_);
    return connection;
}

std::string DatabaseFixture::text(const char* sql, const postgres::Params& params)
{
    const auto rows = connection_.execute(sql, params);
    if (rows.empty())
        throw std::runtime_error(fmt::format("no row: {}", sql));
    return rows.text(0, 0);
}

std::int64_t DatabaseFixture::number(const char* sql, const postgres::Params& params)
{
    return std::stoll(text(sql, params));
}

std::int64_t session_pid(Connection& connection)
{
    return connection.execute("SELECT pg_backend_pid()").int64(0, 0);
}

bool waits_for_lock(Connection& observer, std::int64_t pid, std::chrono::milliseconds limit)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
        if (observer.execute("SELECT count(*) FROM pg_locks WHERE pid = $1 AND NOT granted", {pid}).int64(0, 0) > 0)
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return false;
}

} // namespace ciclo::testing
