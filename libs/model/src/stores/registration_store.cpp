#include "model/stores/registration_store.hpp"

#include <array>
#include <utility>

namespace ciclo::model {

namespace {

using enum RegistrationOutcome;

constexpr auto names = std::to_array<std::pair<RegistrationOutcome, std::string_view>>({
    {registered, "registered"},
    {invalid, "invalid"},
    {expired, "expired"},
    {already_registered, "already_registered"},
    {wrong_channel, "wrong_channel"},
    {throttled, "throttled"},
});

constexpr const char* remember_sql = R"sql(
    INSERT INTO discord_interactions (id, token, application_id, channel_id, discord_id, code, received_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO NOTHING
)sql";

constexpr const char* outcome_sql = "SELECT outcome FROM discord_interactions WHERE id = $1 FOR UPDATE";
constexpr const char* set_outcome_sql = "UPDATE discord_interactions SET outcome = $2 WHERE id = $1";

// Counts this attempt and answers how many there were in the window.
constexpr const char* attempt_sql = R"sql(
    INSERT INTO registration_attempts AS row (discord_id, window_started_at, attempts) VALUES ($1, now(), 1)
    ON CONFLICT (discord_id) DO UPDATE
    SET attempts = CASE WHEN row.window_started_at + $2::int * interval '1 second' <= now() THEN 1
                        ELSE row.attempts + 1 END,
        window_started_at = CASE WHEN row.window_started_at + $2::int * interval '1 second' <= now() THEN now()
                                 ELSE row.window_started_at END
    RETURNING attempts
)sql";
constexpr const char* forgive_sql = "DELETE FROM registration_attempts WHERE discord_id = $1";

// Why a claim did not succeed; asked in the same transaction, under its locks.
constexpr const char* reason_sql = R"sql(
    SELECT NOT may_link_discord(NULL, $2),
           token.token IS NOT NULL,
           token.used_at IS NOT NULL OR NOT may_link_discord(token.user_id, $2)
    FROM (SELECT) AS always LEFT JOIN onboarding_tokens AS token ON token.token = $1
)sql";

constexpr const char* answered_sql = R"sql(
    UPDATE discord_interactions SET answered_at = now(), token = NULL, code = NULL WHERE id = $1
)sql";

constexpr const char* unanswered_sql = R"sql(
    SELECT id, token, application_id, channel_id, discord_id, code, received_at FROM discord_interactions
    WHERE answered_at IS NULL AND received_at < now() - $1::int * interval '1 second'
      AND received_at > now() - $2::int * interval '1 second'
    ORDER BY received_at LIMIT 100
)sql";

constexpr const char* give_up_sql = R"sql(
    UPDATE discord_interactions SET answered_at = now(), token = NULL, code = NULL
    WHERE answered_at IS NULL AND received_at <= now() - $1::int * interval '1 second'
)sql";
constexpr const char* forget_sql = "DELETE FROM discord_interactions WHERE received_at < now() - interval '1 day'";
constexpr const char* forget_attempts_sql =
    "DELETE FROM registration_attempts WHERE window_started_at < now() - interval '1 day'";

std::int64_t in_seconds(std::chrono::seconds length)
{
    return length.count();
}

RegistrationOutcome outcome_from(std::string_view text)
{
    for (const auto& [outcome, name] : names)
        if (name == text)
            return outcome;
    return invalid;
}

RegistrationOutcome reason(postgres::Connection& connection, const std::string& code, const std::string& discord_id)
{
    const auto rows = connection.execute(reason_sql, {code, discord_id});
    if (rows.boolean(0, 0))
        return already_registered;
    if (!rows.boolean(0, 1))
        return invalid;
    return rows.boolean(0, 2) ? already_registered : expired;
}

RegistrationDecision decide(postgres::Connection& connection, const Interaction& interaction, bool is_wrong_channel,
                            Time now)
{
    if (is_wrong_channel)
        return {wrong_channel, std::nullopt};
    const auto attempts = connection.execute(attempt_sql, {interaction.discord_id, in_seconds(registration_window)});
    // Not even a right code is looked at: otherwise waiting would cost a guesser nothing.
    if (attempts.int64(0, 0) > registration_attempts_allowed)
        return {throttled, std::nullopt};
    const std::string code = normalised_code(interaction.code);
    auto linked = claim_onboarding_token(connection, code, interaction.discord_id, now);
    if (!linked)
        return {reason(connection, code, interaction.discord_id), std::nullopt};
    connection.execute(forgive_sql, {interaction.discord_id});
    return {registered, std::move(linked)};
}

} // namespace

std::string_view to_string(RegistrationOutcome outcome) noexcept
{
    for (const auto& [known, name] : names)
        if (known == outcome)
            return name;
    return "";
}

void remember_interaction(postgres::Connection& connection, const Interaction& interaction)
{
    connection.execute(remember_sql,
                       {interaction.id, interaction.token, interaction.application_id, interaction.channel_id,
                        interaction.discord_id, interaction.code, to_iso8601(interaction.received_at)});
}

RegistrationDecision decide_registration(postgres::Connection& connection, const Interaction& interaction,
                                         bool is_wrong_channel, Time now)
{
    postgres::Transaction transaction{connection};
    remember_interaction(connection, interaction);
    const auto known = connection.execute(outcome_sql, {interaction.id});
    if (!known.empty() && !known.is_null(0, 0))
        return {outcome_from(known.view(0, 0)), std::nullopt};
    auto decision = decide(connection, interaction, is_wrong_channel, now);
    connection.execute(set_outcome_sql, {interaction.id, to_string(decision.outcome)});
    transaction.commit();
    return decision;
}

void mark_interaction_answered(postgres::Connection& connection, std::string_view id)
{
    connection.execute(answered_sql, {id});
}

std::vector<Interaction> unanswered_interactions(postgres::Connection& connection, std::chrono::seconds patience)
{
    const auto rows = connection.execute(unanswered_sql, {in_seconds(patience), in_seconds(interaction_life)});
    std::vector<Interaction> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.text(i, 4),
                         rows.text(i, 5), time_from_text(rows.view(i, 6)).value_or(Time{})});
    return found;
}

void forget_old_interactions(postgres::Connection& connection)
{
    connection.execute(give_up_sql, {in_seconds(interaction_life)});
    connection.execute(forget_sql);
    connection.execute(forget_attempts_sql);
}

std::string normalised_code(std::string_view typed)
{
    std::string code;
    for (const char c : typed.substr(0, 64)) {
        if (c >= 'a' && c <= 'z')
            code += static_cast<char>(c - 'a' + 'A');
        else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            code += c;
    }
    return code;
}

} // namespace ciclo::model
