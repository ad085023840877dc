// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/bpf/world.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <doctest/doctest.h>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace weft::test {

namespace {

constexpr const char* reason_names[] = {"none",
#define REASON_NAME(number, name, text) #name,
                                        WEFT_DROP_REASONS(REASON_NAME)
#undef REASON_NAME
};
constexpr std::uint32_t reasons = sizeof(reason_names) / sizeof(reason_names[0]);
constexpr std::uint32_t open_class = 1;

template <std::size_t N>
void set_mac(__u8 (&to)[N], const Mac& from) {
    static_assert(N == 6);
    std::memcpy(to, from.data(), N);
}

template <class Value>
std::vector<Value> per_cpu(int fd, const void* key) {
    std::vector<Value> values(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    if (bpf_map_lookup_elem(fd, key, values.data()) != 0) values.clear();
    return values;
}

}  // namespace

const char* reason_name(std::uint32_t reason) { return reason_names[reason < reasons ? reason : 0]; }

weft_address mapped(std::string_view text) {
    weft_address address{};
    if (text.find(':') != std::string_view::npos) {
        std::memcpy(address.word, ip6(text).data(), 16);
    } else {
        address.word[2] = htonl(0xffff);
        address.word[3] = htonl(ip(text));
    }
    return address;
}

weft_overlay_key overlay(std::uint32_t gni, std::string_view address) {
    weft_overlay_key key{};
    key.gni = gni;
    key.address = mapped(address);
    return key;
}

struct World::Record {
    std::uint64_t id;
    End end;
    unsigned World::*device;
    std::uint32_t gni;
    const char* address;
    const char* address6;
    Mac mac;
    std::uint32_t tag;
};

const World::Record World::records[] = {
    {record_a, End::near, &World::i1, blue, "10.1.2.30", "2001:db8:12::30", mac_a, tag_a},
    {record_d, End::near, &World::i2, blue, "10.1.2.31", "2001:db8:12::31", mac_d, 0},
    {record_r, End::near, &World::r1, red, "10.1.2.30", "2001:db8:12::30", mac_r, 0},
    {record_b, End::far, &World::i1, blue, "10.1.2.50", "2001:db8:12::50", mac_b, tag_b},
    {record_c, End::far, &World::i2, blue, "10.1.3.7", "2001:db8:13::7", mac_c, 0},
    {record_s, End::far, &World::r1, red, "10.1.2.50", "2001:db8:12::50", mac_s, 0},
};

namespace {

std::uint64_t host_of(End end) { return end == End::near ? this_host : peer_host; }
const char* underlay_of(End end) { return end == End::near ? "192.0.2.1" : "192.0.2.2"; }
const char* underlay6_of(End end) { return end == End::near ? "2001:db8::1" : "2001:db8::2"; }
End other(End end) { return end == End::near ? End::far : End::near; }
std::uint32_t table_of(std::uint32_t gni) { return gni == blue ? blue_table : red_table; }

}  // namespace

World::World(End end)
    : programs(end == End::near ? Programs::get() : Programs::of_peer()),
      i1(programs.device("i1")),
      i2(programs.device("i2")),
      r1(programs.device("r1")),
      end_(end) {
    programs.clear_maps();
    weft_config config{};
    config.host = host_of(end);
    put(WEFT_MAP_NAME(WEFT_CONFIG_MAP), __u32{0}, config);
    weft_own own{};
    own.v4[0] = mapped(underlay_of(end)).word[3];
    own.v6[0] = mapped(underlay6_of(end));
    put(WEFT_MAP_NAME(WEFT_OWN_MAP), __u32{0}, own);
    add_peer();

    put(WEFT_MAP_NAME(WEFT_POLICY_MAP), open_policy, weft_policy{});
    for (const auto direction : {WEFT_TX, WEFT_RX}) {
        allow_address(open_policy, direction, "0.0.0.0", 0, open_class);
        allow_address(open_policy, direction, "::", 0, open_class);
        allow_ports(open_policy, direction, open_class);
    }
    for (const auto& record : records) record.end == end ? add_attached(record) : add_remote(record);
    for (auto table : {blue_table, red_table}) {
        add_route(table, "10.1.0.0", 16, WEFT_ROUTE_LOCAL);
        add_route(table, end == End::near ? "10.1.3.1" : "10.1.2.1", 32, WEFT_ROUTE_ROUTER);
        add_route(table, "2001:db8:10::", 44, WEFT_ROUTE_LOCAL);
        add_route(table, end == End::near ? "2001:db8:13::1" : "2001:db8:12::1", 128, WEFT_ROUTE_ROUTER);
    }
}

void World::add_attached(const Record& record) {
    const bool subnet3 = std::string_view(record.address).starts_with("10.1.3.");
    weft_port_key port_key{};
    port_key.ifindex = this->*record.device;
    weft_port port{};
    port.attachment = record.id + 0x10000;
    port.record = record.id;
    port.gni = record.gni;
    port.flags = WEFT_PORT_SOURCE_DEST_CHECK | WEFT_PORT_TRANSMIT;
    port.table = table_of(record.gni);
    port.policy = open_policy;
    port.tag = record.tag;
    port.mtu = instance_mtu;
    port.address = mapped(record.address);
    port.router = mapped(subnet3 ? "10.1.3.1" : "10.1.2.1");
    port.address6 = mapped(record.address6);
    port.router6 = mapped(subnet3 ? "2001:db8:13::1" : "2001:db8:12::1");
    set_mac(port.mac, record.mac);
    set_mac(port.router_mac, mac_router);
    port.subnet_bits = 24;
    port.subnet6_bits = 64;
    put(WEFT_MAP_NAME(WEFT_PORT_MAP), port_key, port);

    weft_local local{};
    local.attachment = port.attachment;
    local.record = record.id;
    local.ifindex = port_key.ifindex;
    local.flags = WEFT_PORT_SOURCE_DEST_CHECK | WEFT_PORT_DELIVER;
    local.policy = open_policy;
    local.tag = record.tag;
    local.subnet_bits = port.subnet_bits;
    local.subnet6_bits = port.subnet6_bits;
    local.mtu = instance_mtu;
    set_mac(local.mac, record.mac);
    set_mac(local.router_mac, mac_router);
    put(WEFT_MAP_NAME(WEFT_LOCAL_MAP), overlay(record.gni, record.address), local);
    put(WEFT_MAP_NAME(WEFT_LOCAL_MAP), overlay(record.gni, record.address6), local);
    weft_station_key station{};
    station.gni = record.gni;
    set_mac(station.mac, record.mac);
    put(WEFT_MAP_NAME(WEFT_STATION_MAP), station, local);
    const std::vector<weft_counter> zero(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    put_raw(WEFT_MAP_NAME(WEFT_COUNTER_MAP), &record.id, zero.data());
    weft_quota quota{};
    quota.flows = 100;
    quota.timeouts = {60, 7440, 240, 10, 30, 180, 30, 60};
    put(WEFT_MAP_NAME(WEFT_QUOTA_MAP), record.id, quota);
    put(WEFT_MAP_NAME(WEFT_FLOW_USE_MAP), record.id, weft_flow_use{});
}

void World::add_remote(std::uint32_t gni, std::uint64_t record, std::string_view address, const Mac& mac,
                       std::uint32_t tag) {
    weft_mapping mapping{};
    mapping.host = host_of(other(end_));
    mapping.record = record;
    mapping.tag = tag;
    set_mac(mapping.mac, mac);
    put(WEFT_MAP_NAME(WEFT_MAPPING_MAP), overlay(gni, address), mapping);
    allow_source(mapping.host, gni, address, tag);
}

void World::add_remote(const Record& record) {
    for (const auto* address : {record.address, record.address6})
        add_remote(record.gni, record.id, address, record.mac, record.tag);
}

void World::add_peer() {
    const End far = other(end_);
    weft_peer peer{};
    peer.remote = mapped(underlay_of(far));
    peer.source = mapped(underlay_of(end_));
    peer.next_hop = peer.remote;
    peer.ifindex = programs.uplink();
    peer.mtu = 1500;
    peer.framework = WEFT_FRAMEWORK_geneve_1;
    put(WEFT_MAP_NAME(WEFT_PEER_MAP), host_of(far), peer);
    weft_underlay underlay{};
    underlay.host = host_of(far);
    underlay.accepted = 1U << WEFT_FRAMEWORK_geneve_1 | 1U << WEFT_FRAMEWORK_vxlan_1;
    put(WEFT_MAP_NAME(WEFT_UNDERLAY_MAP), mapped(underlay_of(far)), underlay);
    put(WEFT_MAP_NAME(WEFT_UNDERLAY_MAP), mapped(underlay6_of(far)), underlay);
}

void World::use_ipv6() {
    change_peer([this](weft_peer& peer) {
        peer.remote = mapped(underlay6_of(other(end_)));
        peer.source = mapped(underlay6_of(end_));
        peer.next_hop = peer.remote;
        peer.flags = WEFT_PEER_IPV6;
    });
}

void World::use_framework(std::uint8_t framework) {
    change_peer([&](weft_peer& peer) { peer.framework = framework; });
}

namespace {

weft_route_key route_key(std::uint32_t table, std::string_view prefix, unsigned bits) {
    weft_route_key key{};
    const bool v6 = prefix.find(':') != std::string_view::npos;
    key.prefixlen = WEFT_TABLE_BITS + (v6 ? 0 : WEFT_MAPPED_BITS) + bits;
    key.table = table;
    key.address = mapped(prefix);
    return key;
}

}  // namespace

void World::add_route(std::uint32_t table, std::string_view prefix, unsigned bits, weft_route_target target,
                      std::string_view next_hop) {
    const auto key = route_key(table, prefix, bits);
    weft_route route{};
    route.target = target;
    route.prefixlen = key.prefixlen;
    if (!next_hop.empty()) route.next_hop = mapped(next_hop);
    put(WEFT_MAP_NAME(WEFT_ROUTE_MAP), key, route);
}

void World::add_peering(std::uint32_t table, std::string_view prefix, unsigned bits, std::uint32_t gni) {
    const auto key = route_key(table, prefix, bits);
    const weft_route route{WEFT_ROUTE_PARTITION, key.prefixlen, {}, gni};
    put(WEFT_MAP_NAME(WEFT_ROUTE_MAP), key, route);
}

void World::add_hops(std::uint32_t table, std::string_view prefix, unsigned bits,
                     const weft_route_hops& hops) {
    put(WEFT_MAP_NAME(WEFT_ROUTE_HOPS_MAP), route_key(table, prefix, bits), hops);
    add_route(table, prefix, bits, WEFT_ROUTE_RECORDS, prefix);
}

void World::allow_source(std::uint64_t host, std::uint32_t gni, std::string_view address, std::uint32_t tag) {
    weft_source_key key{};
    key.host = host;
    key.gni = gni;
    key.address = mapped(address);
    weft_source source{};
    source.tag = tag;
    put(WEFT_MAP_NAME(WEFT_SOURCE_MAP), key, source);
}

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

void World::put_raw(const char* name, const void* key, const void* value) {
    if (bpf_map_update_elem(programs.map(name), key, value, BPF_ANY) != 0)
        throw std::runtime_error(std::string("update ") + name + ": " + std::strerror(errno));
}

void World::get_raw(const char* name, const void* key, void* value) {
    if (bpf_map_lookup_elem(programs.map(name), key, value) != 0)
        throw std::runtime_error(std::string("look up ") + name + ": " + std::strerror(errno));
}

void World::erase_raw(const char* name, const void* key) {
    if (bpf_map_delete_elem(programs.map(name), key) != 0)
        throw std::runtime_error(std::string("delete ") + name + ": " + std::strerror(errno));
}

std::size_t World::flows() {
    const int map = programs.map(WEFT_MAP_NAME(WEFT_FLOW_MAP));
    std::size_t count = 0;
    weft_flow_key key{};
    for (const void* last = nullptr; bpf_map_get_next_key(map, last, &key) == 0; last = &key) count++;
    return count;
}

std::optional<weft_flow> World::flow(const weft_flow_key& key) {
    weft_flow flow{};
    if (bpf_map_lookup_elem(programs.map(WEFT_MAP_NAME(WEFT_FLOW_MAP)), &key, &flow) != 0)
        return std::nullopt;
    return flow;
}

weft_counter World::counter(std::uint64_t record) {
    weft_counter sum{};
    for (const auto& c : per_cpu<weft_counter>(programs.map(WEFT_MAP_NAME(WEFT_COUNTER_MAP)), &record)) {
        sum.tx_packets += c.tx_packets;
        sum.tx_bytes += c.tx_bytes;
        sum.rx_packets += c.rx_packets;
        sum.rx_bytes += c.rx_bytes;
        sum.tx_drops += c.tx_drops;
        sum.rx_drops += c.rx_drops;
    }
    return sum;
}

std::uint64_t World::drops(std::uint32_t reason) {
    return drops(reason, weft_direction{}) + drops(reason, WEFT_TX) + drops(reason, WEFT_RX);
}

std::uint64_t World::drops(std::uint32_t reason, weft_direction direction) {
    const auto slot = static_cast<std::uint32_t>(direction) * WEFT_DROP_SLOTS + reason;
    std::uint64_t sum = 0;
    for (const auto& d : per_cpu<weft_drop>(programs.map(WEFT_MAP_NAME(WEFT_DROP_MAP)), &slot))
        sum += d.packets;
    return sum;
}

std::uint64_t World::drops(std::uint64_t record, std::uint32_t reason, weft_direction direction) {
    const weft_record_drop_key key{record, reason, static_cast<__u32>(direction)};
    std::uint64_t sum = 0;
    for (const auto& d : per_cpu<weft_drop>(programs.map(WEFT_MAP_NAME(WEFT_RECORD_DROP_MAP)), &key))
        sum += d.packets;
    return sum;
}

void World::expect_dropped(const Ran& ran, weft_drop_reason reason, std::uint64_t record,
                           weft_direction direction, int verdict) {
    CHECK(ran.verdict == verdict);
    for (std::uint32_t r = 1; r < reasons; r++) {
        const std::string reason_name = reason_names[r];
        CAPTURE(reason_name);
        CHECK(drops(r) == (r == static_cast<std::uint32_t>(reason) ? 1 : 0));
    }
    if (record == 0) return;
    CHECK(drops(reason, direction) == 1);
    CHECK(drops(record, reason, direction) == 1);
    const auto c = counter(record);
    CHECK((direction == WEFT_TX ? c.tx_drops : c.rx_drops) == 1);
    CHECK((direction == WEFT_TX ? c.tx_packets : c.rx_packets) == 0);
}

void World::expect_nothing_dropped() {
    for (std::uint32_t r = 1; r < reasons; r++) {
        const std::string reason_name = reason_names[r];
        CAPTURE(reason_name);
        CHECK(drops(r) == 0);
    }
}

}  // namespace weft::test
