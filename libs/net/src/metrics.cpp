#include "net/metrics.hpp"

#include "process_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace ciclo::net {

void Counter::increment(double by) const
{
    counter_->Increment(by);
}

void Gauge::set(double value) const
{
    gauge_->Set(value);
}

void Gauge::increment(double by) const
{
    gauge_->Increment(by);
}

void Gauge::decrement(double by) const
{
    gauge_->Decrement(by);
}

void Histogram::observe(double seconds) const
{
    histogram_->Observe(seconds);
}

struct Metrics::Impl {
    prometheus::Registry registry;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}

Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels)
{
    return Counter{prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry).Add(labels)};
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels)
{
    return Gauge{prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add(labels)};
}

Histogram Metrics::histogram(const std::string& name, const std::string& help,
                             const std::vector<double>& bucket_seconds, const Labels& labels)
{
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry);
    return Histogram{family.Add(labels, bucket_seconds)};
}

std::string Metrics::text() const
{
    return prometheus::TextSerializer{}.Serialize(impl_->registry.Collect()) + process_metrics();
}

} // namespace ciclo::net
