#pragma once

#include "core/result.hpp"
#include "postgres/connection.hpp"

#include <chrono>
#include <string>

namespace ciclo::model {

// The bot's connection, which Discord may refuse while it takes calls: an alert of its own.
inline constexpr const char* discord_gateway_health = "discord gateway";

// One breaker for each provider, shared by all processes: table provider_health. After five failures in a row
// nobody calls for ten seconds, then one may try; its outcome closes the breaker or opens it again. When our
// credentials are not accepted, one call a minute looks whether they are again.
class ProviderHealth {
public:
    explicit ProviderHealth(std::string provider) : provider_(std::move(provider)) {}

    enum class Permit {
        open,  // call
        probe, // the provider has failed lately: call only after claim_probe()
        shut,  // wait
    };
    Permit ask(postgres::Connection& connection);

    // The right to be the one that tries. False when somebody else has it.
    bool claim_probe(postgres::Connection& connection);

    // Any clear answer, a refusal included, shows that the provider works.
    void succeeded(postgres::Connection& connection);
    // Answers how the work should take the failure: what is everybody's trouble, of the provider or of our credentials,
    // uses up no attempt of this work. Any other error is answered as it is.
    Error failed(postgres::Connection& connection, const Error& error);

    // A new process may have new credentials: it looks at once.
    void started(postgres::Connection& connection);

private:
    std::string provider_;
};

} // namespace ciclo::model
