#include "model/stores/account_store.hpp"

#include "core/crypto.hpp"
#include "core/uuid.hpp"
#include "model/stores/student_store.hpp"
#include "stores/merge_students.hpp"

#include <fmt/core.h>

namespace ciclo::model {

namespace {

#define ACCOUNT_COLUMNS "accounts.user_id, accounts.email, users.role, accounts.password_hash"

constexpr const char* find_sql =
    "SELECT " ACCOUNT_COLUMNS " FROM accounts JOIN users ON users.id = user_id WHERE accounts.email = $1";
constexpr const char* list_sql =
    "SELECT " ACCOUNT_COLUMNS " FROM accounts JOIN users ON users.id = user_id ORDER BY accounts.email";

#undef ACCOUNT_COLUMNS

constexpr const char* insert_sql = R"sql(
    INSERT INTO accounts (user_id, email, password_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
)sql";
constexpr const char* role_sql = "UPDATE users SET role = $2, updated_at = now() WHERE id = $1";
constexpr const char* role_of_sql = R"sql(
    UPDATE users SET role = $2, updated_at = now() FROM accounts
    WHERE accounts.user_id = users.id AND accounts.email = $1
)sql";
constexpr const char* password_sql = R"sql(
    UPDATE accounts SET password_hash = $2, password_changed_at = now() WHERE email = $1 RETURNING user_id
)sql";
constexpr const char* end_sessions_sql = "DELETE FROM access_tokens WHERE user_id = $1 AND kind = 'session'";

// A window that is over begins again.
constexpr const char* attempt_sql = R"sql(
    INSERT INTO sign_in_attempts AS row (subject, window_started_at, attempts) VALUES ($1, now(), 1)
    ON CONFLICT (subject) DO UPDATE
    SET attempts = CASE WHEN row.window_started_at < now() - $2::int * interval '1 second' THEN 1
                        ELSE least(row.attempts, 1000000) + 1 END,
        window_started_at = CASE WHEN row.window_started_at < now() - $2::int * interval '1 second' THEN now()
                                 ELSE row.window_started_at END
    RETURNING attempts
)sql";
constexpr const char* forget_attempts_sql = "DELETE FROM sign_in_attempts WHERE subject = $1";
constexpr const char* give_back_sql = "UPDATE sign_in_attempts SET attempts = attempts - 1 WHERE subject = $1";
// What is older than a day says nothing any more.
constexpr const char* tidy_sql = "DELETE FROM sign_in_attempts WHERE window_started_at < now() - interval '1 day'";

std::string account_subject(std::string_view email)
{
    return "account:" + sha256_hex(email);
}

std::string address_subject(std::string_view address)
{
    return fmt::format("address:{}", address);
}

Account read_account(const postgres::Rows& rows, std::size_t row)
{
    return {rows.text(row, 0), rows.text(row, 1), role_from(rows.view(row, 2)).value_or(Role::student),
            rows.text(row, 3)};
}

} // namespace

Result<std::string> add_account(postgres::Connection& connection, const Account& account)
{
    postgres::Transaction transaction{connection};
    std::string user_id = find_student_id(connection, account.email).value_or("");
    if (user_id.empty()) {
        user_id = new_uuid();
        insert_student(connection, user_id, account.email);
    }
    if (connection.execute(insert_sql, {user_id, account.email, account.password_hash}).affected() == 0)
        return Error{ErrorKind::duplicate, fmt::format("{} has an account already", account.email), {}};
    connection.execute(role_sql, {user_id, to_string(account.role)});
    transaction.commit();
    return user_id;
}

std::optional<Account> find_account(postgres::Connection& connection, std::string_view email)
{
    const auto rows = connection.execute(find_sql, {email});
    return rows.empty() ? std::nullopt : std::optional{read_account(rows, 0)};
}

bool set_account_password(postgres::Connection& connection, std::string_view email, std::string_view password_hash)
{
    postgres::Transaction transaction{connection};
    const auto rows = connection.execute(password_sql, {email, password_hash});
    if (rows.empty())
        return false;
    connection.execute(end_sessions_sql, {rows.text(0, 0)});
    connection.execute(forget_attempts_sql, {account_subject(email)});
    transaction.commit();
    return true;
}

bool set_account_role(postgres::Connection& connection, std::string_view email, Role role)
{
    return connection.execute(role_of_sql, {email, to_string(role)}).affected() == 1;
}

std::vector<Account> list_accounts(postgres::Connection& connection)
{
    const auto rows = connection.execute(list_sql);
    std::vector<Account> accounts;
    for (std::size_t i = 0; i < rows.size(); ++i)
        accounts.push_back(read_account(rows, i));
    return accounts;
}

SignInAttempts count_sign_in_attempt(postgres::Connection& connection, std::string_view email, std::string_view address)
{
    const std::int64_t window = std::chrono::seconds{sign_in_window}.count();
    const auto of_account = connection.execute(attempt_sql, {account_subject(email), window}).int64(0, 0);
    const auto of_address = connection.execute(attempt_sql, {address_subject(address), window}).int64(0, 0);
    if (of_account == 1)
        connection.execute(tidy_sql);
    return {static_cast<int>(of_account), static_cast<int>(of_address)};
}

void forgive_sign_in_attempt(postgres::Connection& connection, std::string_view email, std::string_view address)
{
    connection.execute(forget_attempts_sql, {account_subject(email)});
    connection.execute(give_back_sql, {address_subject(address)});
}

} // namespace ciclo::model
