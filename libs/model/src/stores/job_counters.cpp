#include "stores/job_counters.hpp"

#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "model/rules/job_catalogue.hpp"
#include "model/stores/event_log.hpp"

#include <algorithm>
#include <charconv>

namespace ciclo::model {

std::string counters_text(const Counters& counters)
{
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, count] : counters)
        json.member(name, count);
    json.end_object();
    return std::string{json.text()};
}

Counters counters_from(std::string_view lines)
{
    Counters counters;
    for (const auto& line : split(lines, '\n')) {
        const auto equals = line.rfind('=');
        if (equals == std::string::npos)
            continue;
        std::int64_t count = 0;
        std::from_chars(line.data() + equals + 1, line.data() + line.size(), count);
        counters[line.substr(0, equals)] = count;
    }
    return counters;
}

void append_completed_event(postgres::Connection& connection, const JobLease& lease, JobEnd end, std::string_view error,
                            const Counters& counters)
{
    const JobDefinition* job = find_job(lease.job);
    if (job == nullptr)
        return;
    const bool nothing_done =
        std::all_of(counters.begin(), counters.end(), [](const auto& counter) { return counter.second == 0; });
    if (end == JobEnd::succeeded && nothing_done && !job->mentions_nothing_done)
        return;
    JsonWriter payload;
    payload.begin_object().member("correlation_id", lease.correlation_id).member("job_run_id", lease.run_id);
    if (lease.parameters != "{}")
        payload.member_raw("parameters", lease.parameters);
    for (const auto& [name, count] : counters)
        payload.member(name, count);
    if (end == JobEnd::cancelled)
        payload.member("cancelled", true);
    payload.end_object();
    const AuditStatus status = end == JobEnd::succeeded   ? AuditStatus::processed
                               : end == JobEnd::cancelled ? AuditStatus::ignored
                                                          : AuditStatus::failed;
    append_event(connection, {completed_event(*job), "", std::string{payload.text()}, status, std::string{error}, ""});
}

} // namespace ciclo::model
