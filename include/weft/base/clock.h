// SPDX-License-Identifier: Apache-2.0
// Time at one seam: pure code gets a Clock, tests give it a hand-driven one.
#pragma once

#include <cstdint>
#include <string>

namespace weft {

class Clock {
public:
    virtual ~Clock() = default;
    // Nanoseconds since boot, suspend included (CLOCK_BOOTTIME): deadlines, leases.
    [[nodiscard]] virtual std::uint64_t boot_ns() const = 0;
    // Microseconds since 1970-01-01 UTC: what is shown and stored as create time.
    [[nodiscard]] virtual std::uint64_t unix_us() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] std::uint64_t boot_ns() const override;
    [[nodiscard]] std::uint64_t unix_us() const override;
};

// For where no test needs another.
inline const SystemClock system_clock{};

// "2026-01-31T12:00:00.000000Z" (RFC 3339, UTC).
[[nodiscard]] std::string format_time(std::uint64_t unix_us);

}  // namespace weft
