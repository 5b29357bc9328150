#include "model/stores/access_token_store.hpp"

#include "core/crypto.hpp"
#include "core/uuid.hpp"

#include <fmt/core.h>

#include <array>

namespace ciclo::model {

namespace {

// Expired ones make room first, also for another one of the same name.
constexpr const char* tidy_sql = "DELETE FROM access_tokens WHERE user_id = $1 AND expires_at <= now()";
constexpr const char* count_sql = "SELECT count(*) FROM access_tokens WHERE user_id = $1 AND kind = 'personal'";

constexpr const char* insert_sql = R"sql(
    INSERT INTO access_tokens (id, user_id, kind, name, token_hash, expires_at)
    VALUES ($1, $2, $3, $4, $5, now() + $6::int * interval '1 hour')
    ON CONFLICT (user_id, name) WHERE kind = 'personal' DO NOTHING
    RETURNING to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
)sql";

constexpr const char* find_sql = R"sql(
    SELECT token.id, token.kind = 'session', accounts.user_id, accounts.email, users.role,
           coalesce(token.last_used_at < now() - interval '1 minute', true)
    FROM access_tokens AS token JOIN accounts USING (user_id) JOIN users ON users.id = accounts.user_id
    WHERE token_hash = $1 AND expires_at > now()
)sql";

// Another process may hold the row: what it writes is as good.
constexpr const char* used_sql = R"sql(
    UPDATE access_tokens SET last_used_at = now()
    WHERE id IN (SELECT id FROM access_tokens WHERE id = $1 FOR UPDATE SKIP LOCKED)
)sql";

constexpr const char* list_sql = R"sql(
    SELECT id, name, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           to_char(last_used_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    FROM access_tokens WHERE user_id = $1 AND kind = 'personal' AND expires_at > now() ORDER BY created_at, id
)sql";

constexpr const char* revoke_sql = "DELETE FROM access_tokens WHERE id = $2 AND user_id = $1";

std::string new_token()
{
    std::array<unsigned char, 32> bytes{};
    random_bytes(bytes);
    std::string token = "ciclo_";
    for (const unsigned char byte : bytes)
        token += fmt::format("{:02x}", byte);
    return token;
}

} // namespace

Result<IssuedToken> issue_access_token(postgres::Connection& connection, const NewAccessToken& wanted)
{
    const bool is_session = wanted.kind == TokenKind::session;
    connection.execute(tidy_sql, {wanted.user_id});
    if (!is_session && connection.execute(count_sql, {wanted.user_id}).int64(0, 0) >= std::int64_t{most_tokens_each})
        return Error{ErrorKind::refused,
                     fmt::format("{} tokens are enough: take back one that nobody uses", most_tokens_each),
                     {}};
    IssuedToken issued{new_uuid(), new_token(), {}};
    const auto rows =
        connection.execute(insert_sql, {issued.id, wanted.user_id, is_session ? "session" : "personal", wanted.name,
                                        sha256_hex(issued.token), std::int64_t{wanted.life.count()}});
    if (rows.empty())
        return Error{ErrorKind::duplicate, fmt::format("there is a token named \"{}\" already", wanted.name), {}};
    issued.expires_at = rows.text(0, 0);
    return issued;
}

std::optional<TokenOwner> find_token_owner(postgres::Connection& connection, std::string_view token)
{
    const auto rows = connection.execute(find_sql, {sha256_hex(token)});
    if (rows.empty())
        return std::nullopt;
    TokenOwner owner{rows.text(0, 0), rows.boolean(0, 1) ? TokenKind::session : TokenKind::personal, rows.text(0, 2),
                     rows.text(0, 3), role_from(rows.view(0, 4)).value_or(Role::student)};
    if (rows.boolean(0, 5))
        connection.execute(used_sql, {owner.token_id});
    return owner;
}

std::vector<AccessTokenView> list_access_tokens(postgres::Connection& connection, const std::string& user_id)
{
    const auto rows = connection.execute(list_sql, {user_id});
    std::vector<AccessTokenView> tokens;
    for (std::size_t i = 0; i < rows.size(); ++i)
        tokens.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.text(i, 4)});
    return tokens;
}

bool revoke_access_token(postgres::Connection& connection, const std::string& user_id, const std::string& id)
{
    return connection.execute(revoke_sql, {user_id, id}).affected() == 1;
}

} // namespace ciclo::model
