#pragma once

#include "manychat/pace.hpp"
#include "postgres/connection.hpp"

#include <functional>

namespace ciclo::manychat_worker {

// The pace that all replicas keep together, in PostgreSQL: every call takes the next turn of its endpoint.
class SharedPace : public manychat::Pace {
public:
    // `connection` is asked at every call: it may be another one after a failure. `percent` of ManyChat's limits.
    SharedPace(std::function<postgres::Connection&()> connection, int percent)
        : connection_(std::move(connection)), percent_(percent)
    {
    }

    std::chrono::milliseconds reserve(std::string_view endpoint, int per_second) override;
    void hold(std::string_view endpoint, std::chrono::milliseconds pause) override;

private:
    std::function<postgres::Connection&()> connection_;
    int percent_;
};

} // namespace ciclo::manychat_worker
