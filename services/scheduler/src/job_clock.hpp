#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"
#include "rabbitmq/publisher.hpp"

namespace ciclo::scheduler {

// Requests the runs whose time has come, by the schedules in table jobs. A moment that was missed, however often, is
// made good once.
class JobClock {
public:
    explicit JobClock(rabbitmq::Publisher& publisher) : publisher_(publisher) {}

    void tick(postgres::Connection& connection, Time now);

private:
    void forget_old_runs(postgres::Connection& connection, Time now);

    rabbitmq::Publisher& publisher_;
    bool jobs_are_known_ = false;
    Time forget_at_{};
};

} // namespace ciclo::scheduler
