#pragma once

#include "postgres/connection.hpp"

namespace ciclo::scheduler {

// One scheduler works, the others stand by. The lock belongs to the database session: it is free again
// as soon as the leader's connection ends, however it ends.
bool acquire_leadership(postgres::Connection& connection);

} // namespace ciclo::scheduler
