#include "arguments.hpp"
#include "commands.hpp"
#include "password_prompt.hpp"

#include "core/password.hpp"
#include "core/text.hpp"
#include "model/stores/access_token_store.hpp"
#include "model/stores/account_store.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

namespace {

using namespace std::chrono_literals;

constexpr const char* usage =
    "write: ciclo admin create EMAIL [--role admin|support] [--if-missing] | password EMAIL | "
    "role EMAIL admin|support|student | token EMAIL --name N [--days D] | list";

std::string email_of(const Arguments& arguments)
{
    const std::string email = lower_case(trimmed(arguments.positional()[1]));
    if (email.find('@') == std::string::npos || email.size() > 254)
        throw UsageError{fmt::format("\"{}\" is no e-mail address", email)};
    return email;
}

model::Role role_of(const std::string& text)
{
    const auto role = model::role_from(text);
    if (!role)
        throw UsageError{fmt::format("\"{}\" is no role: write admin, support or student", text)};
    return *role;
}

model::Account existing_account(postgres::Connection& connection, const std::string& email)
{
    auto account = model::find_account(connection, email);
    if (!account)
        throw UsageError{fmt::format("{} has no account: ciclo admin list shows those that have", email)};
    return *std::move(account);
}

int create(const Arguments& arguments)
{
    arguments.allow_only({"role", "if-missing"});
    const auto email = email_of(arguments);
    const auto role = role_of(arguments.one("role").value_or("admin"));
    auto connection = connect();
    if (arguments.has("if-missing") && model::find_account(connection, email)) {
        fmt::print("{} has an account already\n", email);
        return 0;
    }
    const auto added = model::add_account(connection, {"", email, role, hash_password(read_password())});
    if (!added) {
        fmt::print(stderr, "not created: {}\n", added.error().detail);
        return 1;
    }
    fmt::print("{} may sign in as {}\n", email, to_string(role));
    return 0;
}

int password(const Arguments& arguments)
{
    arguments.allow_only({});
    const auto email = email_of(arguments);
    auto connection = connect();
    (void)existing_account(connection, email);
    model::set_account_password(connection, email, hash_password(read_password()));
    fmt::print("the password of {} is changed, and its sessions are over\n", email);
    return 0;
}

int change_role(const Arguments& arguments)
{
    arguments.allow_only({});
    const auto email = email_of(arguments);
    const auto role = role_of(arguments.positional()[2]);
    auto connection = connect();
    (void)existing_account(connection, email);
    model::set_account_role(connection, email, role);
    fmt::print("{} is {} now\n", email, to_string(role));
    return 0;
}

int token(const Arguments& arguments)
{
    arguments.allow_only({"name", "days"});
    const auto email = email_of(arguments);
    const auto name = arguments.required("name");
    const int days = arguments.integer("days", model::default_token_days, 1, model::most_token_days);
    auto connection = connect();
    const auto account = existing_account(connection, email);
    const auto issued =
        model::issue_access_token(connection, {account.user_id, model::TokenKind::personal, name, days * 24h});
    if (!issued) {
        fmt::print(stderr, "not made: {}\n", issued.error().detail);
        return 1;
    }
    // The token alone on standard output, for programs.
    fmt::print(stderr, "shown this once, and good until {}:\n", issued->expires_at);
    fmt::print("{}\n", issued->token);
    return 0;
}

int list(const Arguments& arguments)
{
    arguments.allow_only({});
    auto connection = connect();
    for (const auto& account : model::list_accounts(connection))
        fmt::print("{}  {:<8} {}\n", account.user_id, to_string(account.role), account.email);
    return 0;
}

} // namespace

int admin(const Words& words)
{
    const Arguments arguments{words, {"if-missing"}};
    const auto& given = arguments.positional();
    const std::string verb = given.empty() ? "" : given[0];
    if (verb == "create" && given.size() == 2)
        return create(arguments);
    if (verb == "password" && given.size() == 2)
        return password(arguments);
    if (verb == "role" && given.size() == 3)
        return change_role(arguments);
    if (verb == "token" && given.size() == 2)
        return token(arguments);
    if (verb == "list" && given.size() == 1)
        return list(arguments);
    throw UsageError{usage};
}

} // namespace ciclo::cli
