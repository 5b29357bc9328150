#include "model/stores/provider_health.hpp"

#include <algorithm>

namespace ciclo::model {

namespace {

using namespace std::chrono_literals;

constexpr int threshold = 5;
constexpr int pause_seconds = 10;
constexpr int unauthorized_pause_seconds = 60;
constexpr std::chrono::milliseconds unwell_pause = 5s;

constexpr const char* ask_sql = R"sql(
    SELECT open_until IS NULL, open_until <= clock_timestamp() FROM provider_health WHERE provider = $1
)sql";

constexpr const char* claim_sql = R"sql(
    UPDATE provider_health
    SET open_until = clock_timestamp() + CASE WHEN unauthorized THEN $3::int ELSE $2::int END * interval '1 second'
    WHERE provider = $1 AND open_until <= clock_timestamp()
)sql";

constexpr const char* succeeded_sql = R"sql(
    UPDATE provider_health SET failures = 0, unauthorized = false, open_until = NULL
    WHERE provider = $1 AND (failures > 0 OR unauthorized)
)sql";

constexpr const char* failed_sql = R"sql(
    INSERT INTO provider_health AS health (provider, failures, unauthorized, open_until, last_error, last_failure_at)
    VALUES ($1, 1, $2::boolean, CASE WHEN $2::boolean THEN clock_timestamp() + $6::int * interval '1 second' END, $3,
            clock_timestamp())
    ON CONFLICT (provider) DO UPDATE
    SET failures = health.failures + 1, unauthorized = excluded.unauthorized, last_error = excluded.last_error,
        last_failure_at = excluded.last_failure_at,
        open_until = CASE WHEN excluded.unauthorized THEN excluded.open_until
                          WHEN health.failures + 1 >= $4::int THEN clock_timestamp() + $5::int * interval '1 second'
                     END
    RETURNING failures >= $4::int
)sql";

constexpr const char* started_sql =
    "UPDATE provider_health SET open_until = clock_timestamp() WHERE provider = $1 AND open_until IS NOT NULL";

} // namespace

ProviderHealth::Permit ProviderHealth::ask(postgres::Connection& connection)
{
    const auto rows = connection.execute(ask_sql, {provider_});
    if (rows.empty() || rows.boolean(0, 0))
        return Permit::open;
    return rows.boolean(0, 1) ? Permit::probe : Permit::shut;
}

bool ProviderHealth::claim_probe(postgres::Connection& connection)
{
    return connection.execute(claim_sql, {provider_, pause_seconds, unauthorized_pause_seconds}).affected() == 1;
}

void ProviderHealth::succeeded(postgres::Connection& connection)
{
    connection.execute(succeeded_sql, {provider_});
}

Error ProviderHealth::failed(postgres::Connection& connection, const Error& error)
{
    const bool is_unauthorized = error.kind == ErrorKind::unauthorized;
    switch (error.kind) {
    case ErrorKind::unavailable:
    case ErrorKind::unknown_outcome:
    case ErrorKind::unauthorized: {
        const auto rows = connection.execute(failed_sql, {provider_, is_unauthorized, error.detail, threshold,
                                                          pause_seconds, unauthorized_pause_seconds});
        if (is_unauthorized)
            return {ErrorKind::rate_limited, error.detail, std::chrono::seconds{unauthorized_pause_seconds}};
        if (rows.boolean(0, 0))
            return {ErrorKind::rate_limited, error.detail, std::max(error.retry_after, unwell_pause)};
        break;
    }
    case ErrorKind::rate_limited:
        break;
    case ErrorKind::not_found:
    case ErrorKind::duplicate:
    case ErrorKind::invalid_input:
    case ErrorKind::refused:
    case ErrorKind::internal:
        succeeded(connection);
        break;
    }
    return error;
}

void ProviderHealth::started(postgres::Connection& connection)
{
    connection.execute(started_sql, {provider_});
}

} // namespace ciclo::model
