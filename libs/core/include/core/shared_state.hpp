#pragma once

#include "core/time.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace ciclo {

// Small named texts that several threads, or several processes, read and change together. Losing them must
// cost no more than learning them again.
class SharedState {
public:
    using Texts = std::map<std::string, std::string>;
    // Sees the present time, the same clock for all, and what is stored (a name that is not stored is missing).
    // What it leaves in the map is stored.
    using Change = std::function<void(Time now, Texts& texts)>;

    SharedState() = default;
    virtual ~SharedState() = default;
    SharedState(const SharedState&) = delete;
    SharedState& operator=(const SharedState&) = delete;

    // One step, alone: nobody else changes anything meanwhile. Throws when the store cannot be reached.
    virtual void change(const std::vector<std::string>& names, const Change& change) = 0;
};

// For one process.
class LocalSharedState final : public SharedState {
public:
    explicit LocalSharedState(Clock clock = now) : clock_(std::move(clock)) {}

    void change(const std::vector<std::string>& names, const Change& change) override;

private:
    Clock clock_;
    std::mutex mutex_;
    Texts texts_;
};

} // namespace ciclo
