#pragma once

#include <chrono>

namespace ciclo::model {

// While a provider is down, calling it only uses up attempts. After `threshold` failures in a row the
// breaker opens for `pause`; then one caller may try, and its outcome closes it or opens it again.
class Breaker {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    Breaker(int threshold, std::chrono::milliseconds pause) noexcept : threshold_(threshold), pause_(pause) {}

    bool is_open(TimePoint now) const noexcept { return failures_ >= threshold_ && now < open_until_; }

    // Has it opened and not closed since? Then a further failure tells nothing about the work itself.
    bool is_suspicious() const noexcept { return failures_ >= threshold_; }

    void succeeded() noexcept { failures_ = 0; }

    // True when this failure opened it: the moment to tell somebody.
    bool failed(TimePoint now) noexcept
    {
        ++failures_;
        if (failures_ >= threshold_)
            open_until_ = now + pause_;
        return failures_ == threshold_;
    }

private:
    int threshold_;
    std::chrono::milliseconds pause_;
    int failures_ = 0;
    TimePoint open_until_{};
};

} // namespace ciclo::model
