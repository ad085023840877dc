// SPDX-License-Identifier: Apache-2.0
// What a scrape answers: families of metrics, filled from what a daemon knows at that moment.
#pragma once

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::metrics {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

// Metrics of one name, told apart by their labels.
class Family {
public:
    Family(prometheus::MetricType type, std::string_view name, std::string_view help);

    void add(const Labels& labels, double value);
    void add(const Labels& labels, std::uint64_t value) { add(labels, static_cast<double>(value)); }
    void add(const Labels& labels, const prometheus::Histogram& histogram);
    // A summary without quantiles: how often, and in all how much.
    void add_sum(std::uint64_t count, double sum);

private:
    friend class Exposition;
    prometheus::ClientMetric& made(const Labels& labels);

    prometheus::MetricFamily family_;
};

class Exposition {
public:
    // Each name once. A family stays where it is until the exposition goes.
    Family& counter(std::string_view name, std::string_view help);
    Family& gauge(std::string_view name, std::string_view help);
    Family& histogram(std::string_view name, std::string_view help);
    Family& summary(std::string_view name, std::string_view help);

    // In Prometheus' text format, version 0.0.4.
    [[nodiscard]] std::string text() const;

private:
    std::deque<Family> families_;
};

}  // namespace weft::metrics
