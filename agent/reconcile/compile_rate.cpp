// SPDX-License-Identifier: Apache-2.0
// A record's rate limits: `rate` with its `rate_state`, for each direction that has one.
#include <algorithm>
#include <limits>

#include "agent/reconcile/bytes.h"
#include "agent/reconcile/compile.h"
#include "weft/abi/counter.h"
#include "weft/abi/rate.h"

namespace weft::agent {
namespace {

// What may pass at once: 100 ms of the rate. TCP sends whole windows at once and waits 200 ms when one's end
// is lost (RFC 6298): with a burst of 10 ms a connection came to 6 % of its limit.
constexpr std::uint64_t bursts_a_second = 10;
constexpr std::uint64_t least_bytes = 65536;
constexpr std::uint64_t least_packets = 64;

std::uint32_t burst(std::uint64_t rate, std::uint64_t least) {
    const auto most = std::uint64_t{std::numeric_limits<std::uint32_t>::max()};
    return static_cast<std::uint32_t>(std::clamp(rate / bursts_a_second, least, most));
}

void add(std::uint64_t record, weft_direction direction, std::uint64_t bytes, std::uint64_t packets,
         std::vector<MapEntry>& out) {
    if (bytes == 0 && packets == 0) return;
    weft_rate_key key{};
    key.record = record;
    key.direction = static_cast<__u32>(direction);
    const weft_rate value{bytes, packets, burst(bytes, least_bytes), burst(packets, least_packets)};
    out.push_back({MapId::rate_state, {to_bytes(key), {}}});
    out.push_back({MapId::rate, {to_bytes(key), to_bytes(value)}});
}

}  // namespace

std::vector<MapEntry> compile_rates(const schema::Port& port) {
    std::vector<MapEntry> out;
    add(port.record.value, WEFT_TX, port.egress_bytes, port.egress_packets, out);
    add(port.record.value, WEFT_RX, port.ingress_bytes, port.ingress_packets, out);
    return out;
}

}  // namespace weft::agent
