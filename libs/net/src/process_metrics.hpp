#pragma once

#include <string>

namespace ciclo::net {

// The standard process_* series in Prometheus' text form; empty where /proc cannot be read.
std::string process_metrics();

} // namespace ciclo::net
