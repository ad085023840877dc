// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/bpf/world.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace weft::test {

namespace {

constexpr std::uint32_t open_class = 1;

template <std::size_t N>
void set_mac(__u8 (&to)[N], const Mac& from) {
    static_assert(N == 6);
    std::memcpy(to, from.data(), N);
}

}  // namespace

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

}  // namespace weft::test
