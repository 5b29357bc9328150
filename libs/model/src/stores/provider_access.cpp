#include "model/stores/provider_access.hpp"

#include "core/crypto.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ciclo::model {

namespace {

constexpr const char* lock_sql = "SELECT pg_advisory_xact_lock(hashtextextended('token:' || $1, 0))";
constexpr const char* token_sql =
    "SELECT encode(sealed_token, 'hex'), expires_at FROM provider_tokens WHERE provider = $1 AND expires_at > $2";
constexpr const char* keep_sql = R"sql(
    INSERT INTO provider_tokens (provider, sealed_token, expires_at) VALUES ($1, decode($2, 'hex'), $3)
    ON CONFLICT (provider) DO UPDATE SET sealed_token = excluded.sealed_token, expires_at = excluded.expires_at
)sql";

// The window of its first call; a row that is used up gives nothing and is left as it is.
constexpr const char* take_sql = R"sql(
    WITH before AS (
        SELECT least($2::int, CASE WHEN ends_at > clock_timestamp() THEN remaining ELSE $3::int END) AS granted
        FROM provider_call_windows WHERE provider = $1 FOR UPDATE
    ), taken AS (
        UPDATE provider_call_windows
        SET remaining = CASE WHEN ends_at > clock_timestamp() THEN remaining ELSE $3::int END - before.granted,
            ends_at = CASE WHEN ends_at > clock_timestamp() THEN ends_at
                           ELSE clock_timestamp() + $4::int * interval '1 second' END
        FROM before WHERE provider = $1 AND before.granted > 0
    )
    SELECT granted,
           ceil(extract(epoch FROM (SELECT ends_at FROM provider_call_windows WHERE provider = $1) - clock_timestamp())
                * 1000)::bigint
    FROM before
)sql";
constexpr const char* first_window_sql = R"sql(
    INSERT INTO provider_call_windows (provider, remaining, ends_at) VALUES ($1, 0, clock_timestamp())
    ON CONFLICT DO NOTHING
)sql";
constexpr const char* limit_sql = R"sql(
    INSERT INTO provider_call_windows AS kept (provider, remaining, ends_at)
    VALUES ($1, $2, clock_timestamp() + $3::int * interval '1 second')
    ON CONFLICT (provider) DO UPDATE SET remaining = excluded.remaining, ends_at = excluded.ends_at
    WHERE kept.remaining > excluded.remaining OR kept.ends_at <= clock_timestamp() OR excluded.remaining = 0
)sql";

std::string to_hex(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes)
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return text;
}

std::string from_hex(std::string_view text)
{
    std::string bytes;
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
    return bytes;
}

} // namespace

std::optional<ProviderToken> obtain_provider_token(postgres::Connection& connection, std::string_view provider,
                                                   std::string_view secret, Time needed_until,
                                                   std::string_view rejected,
                                                   const std::function<std::optional<ProviderToken>()>& fetch)
{
    postgres::Transaction transaction{connection};
    connection.execute(lock_sql, {provider});
    const auto rows = connection.execute(token_sql, {provider, to_iso8601(needed_until)});
    if (!rows.empty()) {
        auto kept = unseal(secret, from_hex(rows.view(0, 0)));
        if (kept && *kept != rejected)
            return ProviderToken{std::move(*kept), time_from_text(rows.view(0, 1)).value_or(needed_until)};
    }
    auto fetched = fetch();
    if (!fetched)
        return std::nullopt;
    connection.execute(keep_sql, {provider, to_hex(seal(secret, fetched->value)), to_iso8601(fetched->expires_at)});
    transaction.commit();
    return fetched;
}

CallGrant take_provider_calls(postgres::Connection& connection, std::string_view provider, int wanted, int per_window,
                              std::chrono::seconds window)
{
    const postgres::Params params{provider, wanted, per_window, std::int64_t{window.count()}};
    auto rows = connection.execute(take_sql, params);
    if (rows.empty()) {
        connection.execute(first_window_sql, {provider});
        rows = connection.execute(take_sql, params);
    }
    const int granted = static_cast<int>(std::max<std::int64_t>(rows.int64(0, 0), 0));
    const auto wait = std::chrono::milliseconds{std::clamp<std::int64_t>(rows.int64(0, 1), 50, 600'000)};
    return CallGrant{granted, granted > 0 ? std::chrono::milliseconds{0} : wait};
}

void limit_provider_calls(postgres::Connection& connection, std::string_view provider, int remaining,
                          std::chrono::seconds until_reset)
{
    connection.execute(limit_sql, {provider, remaining, std::int64_t{until_reset.count()}});
}

} // namespace ciclo::model
