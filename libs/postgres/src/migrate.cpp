#include "postgres/migrate.hpp"

#include "core/crypto.hpp"

#include <fmt/core.h>

#include <map>

namespace ciclo::postgres {

namespace {

constexpr const char* create_table_sql = R"sql(
    CREATE TABLE IF NOT EXISTS schema_migrations (
        version int PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
)sql";

constexpr const char* table_exists_sql = "SELECT to_regclass('schema_migrations') IS NOT NULL";
constexpr const char* applied_sql = "SELECT version, checksum FROM schema_migrations";
constexpr const char* record_sql = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)";

// Any constant will do, as long as everybody who migrates uses the same.
constexpr const char* lock_sql = "SELECT pg_advisory_lock(4823001)";
constexpr const char* unlock_sql = "SELECT pg_advisory_unlock(4823001)";

std::map<std::int64_t, std::string> applied(Connection& connection)
{
    std::map<std::int64_t, std::string> found;
    if (!connection.execute(table_exists_sql).boolean(0, 0))
        return found;
    const Rows rows = connection.execute(applied_sql);
    for (std::size_t i = 0; i < rows.size(); ++i)
        found[rows.int64(i, 0)] = rows.text(i, 1);
    return found;
}

// Held while migrating, and given back also when a migration fails.
class MigrationLock {
public:
    explicit MigrationLock(Connection& connection) : connection_(connection) { connection_.execute(lock_sql); }
    ~MigrationLock()
    {
        try {
            connection_.execute(unlock_sql);
        } catch (const Failure&) {
            // The connection is gone, and the lock with it.
        }
    }
    MigrationLock(const MigrationLock&) = delete;
    MigrationLock& operator=(const MigrationLock&) = delete;

private:
    Connection& connection_;
};

// object_not_in_prerequisite_state: waiting does not help.
constexpr auto edited_migration = "55000";

} // namespace

std::vector<std::string> migrate(Connection& connection, std::span<const Migration> migrations)
{
    const MigrationLock lock{connection};
    connection.script(create_table_sql);
    const auto known = applied(connection);
    std::vector<std::string> done;
    for (const Migration& migration : migrations) {
        const std::string checksum = sha256_hex(migration.sql);
        if (const auto found = known.find(migration.version); found != known.end()) {
            if (found->second != checksum)
                throw Failure{edited_migration, fmt::format("migration {} was applied with another text: a landed "
                                                            "migration must not be edited, add a new one",
                                                            migration.name)};
            continue;
        }
        Transaction transaction{connection};
        connection.script(std::string{migration.sql});
        connection.execute(record_sql, {migration.version, migration.name, checksum});
        transaction.commit();
        done.emplace_back(migration.name);
    }
    return done;
}

std::vector<std::string> missing_migrations(Connection& connection, std::span<const Migration> migrations)
{
    const auto known = applied(connection);
    std::vector<std::string> missing;
    for (const Migration& migration : migrations)
        if (!known.contains(migration.version))
            missing.emplace_back(migration.name);
    return missing;
}

} // namespace ciclo::postgres
