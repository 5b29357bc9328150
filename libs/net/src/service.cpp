#include "net/service.hpp"

#include "operations.hpp"
#include "readiness.hpp"
#include "stop_signals.hpp"

#include "core/log.hpp"
#include "net/address.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>

namespace ciclo::net {

struct Service::Impl {
    std::string name;
    std::stop_token stopping;
    Metrics metrics{};
    Readiness readiness{};
    std::uint16_t operations_port = 0;
};

const std::string& Service::name() const noexcept
{
    return impl_->name;
}

Metrics& Service::metrics() noexcept
{
    return impl_->metrics;
}

std::stop_token Service::stopping() const noexcept
{
    return impl_->stopping;
}

ReadinessGuard::~ReadinessGuard()
{
    readiness_->remove(part_);
}

ReadinessGuard Service::add_readiness(std::string part, std::function<bool()> check)
{
    return ReadinessGuard{impl_->readiness, impl_->readiness.add(std::move(part), std::move(check))};
}

std::uint16_t Service::operations_port() const noexcept
{
    return impl_->operations_port;
}

namespace {

enum class Mode { run, check, help };

std::optional<Mode> mode_of(int argc, char** argv)
{
    if (argc == 1)
        return Mode::run;
    const std::string_view argument = argc == 2 ? argv[1] : "";
    if (argument == "--help")
        return Mode::help;
    if (argument == "--check")
        return Mode::check;
    return std::nullopt;
}

struct Setup {
    Address operations;
    std::string log_level;
    ServiceBody body;
};

Setup read_setup(Environment& environment, const std::function<ServiceBody(Environment&)>& configure)
{
    Setup setup;
    setup.operations =
        required_address(environment, "OPS_ADDRESS", "host:port that serves /healthz, /readyz and /metrics");
    setup.log_level =
        environment.one_of("LOG_LEVEL", {"info", "debug", "warning", "error"}, "least severe lines to write");
    try {
        setup.body = configure(environment);
    } catch (const std::exception& failure) {
        environment.fault("The configuration", fmt::format("cannot be used: {}", failure.what()));
    }
    return setup;
}

int run_body(const ServiceInfo& info, const Setup& setup, StopSignals& signals)
{
    log::start(info.name, setup.log_level);
    try {
        Service::Impl state{info.name, signals.token()};
        const Operations operations{setup.operations, state.metrics, state.readiness, signals.token()};
        state.operations_port = operations.port();
        signals.start_waiting();
        log::info("started", {{"operations_port", operations.port()}});
        Service service{state};
        setup.body(service);
        log::info("ended");
        return 0;
    } catch (const std::exception& failure) {
        log::error("ended by an exception", {{"failure", failure.what()}});
        return 1;
    }
}

} // namespace

int run_service(int argc, char** argv, ServiceInfo info, std::function<ServiceBody(Environment&)> configure)
{
    return run_service(argc, argv, std::move(info), std::move(configure), Environment{});
}

int run_service(int argc, char** argv, ServiceInfo info, std::function<ServiceBody(Environment&)> configure,
                Environment environment)
{
    const auto mode = mode_of(argc, argv);
    if (!mode) {
        fmt::print(stderr, "usage: {} [--help | --check]\n", info.name);
        return 2;
    }
    StopSignals signals;
    const Setup setup = read_setup(environment, configure);
    if (mode == Mode::help) {
        fmt::print("{}: {}\n\nusage: {} [--help | --check]\n  --check  tests the configuration and ends\n\n{}",
                   info.name, info.purpose, info.name, environment.help());
        return 0;
    }
    for (const std::string& fault : environment.faults())
        fmt::print(stderr, "{}\n", fault);
    if (!environment.faults().empty())
        return 1;
    if (mode == Mode::check) {
        fmt::print("{}: the configuration is valid\n", info.name);
        return 0;
    }
    return run_body(info, setup, signals);
}

} // namespace ciclo::net
