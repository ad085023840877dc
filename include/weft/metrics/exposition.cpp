// SPDX-License-Identifier: Apache-2.0
#include "weft/metrics/exposition.h"

#include <prometheus/text_serializer.h>

#include <sstream>

namespace weft::metrics {

using prometheus::MetricType;

Family::Family(MetricType type, std::string_view name, std::string_view help) {
    family_.name = name;
    family_.help = help;
    family_.type = type;
}

prometheus::ClientMetric& Family::made(const Labels& labels) {
    auto& metric = family_.metric.emplace_back();
    for (const auto& [name, value] : labels) metric.label.push_back({std::string(name), std::string(value)});
    return metric;
}

void Family::add(const Labels& labels, double value) {
    auto& metric = made(labels);
    if (family_.type == MetricType::Counter)
        metric.counter.value = value;
    else
        metric.gauge.value = value;
}

void Family::add(const Labels& labels, const prometheus::Histogram& histogram) {
    made(labels).histogram = histogram.Collect().histogram;
}

void Family::add_sum(std::uint64_t count, double sum) {
    auto& summary = made({}).summary;
    summary.sample_count = count;
    summary.sample_sum = sum;
}

Family& Exposition::counter(std::string_view name, std::string_view help) {
    return families_.emplace_back(MetricType::Counter, name, help);
}
Family& Exposition::gauge(std::string_view name, std::string_view help) {
    return families_.emplace_back(MetricType::Gauge, name, help);
}
Family& Exposition::histogram(std::string_view name, std::string_view help) {
    return families_.emplace_back(MetricType::Histogram, name, help);
}
Family& Exposition::summary(std::string_view name, std::string_view help) {
    return families_.emplace_back(MetricType::Summary, name, help);
}

std::string Exposition::text() const {
    std::vector<prometheus::MetricFamily> families;
    for (const auto& family : families_) families.push_back(family.family_);
    std::ostringstream out;
    prometheus::TextSerializer{}.Serialize(out, families);
    return std::move(out).str();
}

}  // namespace weft::metrics
