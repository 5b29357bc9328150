#pragma once

#include "core/environment.hpp"
#include "net/metrics.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace ciclo::net {

struct ServiceInfo {
    std::string name;
    std::string purpose; // one sentence for --help
};

class Readiness;

// Keeps a readiness check alive: it does not run any more once this is destroyed.
class [[nodiscard]] ReadinessGuard {
public:
    ReadinessGuard(Readiness& readiness, std::uint64_t part) noexcept : readiness_(&readiness), part_(part) {}
    ~ReadinessGuard();
    ReadinessGuard(const ReadinessGuard&) = delete;
    ReadinessGuard& operator=(const ReadinessGuard&) = delete;

private:
    Readiness* readiness_;
    std::uint64_t part_;
};

// What the body of a process gets. From any thread.
class Service {
public:
    struct Impl;
    explicit Service(Impl& impl) noexcept : impl_(&impl) {}

    const std::string& name() const noexcept;
    Metrics& metrics() noexcept;
    std::stop_token stopping() const noexcept; // requested by SIGTERM or SIGINT; callbacks run on the signal thread

    // /readyz answers 200 only when every part is ready and nothing is stopping, otherwise 503 with the
    // names. The check runs on the operations thread and must be quick: read an atomic.
    ReadinessGuard add_readiness(std::string part, std::function<bool()> check);

    std::uint16_t operations_port() const noexcept;

private:
    Impl* impl_;
};

using ServiceBody = std::function<void(Service&)>;

// main() of every process. `configure` reads the environment and returns the body, which runs on the
// calling thread until it returns. Answers the exit code: 0, 1 after faults of the configuration or an
// exception of the body, 2 for unknown arguments. --help explains, --check only tests the configuration.
// /healthz, /readyz and /metrics are served on OPS_ADDRESS by a thread of their own. SIGTERM and SIGINT
// are blocked before any thread starts and ask the body to stop; a second one ends the process at once.
int run_service(int argc, char** argv, ServiceInfo info, std::function<ServiceBody(Environment&)> configure);

// The same with another environment, for tests.
int run_service(int argc, char** argv, ServiceInfo info, std::function<ServiceBody(Environment&)> configure,
                Environment environment);

} // namespace ciclo::net
