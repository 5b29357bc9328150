#pragma once

#include "readiness.hpp"

#include "net/address.hpp"
#include "net/metrics.hpp"

#include <cstdint>
#include <memory>
#include <stop_token>

namespace ciclo::net {

// Serves /healthz, /readyz and /metrics from a thread of its own until destroyed, so a busy or stuck
// body still answers.
class Operations {
public:
    // Throws std::runtime_error when it cannot listen. The metrics and the readiness must outlive it.
    Operations(const Address& address, const Metrics& metrics, const Readiness& readiness, std::stop_token stopping);
    ~Operations();
    Operations(const Operations&) = delete;
    Operations& operator=(const Operations&) = delete;

    std::uint16_t port() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::net
