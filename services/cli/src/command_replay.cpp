#include "arguments.hpp"
#include "commands.hpp"
#include "progress.hpp"

#include "core/environment.hpp"
#include "model/policy.hpp"
#include "model/stores/replay.hpp"
#include "model/stores/student_store.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

namespace {

model::ReplayScope read_scope(const Arguments& arguments, postgres::Connection& connection)
{
    model::ReplayScope scope;
    if (const auto email = arguments.one("student")) {
        const auto user_id = model::find_student_id(connection, *email);
        if (!user_id)
            throw UsageError{fmt::format("nobody with the e-mail {} is known", *email)};
        scope.user_id = *user_id;
    }
    if (const auto since = arguments.one("since")) {
        scope.since = time_from_text(*since);
        if (!scope.since)
            throw UsageError{
                fmt::format("--since \"{}\" is no time: write 2026-11-19 or 2026-11-19T08:00:00Z", *since)};
    }
    return scope;
}

} // namespace

int replay(const Words& words)
{
    Arguments arguments{words, {"all"}};
    arguments.allow_only({"all", "student", "since"});
    const int scopes = arguments.has("all") + arguments.has("student") + arguments.has("since");
    if (scopes != 1 || !arguments.positional().empty())
        throw UsageError{"write: ciclo replay --all, --student EMAIL, or --since TIME"};
    Environment environment;
    const model::Policy policy = model::read_policy(environment);
    if (!environment.faults().empty())
        throw UsageError{environment.faults().front()};
    auto connection = connect();
    const auto scope = read_scope(arguments, connection);

    model::CatalogueCache catalogue;
    Progress reading{"reading events", model::count_events(connection, scope)};
    std::size_t changed = 0;
    std::size_t requeued = 0;
    std::string after;
    do {
        const auto page = model::replay_facts(connection, scope, after, catalogue);
        changed += page.facts_changed;
        requeued += page.requeued;
        after = page.last_id;
        reading.advance(page.events);
    } while (!after.empty());
    reading.finish();

    Progress folding{"folding students", model::count_students(connection, scope)};
    std::size_t written = 0;
    do {
        const auto page = model::replay_folds(connection, scope, after, catalogue, policy, now());
        written += page.rows_written;
        after = page.last_id;
        folding.advance(page.students);
    } while (!after.empty());
    folding.finish();
    fmt::print("{} facts read differently, {} events handed to the worker, {} rows written\n", changed, requeued,
               written);
    return 0;
}

} // namespace ciclo::cli
