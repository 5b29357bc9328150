#include "leadership.hpp"

namespace ciclo::scheduler {

namespace {

// The session that holds it may ask again.
constexpr const char* acquire_sql = R"sql(
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4823002 AND pid = pg_backend_pid()
                                          AND granted)
           OR pg_try_advisory_lock(4823002)
)sql";

} // namespace

bool acquire_leadership(postgres::Connection& connection)
{
    return connection.execute(acquire_sql).boolean(0, 0);
}

} // namespace ciclo::scheduler
