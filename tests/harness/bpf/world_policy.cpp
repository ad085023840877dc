// SPDX-License-Identifier: Apache-2.0
// What a world's rules allow.
#include "tests/harness/bpf/world.h"

namespace weft::test {

void World::allow_address(std::uint32_t policy, weft_direction direction, std::string_view prefix,
                          unsigned bits, std::uint32_t class_id) {
    weft_rule_address key{};
    key.prefixlen =
        WEFT_RULE_ADDRESS_BITS + bits + (prefix.find(':') == std::string_view::npos ? WEFT_MAPPED_BITS : 0);
    key.policy = policy;
    key.direction = static_cast<__u32>(direction);
    key.address = mapped(prefix);
    put(WEFT_MAP_NAME(WEFT_RULE_ADDRESS_MAP), key, class_id);
}

void World::allow_tag(std::uint32_t policy, weft_direction direction, std::uint32_t tag,
                      std::uint32_t class_id) {
    const weft_rule_tag key{policy, static_cast<__u32>(direction), tag};
    put(WEFT_MAP_NAME(WEFT_RULE_TAG_MAP), key, class_id);
}

void World::allow_ports(std::uint32_t policy, weft_direction direction, std::uint32_t class_id,
                        std::uint8_t protocol, std::uint16_t port, unsigned port_bits,
                        weft_rule_verdict verdict) {
    weft_rule_port key{};
    key.prefixlen = protocol == 0 ? WEFT_RULE_CLASS_BITS : WEFT_RULE_PROTOCOL_BITS + port_bits;
    key.policy = policy;
    key.class_id = class_id;
    key.direction = static_cast<__u16>(direction);
    key.protocol = protocol;
    key.port_high = static_cast<__u8>(port >> 8U);
    key.port_low = static_cast<__u8>(port & 0xffU);
    const weft_rule rule{1, 0, static_cast<__u32>(verdict)};
    put(WEFT_MAP_NAME(WEFT_RULE_PORT_MAP), key, rule);
}

void World::allow_fragments(std::string_view destination, std::uint8_t protocol) {
    weft_fragment_key key{};
    key.record = record_a;
    key.source = mapped(destination.find(':') == std::string_view::npos ? "10.1.2.30" : "2001:db8:12::30");
    key.destination = mapped(destination);
    key.protocol = protocol;
    key.direction = WEFT_TX;
    key.pair = 1;
    weft_fragment fragment{};
    fragment.expires = ~0ULL;
    put(WEFT_MAP_NAME(WEFT_FRAGMENT_MAP), key, fragment);
}

void World::use_policy(unsigned ifindex, std::uint32_t gni, std::string_view address, std::uint32_t policy) {
    change_port(ifindex, [&](weft_port& port) { port.policy = policy; });
    change_local(gni, address, [&](weft_local& local) { local.policy = policy; });
}

}  // namespace weft::test
