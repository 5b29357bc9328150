#include "process_metrics.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <vector>

namespace ciclo::net {

namespace {

std::string content_of(const char* path)
{
    std::ifstream stream{path};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

// Fields of /proc/self/stat from the third on: the second, the program's name, may hold blanks.
std::vector<double> numbers_of_stat()
{
    const std::string stat = content_of("/proc/self/stat");
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos)
        return {};
    std::istringstream fields{stat.substr(name_end + 1)};
    std::string state;
    fields >> state;
    return {std::istream_iterator<double>{fields}, {}};
}

double boot_time()
{
    const std::string stat = content_of("/proc/stat");
    const auto line = stat.find("btime ");
    return line == std::string::npos ? 0 : std::stod(stat.substr(line + 6));
}

double open_descriptors()
{
    std::error_code failure;
    const std::filesystem::directory_iterator files{"/proc/self/fd", failure};
    return static_cast<double>(std::distance(begin(files), end(files)));
}

std::string series(std::string_view name, std::string_view type, std::string_view help, double value)
{
    return fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n{0} {3}\n", name, type, help, value);
}

} // namespace

std::string process_metrics()
{
    // proc(5) counts from 1; number[0] is field 4.
    const auto numbers = numbers_of_stat();
    constexpr std::size_t user_time = 14 - 4, system_time = 15 - 4, start_time = 22 - 4, resident_pages = 24 - 4;
    if (numbers.size() <= resident_pages)
        return {};
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    return series("process_cpu_seconds_total", "counter", "User and system CPU time spent",
                  (numbers[user_time] + numbers[system_time]) / ticks) +
           series("process_resident_memory_bytes", "gauge", "Resident memory size", numbers[resident_pages] * page) +
           series("process_start_time_seconds", "gauge", "Start of the process since the Unix epoch",
                  boot_time() + numbers[start_time] / ticks) +
           series("process_open_fds", "gauge", "Number of open file descriptors", open_descriptors());
}

} // namespace ciclo::net
