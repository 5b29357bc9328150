#include "jobs/job_context.hpp"

#include "core/json.hpp"

#include <algorithm>
#include <utility>

namespace ciclo::jobs {

namespace {

std::string member_of(std::string_view json, std::string_view name)
{
    const auto document = JsonDocument::parse(json);
    return document ? document->root()[name].text() : std::string{};
}

// Written as a number or, by some clients, as a text.
std::int64_t number_of(std::string_view json, std::string_view name)
{
    const auto document = JsonDocument::parse(json);
    return document ? document->root()[name].integer().value_or(0) : 0;
}

} // namespace

JobContext::JobContext(postgres::Connection& connection, const model::JobLease& lease, std::stop_token stopping)
    : connection_(connection), lease_(lease), stopping_(std::move(stopping))
{
    progress_.counters = lease.counters;
}

std::string JobContext::parameter(std::string_view name) const
{
    return member_of(lease_.parameters, name);
}

std::size_t JobContext::approved_people() const
{
    return static_cast<std::size_t>(std::max<std::int64_t>(number_of(lease_.parameters, "approved_people"), 0));
}

std::string JobContext::checkpoint_member(std::string_view name) const
{
    return lease_.checkpoint.empty() ? std::string{} : member_of(lease_.checkpoint, name);
}

std::int64_t JobContext::checkpoint_number(std::string_view name) const
{
    return number_of(lease_.checkpoint, name);
}

void JobContext::progress(std::int64_t done, std::optional<std::int64_t> total)
{
    const std::lock_guard lock{mutex_};
    progress_.done = done;
    progress_.total = total;
}

void JobContext::count(std::string_view counter, std::int64_t by)
{
    const std::lock_guard lock{mutex_};
    const auto found = progress_.counters.find(counter);
    if (found != progress_.counters.end())
        found->second += by;
    else
        progress_.counters.emplace(counter, by);
}

void JobContext::save(std::string_view checkpoint)
{
    model::save_checkpoint(connection_, lease_, checkpoint, snapshot());
}

void JobContext::pause_point() const
{
    if (stopping_.stop_requested())
        throw JobStopped{};
}

model::JobProgress JobContext::snapshot() const
{
    const std::lock_guard lock{mutex_};
    return progress_;
}

} // namespace ciclo::jobs
