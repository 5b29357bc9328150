#pragma once

#include "core/result.hpp"
#include "model/rules/operator_access.hpp"
#include "postgres/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// People who sign in: table accounts, and users.role. E-mails are lower case.
namespace ciclo::model {

struct Account {
    std::string user_id;
    std::string email;
    Role role = Role::student;
    std::string password_hash;
};

// `duplicate` when there is one with this e-mail. A student with this e-mail becomes its owner.
Result<std::string> add_account(postgres::Connection& connection, const Account& account);

std::optional<Account> find_account(postgres::Connection& connection, std::string_view email);

// Ends every session; personal tokens stay. False when there is no such account.
bool set_account_password(postgres::Connection& connection, std::string_view email, std::string_view password_hash);

// `student` ends what the account may do; its tokens stay, for the case that it comes back.
bool set_account_role(postgres::Connection& connection, std::string_view email, Role role);

std::vector<Account> list_accounts(postgres::Connection& connection);

// Counts one more try of a password and answers the counts of the present window.
SignInAttempts count_sign_in_attempt(postgres::Connection& connection, std::string_view email,
                                     std::string_view address);
// It was the right one: the account starts anew, and the address has not used up a try.
void forgive_sign_in_attempt(postgres::Connection& connection, std::string_view email, std::string_view address);

} // namespace ciclo::model
