// SPDX-License-Identifier: Apache-2.0
#include "weft/base/clock.h"

#include <cstdio>
#include <ctime>

namespace weft {
namespace {

constexpr std::uint64_t ns_per_s = 1'000'000'000;
constexpr std::uint64_t us_per_s = 1'000'000;

std::uint64_t read_ns(clockid_t id) {
    timespec ts{};
    clock_gettime(id, &ts);
    return static_cast<std::uint64_t>(ts.tv_sec) * ns_per_s + static_cast<std::uint64_t>(ts.tv_nsec);
}

}  // namespace

std::uint64_t SystemClock::boot_ns() const { return read_ns(CLOCK_BOOTTIME); }
std::uint64_t SystemClock::unix_us() const { return read_ns(CLOCK_REALTIME) / 1000; }

std::string format_time(std::uint64_t unix_us) {
    const auto seconds = static_cast<std::time_t>(unix_us / us_per_s);
    std::tm tm{};
    gmtime_r(&seconds, &tm);
    char date[32];
    std::strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    char out[48];
    std::snprintf(out, sizeof(out), "%s.%06uZ", date, static_cast<unsigned>(unix_us % us_per_s));
    return out;
}

}  // namespace weft
