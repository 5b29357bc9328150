#include "model/stores/discord_session_store.hpp"

namespace ciclo::model {

namespace {

constexpr const char* acquire_sql = R"sql(
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4823005 AND pid = pg_backend_pid()
                                          AND granted)
           OR pg_try_advisory_lock(4823005)
)sql";

constexpr const char* find_sql =
    "SELECT session_id, sequence, resume_url FROM discord_bot WHERE session_id IS NOT NULL AND resume_url <> ''";

constexpr const char* begin_sql = R"sql(
    INSERT INTO discord_bot (session_id, sequence, resume_url, handled_at) VALUES ($1, $2, $3, now())
    ON CONFLICT (only_row) DO UPDATE
    SET session_id = excluded.session_id, sequence = excluded.sequence, resume_url = excluded.resume_url,
        handled_at = excluded.handled_at
)sql";

constexpr const char* advance_sql = "UPDATE discord_bot SET sequence = $1, handled_at = now()";
constexpr const char* hash_sql = "SELECT command_hash FROM discord_bot";

constexpr const char* set_hash_sql = R"sql(
    INSERT INTO discord_bot (command_hash) VALUES ($1)
    ON CONFLICT (only_row) DO UPDATE SET command_hash = excluded.command_hash
)sql";

} // namespace

bool acquire_discord_bot(postgres::Connection& connection)
{
    return connection.execute(acquire_sql).boolean(0, 0);
}

std::optional<DiscordSession> find_discord_session(postgres::Connection& connection)
{
    const auto rows = connection.execute(find_sql);
    if (rows.empty())
        return std::nullopt;
    return DiscordSession{rows.text(0, 0), rows.int64(0, 1), rows.text(0, 2)};
}

void begin_discord_session(postgres::Connection& connection, const DiscordSession& session)
{
    connection.execute(begin_sql, {session.id, session.sequence, session.resume_url});
}

void advance_discord_session(postgres::Connection& connection, std::int64_t sequence)
{
    connection.execute(advance_sql, {sequence});
}

std::string discord_command_hash(postgres::Connection& connection)
{
    const auto rows = connection.execute(hash_sql);
    return rows.empty() ? std::string{} : rows.text(0, 0);
}

void set_discord_command_hash(postgres::Connection& connection, std::string_view hash)
{
    connection.execute(set_hash_sql, {hash});
}

} // namespace ciclo::model
