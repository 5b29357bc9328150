#include "net/metrics.hpp"

#include <catch2/catch.hpp>

using namespace ciclo::net;
using Catch::Matchers::Contains;

TEST_CASE("metrics are shown in Prometheus' text form", "[net]")
{
    Metrics metrics;
    const auto counter = metrics.counter("orders_total", "Orders taken", {{"provider", "shop"}});
    counter.increment();
    counter.increment(2);
    metrics.gauge("queue_length", "Waiting messages").set(7);
    const auto histogram = metrics.histogram("wait_seconds", "Time waited", {0.1, 1});
    histogram.observe(0.05);
    histogram.observe(0.5);

    const std::string text = metrics.text();

    CHECK_THAT(text, Contains("# TYPE orders_total counter\norders_total{provider=\"shop\"} 3\n"));
    CHECK_THAT(text, Contains("# HELP queue_length Waiting messages\n"));
    CHECK_THAT(text, Contains("\nqueue_length 7\n"));
    CHECK_THAT(text, Contains("wait_seconds_bucket{le=\"0.1\"} 1\n"));
    CHECK_THAT(text, Contains("wait_seconds_bucket{le=\"1\"} 2\n"));
    CHECK_THAT(text, Contains("wait_seconds_count 2\n"));
}

TEST_CASE("the same name and labels are the same series", "[net]")
{
    Metrics metrics;
    metrics.counter("orders_total", "Orders taken", {{"provider", "shop"}}).increment();
    metrics.counter("orders_total", "Orders taken", {{"provider", "shop"}}).increment();
    metrics.counter("orders_total", "Orders taken", {{"provider", "other"}}).increment();

    CHECK_THAT(metrics.text(), Contains("orders_total{provider=\"shop\"} 2\n"));
    CHECK_THAT(metrics.text(), Contains("orders_total{provider=\"other\"} 1\n"));
    CHECK_THROWS(metrics.gauge("orders_total", "Not a counter"));
    CHECK_THROWS(metrics.counter("not a name", "Wrong"));
}

TEST_CASE("the process itself is measured", "[net]")
{
    const std::string text = Metrics{}.text();

    for (const std::string name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                                   "process_start_time_seconds", "process_open_fds"}) {
        const auto line = text.find("\n" + name + " ");
        INFO(name);
        REQUIRE(line != std::string::npos);
        CHECK(std::stod(text.substr(line + name.size() + 2)) >= 0);
    }
}
