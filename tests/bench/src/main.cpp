#include "load.hpp"

#include <fmt/core.h>

#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <stdexcept>

namespace ciclo::bench {
namespace {

double processor_seconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void print(Figures figures)
{
    const double elapsed = figures.elapsed.count();
    const auto accepted = static_cast<double>(figures.accepted);
    fmt::print(
        R"({{"accepted":{},"errors":{},"seconds":{:.3f},"rate":{:.1f},)"
        R"("latency_ms":{{"p50":{:.3f},"p90":{:.3f},"p99":{:.3f},"max":{:.3f}}},"generator_us_per_request":{:.1f}}})"
        "\n",
        figures.accepted, figures.errors, elapsed, elapsed > 0 ? accepted / elapsed : 0,
        figures.latencies.percentile(0.5), figures.latencies.percentile(0.9), figures.latencies.percentile(0.99),
        figures.latencies.percentile(1), accepted > 0 ? processor_seconds() * 1e6 / accepted : 0);
}

int run(int argc, char** argv)
{
    const Options options = read_options(argc, argv);
    if (options.print_payload) {
        fmt::print("{}\n", DeliveryMaker{options}.payload());
        return 0;
    }
    print(Load{options}.run());
    return 0;
}

} // namespace
} // namespace ciclo::bench

int main(int argc, char** argv)
try {
    return ciclo::bench::run(argc, argv);
} catch (const std::invalid_argument& mistake) {
    fmt::print(stderr, "{}\n{}", mistake.what(), ciclo::bench::usage());
    return 2;
} catch (const std::exception& failure) {
    fmt::print(stderr, "ciclo-bench-load: {}\n", failure.what());
    return 1;
}
