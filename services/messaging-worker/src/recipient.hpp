#pragma once

#include "postgres/connection.hpp"

#include <optional>
#include <string>

namespace ciclo::messaging {

struct Recipient {
    std::string email;
    std::string name;
    std::string onboarding_token; // empty: none is open
    std::string products;         // "Clube de Leitura, Curso de Xadrez": those with access now
};

// Nothing when the user is gone.
std::optional<Recipient> find_recipient(postgres::Connection& connection, const std::string& user_id);

} // namespace ciclo::messaging
