#include "doctor_report.hpp"

#include <fmt/core.h>

namespace ciclo::cli {

void Report::good(std::string_view what, std::string_view detail)
{
    fmt::print("  ok      {:<22} {}\n", what, detail);
}

void Report::bad(std::string_view what, std::string_view detail)
{
    fmt::print("  WRONG   {:<22} {}\n", what, detail);
    failed_ = true;
}

void Report::add(const Finding& finding)
{
    finding.is_right ? good(finding.what, finding.detail) : bad(finding.what, finding.detail);
}

void Report::skipped(std::string_view what, std::string_view why)
{
    fmt::print("  -       {:<22} {}\n", what, why);
}

} // namespace ciclo::cli
