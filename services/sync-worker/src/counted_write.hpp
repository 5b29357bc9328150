#pragma once

#include "jobs/job_context.hpp"

#include <cstddef>
#include <functional>
#include <string_view>

namespace ciclo::sync_worker {

// Writes something, adds the rows that `write` answers to a counter, and commits both together with the run's
// checkpoint: another attempt finds nothing left to write, and counts nothing twice. Nothing written commits nothing.
void write_counted(jobs::JobContext& job, std::string_view counter, const std::function<std::size_t()>& write,
                   const std::function<void()>& save);

} // namespace ciclo::sync_worker
