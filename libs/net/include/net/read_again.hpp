#pragma once

#include "core/result.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace ciclo::net {

// Decides over a call that only reads, and may therefore always be made again:
//
//     ReadAgain again{settings.attempts, settings.first_delay, pause};
//     for (;;) {
//         auto answer = ...;
//         if (answer)
//             return answer;
//         if (auto final = again.after(answer.error()))
//             return *final;
//     }
//
// What may pass (unavailable, a lost answer, one that cannot be read) is tried again with a growing delay, and what was
// over a limit after the time that it names, a few times.
class ReadAgain {
public:
    // Waits, and answers false when the process is stopping.
    using Pause = std::function<bool(std::chrono::milliseconds)>;

    // `pause` outlives this.
    ReadAgain(int attempts, std::chrono::milliseconds first_delay, const Pause& pause);

    // Nothing: the wait is over, make the call again. Otherwise the error to end with.
    std::optional<Error> after(const Error& error);

private:
    std::optional<Error> wait(std::chrono::milliseconds length) const;

    const Pause& pause_;
    std::chrono::milliseconds delay_;
    int attempts_left_;
    int refusals_left_ = 5;
};

} // namespace ciclo::net
