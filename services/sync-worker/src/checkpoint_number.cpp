#include "checkpoint_number.hpp"

#include <charconv>

namespace ciclo::sync_worker {

std::size_t number_from(std::string_view text) noexcept
{
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

} // namespace ciclo::sync_worker
