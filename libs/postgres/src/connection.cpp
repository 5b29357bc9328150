#include "postgres/connection.hpp"

#include "core/text.hpp"

#include <fmt/core.h>
#include <libpq-fe.h>

#include <charconv>

namespace ciclo::postgres {

namespace {

std::string message_of(const pg_conn* connection)
{
    return std::string{trimmed(PQerrorMessage(connection))};
}

// The arrays that libpq wants, made from our parameters.
struct Bound {
    explicit Bound(const Params& params)
    {
        for (const Param& param : params) {
            values.push_back(param.data());
            lengths.push_back(param.size());
            formats.push_back(param.is_binary() ? 1 : 0);
        }
    }
    int count() const { return static_cast<int>(values.size()); }

    std::vector<const char*> values;
    std::vector<int> lengths;
    std::vector<int> formats;
};

} // namespace

Rows::Rows(pg_result* result) noexcept : result_(result, PQclear) {}

std::size_t Rows::size() const noexcept
{
    return static_cast<std::size_t>(PQntuples(result_.get()));
}

std::size_t Rows::affected() const noexcept
{
    const std::string_view text = PQcmdTuples(result_.get());
    std::size_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

bool Rows::is_null(std::size_t row, int column) const noexcept
{
    return PQgetisnull(result_.get(), static_cast<int>(row), column) == 1;
}

std::string_view Rows::view(std::size_t row, int column) const noexcept
{
    const int index = static_cast<int>(row);
    return {PQgetvalue(result_.get(), index, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), index, column))};
}

std::optional<std::string> Rows::optional_text(std::size_t row, int column) const
{
    return is_null(row, column) ? std::nullopt : std::optional{text(row, column)};
}

std::int64_t Rows::int64(std::size_t row, int column) const
{
    const auto digits = view(row, column);
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failure != std::errc{} || end != digits.data() + digits.size())
        throw Failure{"22P02", fmt::format("column {} holds \"{}\", not a whole number", column, digits)};
    return number;
}

void Connection::Closer::operator()(pg_conn* connection) const noexcept
{
    PQfinish(connection);
}

Connection::Connection(pg_conn* connection) noexcept : connection_(connection) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Connection Connection::open(const std::string& url, std::string_view application, std::chrono::seconds timeout)
{
    const std::string name{application};
    const std::string seconds = std::to_string(timeout.count());
    // tcp_user_timeout: a peer that vanished is noticed although nothing comes back.
    const char* keywords[] = {"dbname",     "application_name", "connect_timeout",  "client_encoding",
                              "keepalives", "keepalives_idle",  "tcp_user_timeout", nullptr};
    const char* values[] = {url.c_str(), name.c_str(), seconds.c_str(), "UTF8", "1", "15", "15000", nullptr};
    Connection opened{PQconnectdbParams(keywords, values, 1)};
    if (PQstatus(opened.connection_.get()) != CONNECTION_OK)
        throw Failure{"", "PostgreSQL: " + message_of(opened.connection_.get())};
    // Notices ("table does not exist, skipping") are no news to anybody.
    PQsetNoticeProcessor(
        opened.connection_.get(), [](void*, const char*) {}, nullptr);
    // How moments are written must not depend on what somebody set for the database or the role.
    opened.script("SET datestyle = 'ISO'; SET timezone = 'UTC'");
    return opened;
}

Failure Connection::failure_of(const pg_result* result) const
{
    const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    std::string sqlstate = state == nullptr ? "" : state;
    if (PQstatus(connection_.get()) == CONNECTION_BAD)
        sqlstate.clear();
    const char* primary = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return Failure{sqlstate, primary == nullptr ? message_of(connection_.get()) : std::string{primary}};
}

void Connection::fail(const pg_result* result) const
{
    throw failure_of(result);
}

Rows Connection::expect(pg_result* result) const
{
    Rows rows{result};
    const auto status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        fail(result);
    return rows;
}

const char* Connection::prepared(const char* sql, int param_count)
{
    if (const auto known = prepared_.find(sql); known != prepared_.end())
        return known->second.c_str();
    std::string name = fmt::format("s{}", prepared_.size());
    expect(PQprepare(connection_.get(), name.c_str(), sql, param_count, nullptr));
    return prepared_.emplace(sql, std::move(name)).first->second.c_str();
}

Rows Connection::execute(const char* sql, const Params& params)
{
    const Bound bound{params};
    const char* name = prepared(sql, bound.count());
    return expect(PQexecPrepared(connection_.get(), name, bound.count(), bound.values.data(), bound.lengths.data(),
                                 bound.formats.data(), 0));
}

pg_result* Connection::next_result()
{
    return PQgetResult(connection_.get());
}

std::vector<Rows> Connection::pipeline(std::span<const Statement> statements)
{
    pg_conn* connection = connection_.get();
    for (const Statement& statement : statements)
        prepared(statement.sql, static_cast<int>(statement.params.size()));
    if (PQenterPipelineMode(connection) != 1)
        fail(nullptr);
    bool sent = true;
    for (const Statement& statement : statements) {
        const Bound bound{statement.params};
        sent = sent && PQsendQueryPrepared(connection, prepared(statement.sql, bound.count()), bound.count(),
                                           bound.values.data(), bound.lengths.data(), bound.formats.data(), 0) == 1;
    }
    if (!sent || PQpipelineSync(connection) != 1)
        fail(nullptr);

    // Everything is read to the end before the first failure is told, so that the connection stays usable.
    std::vector<Rows> answers;
    std::optional<Failure> failed;
    while (true) {
        pg_result* result = next_result();
        if (result == nullptr) {
            if (PQstatus(connection) == CONNECTION_BAD)
                throw failed ? *failed : failure_of(nullptr);
            continue; // ends one statement
        }
        const auto status = PQresultStatus(result);
        Rows rows{result};
        if (status == PGRES_PIPELINE_SYNC)
            break;
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
            answers.push_back(std::move(rows));
        else if (!failed)
            failed = failure_of(result);
    }
    if (PQexitPipelineMode(connection) != 1)
        fail(nullptr);
    if (failed)
        throw *failed;
    return answers;
}

void Connection::script(const std::string& sql)
{
    expect(PQexec(connection_.get(), sql.c_str()));
}

void Connection::limit_statements(std::chrono::milliseconds limit)
{
    script(fmt::format("SET statement_timeout = {}", limit.count()));
}

void Connection::expect_key_lookups()
{
    script("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; "
           "SET plan_cache_mode = force_generic_plan");
}

bool Connection::in_transaction() const noexcept
{
    return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

Transaction::Transaction(Connection& connection) : connection_(connection)
{
    connection_.script("BEGIN");
}

Transaction::~Transaction()
{
    if (!open_)
        return;
    try {
        connection_.script("ROLLBACK");
    } catch (const Failure&) {
        // The connection is gone, and the transaction with it.
    }
}

void Transaction::commit()
{
    open_ = false;
    connection_.script("COMMIT");
}

} // namespace ciclo::postgres
