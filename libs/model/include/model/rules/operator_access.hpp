#pragma once

#include "core/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// Who may do what in the admin API, and how often a password may be tried.
namespace ciclo::model {

enum class Role { student, support, admin };

std::string_view to_string(Role role) noexcept;
std::optional<Role> role_from(std::string_view text) noexcept;

enum class Permission {
    sign_in, // anything at all, and one's own tokens
    look,    // read events, students, jobs and the catalogue
    assist,  // help a student: try an effect again, make a new code
    manage,  // start jobs, change the catalogue
};

bool may(Role role, Permission permission) noexcept;

inline constexpr std::size_t least_password_length = 12; // characters (bytes)
inline constexpr std::size_t most_password_length = 256;

inline constexpr std::chrono::hours session_life{12};
inline constexpr int default_token_days = 365;
inline constexpr int most_token_days = 3650;
inline constexpr std::size_t most_tokens_each = 50;

// Tries that did not succeed. The account is limited wherever they come from, so that many machines guess no faster
// than one; the address so that one machine cannot go through many accounts.
inline constexpr std::chrono::minutes sign_in_window{15};
inline constexpr int account_attempts_allowed = 5;
inline constexpr int address_attempts_allowed = 30;

// The attempts of the present window, this one included.
struct SignInAttempts {
    int of_account;
    int of_address;
};
bool may_try_password(const SignInAttempts& attempts) noexcept;

} // namespace ciclo::model
