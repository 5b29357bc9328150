#pragma once

#include "core/json_writer.hpp"
#include "model/stores/job_run_reader.hpp"
#include "postgres/connection.hpp"

#include <string>

namespace ciclo::admin {

void write_run(JsonWriter& json, const model::JobRunView& run);

// {"jobs": [...]}: every job with its schedule and its newest run. The same text as long as nothing has changed.
std::string jobs_json(postgres::Connection& connection);

} // namespace ciclo::admin
