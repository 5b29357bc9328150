#pragma once

#include "model/stores/projection_store.hpp"
#include "rabbitmq/publisher.hpp"

#include <span>

namespace ciclo::worker {

// After the commit of a fold, whoever made it: wakes those who carry out what is wanted now.
void ring_downstream(rabbitmq::Publisher& publisher, std::span<const model::FoldedStudent> students);

} // namespace ciclo::worker
