// SPDX-License-Identifier: Apache-2.0
#include "weft/schema/port_subnet.h"

#include <algorithm>

namespace weft::schema {
namespace {

// The range of that length which the router is in.
Prefix range_around(const Address& router, std::uint32_t length) {
    auto bytes = router.mapped();
    const auto first = bytes.size() * 8 - router.bits();
    for (auto bit = first + length; bit < bytes.size() * 8; ++bit)
        bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
    const auto network = Address::from_bytes(std::span{bytes}.subspan(first / 8));
    const auto range = network ? Prefix::make(*network, length) : Result<Prefix>{};
    return range ? *range : Prefix{};
}

bool holds(const PortSubnet& subnet, const Prefix& range) {
    return std::ranges::any_of(ranges_of(subnet), [&](const Prefix& own) { return own.contains(range); });
}

}  // namespace

PortSubnet subnet_at(const Port& port, std::size_t number) {
    if (number > 0) return port.subnets.at(number - 1);
    return {port.table, port.router, port.prefix_length, port.router6, port.prefix_length6, port.acl};
}

std::size_t subnet_holding(const Port& port, const Prefix& range) {
    for (std::size_t i = 0; i < port.subnets.size(); ++i)
        if (holds(port.subnets[i], range)) return i + 1;
    return 0;
}

std::vector<Prefix> ranges_of(const PortSubnet& subnet) {
    std::vector<Prefix> ranges;
    if (subnet.router) ranges.push_back(range_around(subnet.router, subnet.prefix_length));
    if (subnet.router6) ranges.push_back(range_around(subnet.router6, subnet.prefix_length6));
    return ranges;
}

std::uint32_t subnet_length(const Port& port, const Address& address) {
    const auto subnet = subnet_at(port, subnet_holding(port, Prefix::host(address)));
    return address.is_v6() && subnet.prefix_length6 != 0 ? subnet.prefix_length6 : subnet.prefix_length;
}

}  // namespace weft::schema
