#pragma once

#include "core/result.hpp"

#include <stdexcept>
#include <string>

namespace ciclo::postgres {

// Ends the unit of work (transaction) that met it. SQLSTATE is translated here, once.
class Failure : public std::runtime_error {
public:
    Failure(std::string sqlstate, const std::string& message);

    const std::string& sqlstate() const noexcept { return sqlstate_; }

    // The server is away, shutting down or out of connections: the same work may succeed later.
    bool is_unavailable() const noexcept;
    // Deadlock or serialization failure: the same work may succeed at once.
    bool is_conflict() const noexcept;
    bool is_unique_violation() const noexcept;

    Error to_error() const;

private:
    std::string sqlstate_; // empty when the server never answered
};

} // namespace ciclo::postgres
