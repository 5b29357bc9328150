#pragma once

#include "postgres/connection.hpp"

#include <atomic>
#include <functional>
#include <string>

namespace ciclo::postgres {

// A connection that is opened when needed and replaced after it broke. For one thread, except for
// `connected()`, which any thread may ask.
class Session {
public:
    // `prepare` runs on every new connection, before its first use.
    Session(std::string url, std::string application, std::function<void(Connection&)> prepare = {});

    // Opens when there is none; throws Failure when the server is away.
    Connection& connection();

    // Call after any Failure: closes the connection when the failure says that it is broken, or when a
    // transaction was left half-way.
    void after(const Failure& failure) noexcept;

    bool connected() const noexcept { return connected_; }

private:
    std::string url_;
    std::string application_;
    std::function<void(Connection&)> prepare_;
    std::optional<Connection> connection_;
    std::atomic<bool> connected_ = false;
};

} // namespace ciclo::postgres
