#include "bells.hpp"
#include "endpoints.hpp"
#include "job_json.hpp"

#include "model/stores/catalogue_desk.hpp"
#include "model/stores/job_run_store.hpp"
#include "model/stores/job_store.hpp"

namespace ciclo::admin {

namespace {

// In the body or, for whoever has none to send, in the query.
std::string wanted_product(Call& call, const JsonView& body)
{
    auto product_id = optional_text(body, "product_id", 36);
    if (product_id.empty())
        product_id = query_text(call.request, "product_id", 36);
    if (!product_id.empty() && !model::find_product(call.connection, uuid_of(product_id, "product")))
        throw Refusal{404, "There is no product " + product_id + "."};
    return product_id;
}

net::HttpResponse start_job_named(Call& call, const std::string& name)
{
    const auto body = json_body(call.request, true);
    const auto product_id = wanted_product(call, body.root());
    const auto approved = integer_or(body.root(), "approved_people", 0, 0, 10'000'000);
    JsonWriter parameters;
    parameters.begin_object().member_if("product_id", product_id);
    if (approved > 0)
        parameters.member("approved_people", approved);
    parameters.end_object();
    model::NewJobRun wanted;
    wanted.job = name;
    wanted.parameters = parameters.text();
    wanted.requested_by = call.caller.user_id;
    const auto requested = model::request_job_run(call.connection, wanted);
    const auto& run = expect(requested);
    ring_job(call.publisher, name, run.id, run.correlation_id);
    JsonWriter json;
    json.begin_object().member("task_id", run.id).member("message", "Sync enqueued").end_object();
    return json_answer(202, json);
}

} // namespace

net::HttpResponse start_job(Call& call)
{
    return start_job_named(call, call.captures[0]);
}

net::HttpResponse sync_manychat(Call& call)
{
    return start_job_named(call, "sync_manychat_tags");
}

net::HttpResponse list_jobs(Call& call)
{
    model::ensure_jobs(call.connection);
    net::HttpResponse answer{200, "application/json", jobs_json(call.connection)};
    return answer;
}

net::HttpResponse list_job_runs(Call& call)
{
    const auto job = query_text(call.request, "job", 100);
    const int limit = query_integer(call.request, "limit", 20, 1, 500);
    JsonWriter json;
    json.begin_object().key("runs").begin_array();
    for (const auto& run : model::list_job_runs(call.connection, job, limit))
        write_run(json, run);
    json.end_array().end_object();
    return json_answer(200, json);
}

net::HttpResponse show_job_run(Call& call)
{
    const auto run = model::find_job_run(call.connection, uuid_of(call.captures[0], "run"));
    if (!run)
        throw Refusal{404, "There is no run with this id. GET /admin/jobs/runs lists the newest."};
    JsonWriter json;
    write_run(json, *run);
    return json_answer(200, json);
}

} // namespace ciclo::admin
