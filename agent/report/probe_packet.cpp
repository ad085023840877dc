// SPDX-License-Identifier: Apache-2.0
#include "agent/report/probe_packet.h"

#include <netinet/in.h>

#include <algorithm>
#include <span>

#include "weft/schema/port_subnet.h"

namespace weft::agent {
namespace {

constexpr std::uint8_t hops = 64;
constexpr std::uint32_t first_ephemeral_port = 49152;  // RFC 6335, 6
constexpr Mac neighbour{{0x02, 0, 0, 0, 0, 0x01}};  // any station but the router: the mapping knows its own

void put8(std::string& out, std::uint32_t value) { out.push_back(static_cast<char>(value & 0xffU)); }
void put16(std::string& out, std::uint32_t value) {
    put8(out, value >> 8U);
    put8(out, value);
}
void put32(std::string& out, std::uint32_t value) {
    put16(out, value >> 16U);
    put16(out, value);
}
void put(std::string& out, std::span<const std::uint8_t> bytes) { out.append(bytes.begin(), bytes.end()); }

// RFC 1071.
std::uint16_t checksum(const std::string& bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i++)
        sum += static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])) << (i % 2 == 0 ? 8U : 0U);
    while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

bool is_icmp(std::uint32_t protocol) { return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6; }

// Transport checksums are left out, as with offload: no program looks at them.
std::string transport(const wire::TraceRequest& request) {
    const auto from = request.source_port != 0 ? request.source_port : first_ephemeral_port;
    std::string out;
    if (request.protocol == IPPROTO_TCP) {
        put16(out, from);
        put16(out, request.destination_port);
        put32(out, 1);
        put32(out, 0);
        put16(out, 0x5002);  // five words, SYN
        put16(out, 0xffff);
        put32(out, 0);
    } else if (request.protocol == IPPROTO_UDP) {
        put16(out, from);
        put16(out, request.destination_port);
        put16(out, 8 + request.size);
        put16(out, 0);
    } else if (is_icmp(request.protocol)) {
        put16(out, request.icmp);
        put16(out, 0);
        put16(out, from);
        put16(out, 1);
    }
    out.append(request.size, '\0');
    return out;
}

std::string ipv4(const Address& source, const wire::TraceRequest& request, const std::string& payload) {
    const auto header = [&](std::uint16_t sum) {
        std::string out;
        put16(out, 0x4500);
        put16(out, static_cast<std::uint32_t>(20 + payload.size()));
        put32(out, 0x4000);  // do not fragment
        put8(out, hops);
        put8(out, request.protocol);
        put16(out, sum);
        put(out, source.bytes());
        put(out, request.destination.bytes());
        return out;
    };
    return header(checksum(header(0))) + payload;
}

std::string ipv6(const Address& source, const wire::TraceRequest& request, const std::string& payload) {
    std::string out;
    put32(out, 0x60000000);
    put16(out, static_cast<std::uint32_t>(payload.size()));
    put8(out, request.protocol);
    put8(out, hops);
    put(out, source.bytes());
    put(out, request.destination.bytes());
    return out + payload;
}

// Whether the instance would ask for the destination itself rather than for the router.
bool on_link(const schema::Port& port, const Address& source, const Address& destination) {
    const auto subnet = subnet_at(port, subnet_holding(port, Prefix::host(source)));
    const auto ranges = ranges_of(subnet);
    return std::ranges::any_of(ranges, [&](const Prefix& range) { return range.contains(destination); });
}

Result<Address> source_of(const schema::Port& port, const wire::TraceRequest& request) {
    const auto same_family = [&](const Address& a) { return a.is_v4() == request.destination.is_v4(); };
    if (request.source && !same_family(request.source))
        return invalid("source", "source and destination are of different families");
    if (request.source) return request.source;
    // As the instance would: one of the destination's own subnet, else the first.
    auto found = std::ranges::find_if(port.addresses, [&](const Address& a) {
        return same_family(a) && on_link(port, a, request.destination);
    });
    if (found == port.addresses.end()) found = std::ranges::find_if(port.addresses, same_family);
    if (found == port.addresses.end())
        return invalid("destination", "the record has no address of the destination's family");
    return *found;
}

}  // namespace

Result<std::string> probe_packet(const schema::Port& port, const wire::TraceRequest& request) {
    if (!request.destination) return invalid("destination", "a destination is needed");
    WEFT_TRY(const auto source, source_of(port, request));
    const bool v4 = source.is_v4();
    std::string frame;
    put(frame, on_link(port, source, request.destination) ? neighbour.bytes : port.router_mac.bytes);
    put(frame, port.station().bytes);
    if (port.vlan != 0) {
        put16(frame, 0x8100);
        put16(frame, port.vlan);
    }
    put16(frame, v4 ? 0x0800 : 0x86dd);
    const auto payload = transport(request);
    return frame + (v4 ? ipv4(source, request, payload) : ipv6(source, request, payload));
}

}  // namespace weft::agent
