#include "core/log.hpp"

#include "core/json_writer.hpp"
#include "core/time.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <memory>

namespace ciclo::log {

namespace {

std::string service_name = "ciclo";

spdlog::level::level_enum to_spdlog(Level level) noexcept
{
    switch (level) {
    case Level::debug:
        return spdlog::level::debug;
    case Level::info:
        return spdlog::level::info;
    case Level::warning:
        return spdlog::level::warn;
    case Level::error:
        return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view name_of(Level level) noexcept
{
    switch (level) {
    case Level::debug:
        return "debug";
    case Level::info:
        return "info";
    case Level::warning:
        return "warning";
    case Level::error:
        return "error";
    }
    return "info";
}

// Its thread must take no signal: those belong to whoever waits for them.
void start_flusher()
{
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    spdlog::flush_every(std::chrono::seconds{1});
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

spdlog::logger& logger()
{
    // The line is finished JSON; spdlog adds the locking, the level filter and the flushing.
    static const auto instance = [] {
        auto created = std::make_shared<spdlog::logger>("ciclo", std::make_shared<spdlog::sinks::stdout_sink_mt>());
        created->set_pattern("%v");
        // A line costs a system call only when it matters at once; the others follow within a second.
        created->flush_on(spdlog::level::warn);
        spdlog::register_logger(created);
        start_flusher();
        return created;
    }();
    return *instance;
}

} // namespace

bool is_level(std::string_view level) noexcept
{
    return level == "debug" || level == "info" || level == "warning" || level == "error";
}

void start(std::string_view service, std::string_view level)
{
    service_name = service;
    const Level wanted = level == "debug"     ? Level::debug
                         : level == "warning" ? Level::warning
                         : level == "error"   ? Level::error
                                              : Level::info;
    logger().set_level(to_spdlog(wanted));
}

void write(Level level, std::string_view message, Fields fields)
{
    if (!logger().should_log(to_spdlog(level)))
        return;
    JsonWriter json;
    json.begin_object()
        .member("time", to_iso8601(now()))
        .member("level", name_of(level))
        .member("service", service_name)
        .member("message", message);
    for (const Field& field : fields) {
        if (field.quoted)
            json.member(field.name, field.value);
        else
            json.member_raw(field.name, field.value);
    }
    json.end_object();
    logger().log(to_spdlog(level), json.text());
}

} // namespace ciclo::log
