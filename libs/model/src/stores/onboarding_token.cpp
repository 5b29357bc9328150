#include "model/stores/onboarding_token.hpp"

#include "core/crypto.hpp"

#include <array>

namespace ciclo::model {

namespace {

// Thirty symbols; 30^8 is 6.5e11, far beyond what throttled guessing can try in seven days.
constexpr std::string_view symbols = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

constexpr const char* insert_sql = R"sql(
    INSERT INTO onboarding_tokens (token, user_id, created_at, expires_at)
    SELECT token, user_id::uuid, created_at::timestamptz, expires_at::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new (token, user_id, created_at, expires_at)
)sql";

constexpr const char* find_sql = R"sql(
    SELECT token FROM onboarding_tokens
    WHERE user_id = $1 AND used_at IS NULL AND expires_at > now()
    ORDER BY created_at DESC LIMIT 1
)sql";

constexpr const char* expire_sql = R"sql(
    UPDATE onboarding_tokens SET expires_at = now()
    WHERE user_id = ANY ($1::uuid[]) AND used_at IS NULL AND expires_at > now()
)sql";

constexpr const char* open_sql = R"sql(
    SELECT user_id, token, expires_at FROM onboarding_tokens JOIN users ON users.id = user_id
    WHERE token > $2 AND used_at IS NULL AND expires_at > now() AND onboarding_tokens.created_at <= $1::timestamptz
      AND lifecycle = 'pending_onboarding'
    ORDER BY token LIMIT $3::int
)sql";

} // namespace

NewOnboardingToken new_onboarding_token(const std::string& user_id, Time now)
{
    NewOnboardingToken token{"", user_id, now};
    while (token.token.size() < 8) {
        std::array<unsigned char, 16> bytes{};
        random_bytes(bytes);
        for (const unsigned char byte : bytes)
            // Values beyond the last full round would make some symbols likelier than others.
            if (token.token.size() < 8 && byte < 256 - 256 % symbols.size())
                token.token += symbols[byte % symbols.size()];
    }
    return token;
}

postgres::Statement insert_onboarding_tokens(std::span<const NewOnboardingToken> tokens)
{
    postgres::TextArray texts;
    postgres::TextArray users;
    postgres::TextArray created;
    postgres::TextArray expiry;
    for (const NewOnboardingToken& token : tokens) {
        texts.add(std::string_view{token.token});
        users.add(std::string_view{token.user_id});
        created.add(to_iso8601(token.created_at));
        expiry.add(to_iso8601(token.created_at + onboarding_token_life));
    }
    return {insert_sql, {texts, users, created, expiry}};
}

postgres::Statement expire_onboarding_tokens(std::span<const std::string> user_ids)
{
    postgres::UuidArray users;
    for (const auto& id : user_ids)
        users.add(id);
    return {expire_sql, {users}};
}

std::optional<std::string> find_onboarding_token(postgres::Connection& connection, const std::string& user_id)
{
    const auto rows = connection.execute(find_sql, {user_id});
    return rows.empty() ? std::nullopt : std::optional{rows.text(0, 0)};
}

std::vector<OpenOnboarding> open_onboardings(postgres::Connection& connection, Time asked_before,
                                             const std::string& after_token, int most)
{
    const auto rows = connection.execute(open_sql, {to_iso8601(asked_before), after_token, most});
    std::vector<OpenOnboarding> open;
    for (std::size_t i = 0; i < rows.size(); ++i)
        open.push_back({rows.text(i, 0), rows.text(i, 1), time_from_text(rows.view(i, 2)).value_or(Time{})});
    return open;
}

} // namespace ciclo::model
