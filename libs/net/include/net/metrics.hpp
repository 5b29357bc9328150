#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
} // namespace prometheus

namespace ciclo::net {

// Handles: cheap to copy, usable from any thread, alive as long as the Metrics they come from.
class Counter {
public:
    explicit Counter(prometheus::Counter& counter) noexcept : counter_(&counter) {}
    void increment(double by = 1) const;

private:
    prometheus::Counter* counter_;
};

class Gauge {
public:
    explicit Gauge(prometheus::Gauge& gauge) noexcept : gauge_(&gauge) {}
    void set(double value) const;
    void increment(double by = 1) const;
    void decrement(double by = 1) const;

private:
    prometheus::Gauge* gauge_;
};

class Histogram {
public:
    explicit Histogram(prometheus::Histogram& histogram) noexcept : histogram_(&histogram) {}
    void observe(double seconds) const;

private:
    prometheus::Histogram* histogram_;
};

using Labels = std::map<std::string, std::string>;

// What a process counts, in the text form that Prometheus reads. Asking twice for the same name and
// labels gives the same series. Throws std::exception on a name Prometheus does not accept. From any thread.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& bucket_seconds,
                        const Labels& labels = {});

    std::string text() const; // with the standard process_* series, read when asked

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::net
