#include "job_json.hpp"

#include "call.hpp"

namespace ciclo::admin {

void write_run(JsonWriter& json, const model::JobRunView& run)
{
    json.begin_object().member("id", run.id).member("job", run.job).member("status", run.status);
    json.member_raw("parameters", run.parameters).member("requested_by", run.requested_by);
    json.member("correlation_id", run.correlation_id).member("requested_at", run.requested_at);
    member_or_null(json, "started_at", run.started_at);
    member_or_null(json, "finished_at", run.finished_at);
    json.member("done", run.done);
    json.key("total");
    if (run.total)
        json.value(*run.total);
    else
        json.null();
    json.member_raw("counters", run.counters).member("cancel_requested", run.cancel_requested);
    member_or_null(json, "error", run.error);
    json.end_object();
}

std::string jobs_json(postgres::Connection& connection)
{
    JsonWriter json;
    json.begin_object().key("jobs").begin_array();
    for (const auto& job : model::list_jobs(connection)) {
        json.begin_object().member("name", job.name);
        member_or_null(json, "schedule", job.schedule);
        json.member("enabled", job.enabled);
        member_or_null(json, "next_run_at", job.enabled ? job.next_run_at : "");
        json.key("last_run");
        if (job.last_run)
            write_run(json, *job.last_run);
        else
            json.null();
        json.end_object();
    }
    json.end_array().end_object();
    return std::string{json.text()};
}

} // namespace ciclo::admin
