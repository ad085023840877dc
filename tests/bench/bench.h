// SPDX-License-Identifier: Apache-2.0
// weft-bench: measures that need weft's own code. Each prints one line of JSON on standard output.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/base/result.h"

namespace weft::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The value, or the end of the measurement.
template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// The sample below which `share` of all lie. Sorts them.
inline double quantile(std::vector<double>& samples, double share) {
    if (samples.empty()) throw std::runtime_error("nothing was measured");
    std::sort(samples.begin(), samples.end());
    return samples[static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1))];
}

// agents COUNT CHANGES: milliseconds from a change being durable to its being installed on all of COUNT
// agents.
void agents(std::span<const std::string> arguments);

// fill DATABASE COUNT: makes a database with that many records.
void fill(std::span<const std::string> arguments);

// mapping PIN OBJECTS: mapping updates a second into maps pinned in a bpffs, in batches of 4096.
void mapping(std::span<const std::string> arguments);

// memory PIN OBJECTS COUNT: bytes of the maps of flows and of mappings, with that many entries in each.
void memory(std::span<const std::string> arguments);

// query SOCKET TIMES SECONDS: milliseconds, median and 99th percentile, of pages of 1,000 and of queries by
// what indexes know, asked of a running coordinator whose database fill() made; of creations alone, and while
// others list all records, or look for what is not there.
void query(std::span<const std::string> arguments);

// rules PIN OBJECTS COUNT: nanoseconds in the programs for a flow's first packet, and for later ones, of a
// record under that many rules; seconds to compile and write those.
void rules(std::span<const std::string> arguments);

// service FOLDER SECONDS: record creations a second through a coordinator whose database is in FOLDER:
// requested over its socket, authorised, validated, committed and answered.
void service(std::span<const std::string> arguments);

// store FOLDER SECONDS: the same straight into the repository, beside FOLDER's bare fdatasync.
void store(std::span<const std::string> arguments);

}  // namespace weft::bench
