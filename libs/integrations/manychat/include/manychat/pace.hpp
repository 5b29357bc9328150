#pragma once

#include <chrono>
#include <string_view>

namespace ciclo::manychat {

// Who may call when: ManyChat limits each endpoint for the whole account, and sends no headers about it.
class Pace {
public:
    virtual ~Pace() = default;

    // Takes the endpoint's next turn and answers how long to wait for it. `per_second` is ManyChat's limit.
    virtual std::chrono::milliseconds reserve(std::string_view endpoint, int per_second) = 0;

    // ManyChat said that it was too much.
    virtual void hold(std::string_view endpoint, std::chrono::milliseconds pause) = 0;
};

} // namespace ciclo::manychat
