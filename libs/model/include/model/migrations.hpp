#pragma once

#include "postgres/migrate.hpp"

#include <span>

namespace ciclo::model {

// All migrations of libs/model/migrations, in order.
std::span<const postgres::Migration> migrations() noexcept;

} // namespace ciclo::model
