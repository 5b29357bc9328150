#include "arguments.hpp"
#include "commands.hpp"
#include "job_report.hpp"
#include "job_watch.hpp"
#include "ring.hpp"

#include "core/json_writer.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/stores/catalogue_store.hpp"
#include "model/stores/job_run_reader.hpp"
#include "model/stores/job_run_store.hpp"
#include "model/stores/job_store.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

namespace {

constexpr const char* usage = "write: ciclo jobs list | runs [NAME] [--lines N] | run NAME [--product ID_OR_NAME] "
                              "[--approve N] [--watch] | show ID | watch ID "
                              "| cancel ID | schedule NAME CRON | enable NAME | disable NAME";

// By our id, its name, or one of its identifiers.
std::string find_product(postgres::Connection& connection, const std::string& wanted)
{
    std::vector<std::string> found;
    for (const auto& product : model::list_products(connection))
        if (product.id == wanted || product.name == wanted ||
            (", " + product.identifiers + ",").find("=" + wanted + ",") != std::string::npos)
            found.push_back(product.id);
    if (found.size() != 1)
        throw UsageError{fmt::format("{} products have the id, name or identifier \"{}\": see ciclo product list",
                                     found.empty() ? "no" : "several", wanted)};
    return found.front();
}

std::string run_id_of(const Arguments& arguments)
{
    if (arguments.positional().size() != 2 || !is_uuid(arguments.positional()[1]))
        throw UsageError{"write the id of a run: ciclo jobs runs lists them"};
    return arguments.positional()[1];
}

model::JobRunView existing_run(postgres::Connection& connection, const Arguments& arguments)
{
    const auto id = run_id_of(arguments);
    const auto run = model::find_job_run(connection, id);
    if (!run)
        throw UsageError{fmt::format("there is no run {}", id)};
    return *run;
}

int list(postgres::Connection& connection)
{
    model::ensure_jobs(connection);
    fmt::print("{}", job_table(model::list_jobs(connection)));
    return 0;
}

int runs(postgres::Connection& connection, const Arguments& arguments)
{
    const auto& words = arguments.positional();
    const auto job = words.size() > 1 ? words[1] : std::string{};
    for (const auto& run : model::list_job_runs(connection, job, arguments.integer("lines", 20, 1, 10'000)))
        fmt::print("{}\n", job_run_line(run));
    return 0;
}

// `approved_people`: so many may lose their access in this run, see rules/brake.hpp.
std::string parameters_of(postgres::Connection& connection, const Arguments& arguments)
{
    JsonWriter parameters;
    parameters.begin_object();
    if (const auto product = arguments.one("product"))
        parameters.member("product_id", find_product(connection, *product));
    if (const int approved = arguments.integer("approve", 0, 0, 10'000'000); approved > 0)
        parameters.member("approved_people", approved);
    parameters.end_object();
    return std::string{parameters.text()};
}

int run(postgres::Connection& connection, const Arguments& arguments)
{
    if (arguments.positional().size() != 2)
        throw UsageError{usage};
    model::NewJobRun wanted;
    wanted.job = arguments.positional()[1];
    wanted.requested_by = "cli";
    wanted.parameters = parameters_of(connection, arguments);
    const auto requested = model::request_job_run(connection, wanted);
    if (!requested)
        throw UsageError{requested.error().detail};
    ring_job(wanted.job, requested->id, requested->correlation_id);
    fmt::print("{} {}\n", requested->is_new ? "requested:" : "waits already:", requested->id);
    std::fflush(stdout);
    return arguments.has("watch") ? watch_job_run(connection, requested->id) : 0;
}

int cancel(postgres::Connection& connection, const Arguments& arguments)
{
    const auto run = existing_run(connection, arguments);
    if (!model::cancel_job_run(connection, run.id)) {
        fmt::print(stderr, "{} is over already: {}\n", run.id, run.status);
        return 1;
    }
    fmt::print("{}\n", run.status == "queued" ? "cancelled" : "asked to stop; it does at its next pause");
    return 0;
}

int change(const Result<void>& changed)
{
    if (!changed)
        throw UsageError{changed.error().detail};
    return 0;
}

} // namespace

int jobs(const Words& words)
{
    const Arguments arguments{words, {"watch"}};
    arguments.allow_only({"approve", "lines", "product", "watch"});
    const auto& given = arguments.positional();
    const std::string verb = given.empty() ? "" : given[0];
    auto connection = connect();
    if (verb == "list" && given.size() == 1)
        return list(connection);
    if (verb == "runs" && given.size() <= 2)
        return runs(connection, arguments);
    if (verb == "run")
        return run(connection, arguments);
    if (verb == "show") {
        fmt::print("{}", job_run_report(existing_run(connection, arguments)));
        return 0;
    }
    if (verb == "watch")
        return watch_job_run(connection, existing_run(connection, arguments).id);
    if (verb == "cancel")
        return cancel(connection, arguments);
    if (given.size() < 2)
        throw UsageError{usage};
    model::ensure_jobs(connection);
    if (verb == "schedule" && given.size() == 3)
        return change(model::set_job_schedule(connection, given[1], given[2], now()));
    if ((verb == "enable" || verb == "disable") && given.size() == 2)
        return change(model::set_job_enabled(connection, given[1], verb == "enable", now()));
    throw UsageError{usage};
}

} // namespace ciclo::cli
