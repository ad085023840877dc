// SPDX-License-Identifier: Apache-2.0
// The coordinator's metrics: what is timed as it happens, and what is read where it is when it is asked for.
// Their table: packaging/dashboards/README.md.
#pragma once

#include <prometheus/histogram.h>

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "coordinator/api/backend.h"
#include "coordinator/store/sqlite_repository.h"
#include "weft/metrics/exposition.h"

namespace weft::coordinator::api {

class Metrics {
public:
    Metrics();

    // Of Service::on_request.
    void requested(std::string_view verb, std::uint16_t code, std::uint64_t ns);
    // Of AcknowledgementTable::on_converged.
    void converged(std::uint64_t ns);
    // Of SqliteOptions::on_batch; on any thread.
    void stored(const Batch& batch);

    [[nodiscard]] metrics::Exposition exposition(const Backend& backend) const;

private:
    void add_store(metrics::Exposition& out) const;

    std::map<std::pair<std::string, std::string>, prometheus::Histogram> requests_;  // by verb and result
    prometheus::Histogram convergence_;
    mutable std::mutex mutex_;
    Batch stored_;  // the counts of all
    prometheus::Histogram commit_;
    prometheus::Histogram sync_;
};

}  // namespace weft::coordinator::api
