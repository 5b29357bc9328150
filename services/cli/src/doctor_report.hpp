#pragma once

#include "finding.hpp"

#include <string_view>

namespace ciclo::cli {

// Prints one line for each check and remembers whether one failed.
class Report {
public:
    void good(std::string_view what, std::string_view detail);
    void bad(std::string_view what, std::string_view detail);
    void add(const Finding& finding);
    void skipped(std::string_view what, std::string_view why);
    bool failed() const noexcept { return failed_; }

private:
    bool failed_ = false;
};

} // namespace ciclo::cli
