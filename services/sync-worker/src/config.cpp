#include "config.hpp"

namespace ciclo::sync_worker {

Config Config::read(Environment& environment)
{
    Config config;
    config.database_url = environment.required("DATABASE_URL", "PostgreSQL, postgresql://user:password@host:port/db");
    config.amqp_url = environment.required("AMQP_URL", "RabbitMQ, amqp://user:password@host:port/vhost");
    config.lanes =
        static_cast<int>(environment.integer("SYNC_LANES", 3, 1, 16, "jobs that this process runs at the same time"));
    config.raw_event_retention = std::chrono::days{environment.integer(
        "RAW_EVENT_RETENTION_DAYS", 365, 30, 36'500, "purge_raw_events drops processed payloads that are older")};
    config.hotmart = HotmartJobs::read(environment, config.database_url);
    config.meta = MetaJobs::read(environment);
    return config;
}

} // namespace ciclo::sync_worker
