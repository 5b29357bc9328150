#include "model/rules/operator_access.hpp"

namespace ciclo::model {

std::string_view to_string(Role role) noexcept
{
    switch (role) {
    case Role::student:
        return "student";
    case Role::support:
        return "support";
    case Role::admin:
        return "admin";
    }
    return "student";
}

std::optional<Role> role_from(std::string_view text) noexcept
{
    for (const Role role : {Role::student, Role::support, Role::admin})
        if (to_string(role) == text)
            return role;
    return std::nullopt;
}

bool may(Role role, Permission permission) noexcept
{
    switch (permission) {
    case Permission::sign_in:
    case Permission::look:
    case Permission::assist:
        return role == Role::support || role == Role::admin;
    case Permission::manage:
        return role == Role::admin;
    }
    return false;
}

bool may_try_password(const SignInAttempts& attempts) noexcept
{
    return attempts.of_account <= account_attempts_allowed && attempts.of_address <= address_attempts_allowed;
}

} // namespace ciclo::model
