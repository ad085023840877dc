// SPDX-License-Identifier: Apache-2.0
// What a first packet costs under so many rules: the real program, over maps filled by the agent's own
// compiler.
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <array>
#include <cstdio>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/maps.h"
#include "agent/policy/table.h"
#include "agent/reconcile/bytes.h"
#include "agent/reconcile/compile.h"
#include "tests/bench/bench.h"
#include "weft/abi/config.h"
#include "weft/abi/flow.h"
#include "weft/abi/policy.h"

namespace weft::bench {
namespace {

using namespace agent;

constexpr std::uint32_t loopback = 1;  // where the programs are made to believe that packets come from
constexpr std::uint16_t dns = 53;

schema::Port port() {
    schema::Port out;
    out.attachment = {Kind::attachment, 1};
    out.record = {Kind::record, 1};
    out.gni = 100;
    out.table = 100;
    out.addresses = {*Address::parse("10.1.2.30")};
    out.prefix_length = 24;
    out.router = *Address::parse("10.1.2.1");
    out.mac = *Mac::parse("02:00:00:00:0a:01");
    out.router_mac = *Mac::parse("02:00:00:00:00:fe");
    out.mtu = 1420;
    out.transmit = true;
    return out;
}

// Egress rules for networks and ports of their own; the last one lets UDP 53 out to the peer's.
policy::Policy rules(std::size_t count) {
    policy::Policy out;
    for (std::size_t i = 0; i < count; ++i) {
        policy::Rule rule;
        const bool last = i + 1 == count;
        rule.direction = WEFT_TX;
        rule.origin = {Kind::security_group, 1};
        rule.position = static_cast<std::uint32_t>(i);
        rule.protocol = 17;
        rule.port_low = rule.port_high = last ? dns : static_cast<std::uint16_t>(1000 + i % 50000);
        const auto network = last ? 0x0a010200U : 0x0b000000U + static_cast<std::uint32_t>(i) * 256;
        rule.remote = *Prefix::make(Address::v4(network), 24);
        out.rules.push_back(rule);
    }
    return out;
}

void put(const bpf::Maps& maps, const std::vector<MapEntry>& entries) {
    for (const auto& [map, entry] : entries)
        if (const auto failed = maps.put(map, {&entry, 1}); !failed.empty())
            throw std::runtime_error(failed.front().error.message());
}

std::vector<MapEntry> entries_of(const policy::Table& table) {
    std::vector<MapEntry> out;
    const auto entries = table.entries();
    for (const auto& e : entries.ports)
        out.push_back({MapId::rule_port, {to_bytes(e.key), to_bytes(e.value)}});
    for (const auto& e : entries.addresses)
        out.push_back({MapId::rule_address, {to_bytes(e.key), to_bytes(e.class_id)}});
    out.push_back({MapId::policy, {to_bytes(table.id()), to_bytes(table.value())}});
    return out;
}

// A record under so many rules, with one peer that it sends to.
void fill(const bpf::Maps& maps, std::size_t count) {
    const auto table = must(policy::Table::compile(rules(count), {}, {}));
    put(maps, entries_of(table));
    const auto remote = *Address::parse("192.0.2.2");
    const auto own = *Address::parse("192.0.2.1");
    const Id host{Kind::host, 2};
    put(maps, compile_peer({host, "h2", {remote}, remote, own, "geneve/1", {"geneve/1"}}, 1,
                           Path{loopback, remote, 1500})
                  .entries);
    schema::Mapping mapping;
    mapping.gni = 100;
    mapping.prefix = Prefix::host(*Address::parse("10.1.2.50"));
    mapping.host = host;
    mapping.record = {Kind::record, 2};
    put(maps, compile_mapping(mapping).entries);
    weft_quota quota{};
    quota.flows = 1U << 20U;
    quota.timeouts = {60, 7440, 240, 10, 30, 180, 30, 60};
    const weft_config config{1, 1, 1, 1, 0, 0};
    const auto record = to_bytes(std::uint64_t{1});
    put(maps, {{MapId::config, {to_bytes(std::uint32_t{0}), to_bytes(config)}},
               {MapId::counter, {record, {}}},
               {MapId::flow_use, {record, {}}},
               {MapId::quota, {record, to_bytes(quota)}}});
    Device device;
    device.ifindex = loopback;
    put(maps, compile_port(port(), device, false, {table.id(), 0}).entries);
}

// UDP from the record to its peer, from source port 0.
std::array<std::uint8_t, 60> frame() {
    return {0x02, 0, 0, 0,   0x0b, 2,  0x02, 0,  0,  0,  0x0a, 1,    8, 0,  // Ethernet
            0x45, 0, 0, 46,  0,    0,  0x40, 0,  64, 17, 0x22, 0x6e,        // IPv4
            10,   1, 2, 30,  10,   1,  2,    50,                            // its addresses
            0,    0, 0, dns, 0,    26, 0,    0};                            // UDP, without a sum
}

double packet(int program, std::uint16_t source_port) {
    auto bytes = frame();
    bytes[34] = static_cast<std::uint8_t>(source_port >> 8U);
    bytes[35] = static_cast<std::uint8_t>(source_port & 0xffU);
    std::array<std::uint8_t, 256> out{};
    __sk_buff context{};
    context.ifindex = loopback;
    bpf_test_run_opts options{};
    options.sz = sizeof(options);
    options.data_in = bytes.data();
    options.data_size_in = bytes.size();
    options.data_out = out.data();
    options.data_size_out = out.size();
    options.ctx_in = &context;
    options.ctx_size_in = sizeof(context);
    if (bpf_prog_test_run_opts(program, &options) != 0) throw std::runtime_error("the program does not run");
    if (options.retval != TC_ACT_REDIRECT) throw std::runtime_error("the packet did not pass");
    return options.duration;
}

}  // namespace

void rules(std::span<const std::string> arguments) {
    if (arguments.size() != 3) throw std::runtime_error("rules PIN OBJECTS COUNT");
    const auto load = must(bpf::Load::make(arguments[0], arguments[1], {}));
    const auto maps = must(bpf::Maps::open(arguments[0]));
    const auto begin = Clock::now();
    fill(maps, std::stoul(arguments[2]));
    const double install = seconds_since(begin);
    std::vector<double> first;
    std::vector<double> next;
    for (std::uint16_t source = 1; source <= 20000; ++source)
        first.push_back(packet(load.instance_tx().fd, source));
    for (std::uint16_t source = 1; source <= 20000; ++source)
        next.push_back(packet(load.instance_tx().fd, source));
    std::printf(R"({"first":%.1f,"next":%.1f,"install":%.3f})"
                "\n",
                quantile(first, 0.5), quantile(next, 0.5), install);
}

}  // namespace weft::bench
