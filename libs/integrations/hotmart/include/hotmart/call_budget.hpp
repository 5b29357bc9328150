#pragma once

#include <chrono>

namespace ciclo::hotmart {

// Hotmart takes 500 calls a minute from one account, whoever makes them.
class CallBudget {
public:
    virtual ~CallBudget() = default;

    // Zero: go, the call is counted. Otherwise nothing is counted: ask again after that time.
    virtual std::chrono::milliseconds take() = 0;

    // What Hotmart's own headers say is left until the window ends. Others may be calling, too.
    virtual void told(int remaining, std::chrono::seconds until_reset) = 0;
};

} // namespace ciclo::hotmart
