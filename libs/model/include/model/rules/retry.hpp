#pragma once

#include "core/result.hpp"

#include <chrono>

// How long a failed piece of work waits, and when it is given up.
namespace ciclo::model {

enum class RetryDecision {
    retry,           // uses up an attempt
    wait,            // not now, and nobody's fault: no attempt used
    give_up,         // only a person or a change outside can help
    outcome_unknown, // it may have been done: repeating needs a key or a person
};

inline constexpr int max_attempts = 8;

RetryDecision decide(const Error& error, int attempts_made) noexcept;

// 1 s, 2 s, 4 s ... at most 10 minutes; never shorter than what the other side asked for. `jitter` in
// [0, 1) spreads retries that failed together over half a delay more.
std::chrono::milliseconds delay_before_next(const Error& error, int attempts_made, double jitter) noexcept;

} // namespace ciclo::model
