#pragma once

#include <string>

namespace ciclo::cli {

// One line of what the doctor saw.
struct Finding {
    bool is_right = false;
    std::string what;
    std::string detail; // how it is, or what to do about it
};

} // namespace ciclo::cli
