#pragma once

#include <cstddef>
#include <string_view>

namespace ciclo::sync_worker {

// A count as a checkpoint or a parameter holds it; zero when there is none.
std::size_t number_from(std::string_view text) noexcept;

} // namespace ciclo::sync_worker
