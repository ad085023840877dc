// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <cstdio>

#include "tests/bench/bench.h"
#include "tests/harness/simulated_agent.h"
#include "tests/harness/test_coordinator.h"
#include "weft/base/log.h"
#include "weft/wire/codec.h"

namespace weft::bench {

namespace {

using test::Fleet;
using test::TestCoordinator;

constexpr std::uint32_t first_underlay = 0xc6120000;  // 198.18.0.0/15, for benchmarks (RFC 2544)
constexpr std::uint32_t first_address = 0x0a000000;   // 10.0.0.0/8
constexpr std::chrono::seconds patience{300};

template <class T>
T named(std::string name) {
    T object;
    object.id = new_id(schema::Schema<T>::kind);
    object.name = std::move(name);
    object.owner = "root";
    return object;
}

// A partition with a record attached on every host: each change of a mapping concerns all of them.
void seed(coordinator::Draft& draft, const std::vector<Id>& hosts) {
    auto partition = named<schema::Partition>("blue");
    partition.gni = 100;
    partition.cidrs = {must(Prefix::parse("10.0.0.0/8"))};
    schema::Subnet subnet;
    subnet.id = new_id(Kind::subnet);
    subnet.name = "front";
    subnet.partition = partition.id;
    subnet.cidr = partition.cidrs.front();
    subnet.router = subnet.cidr.router();
    subnet.router_mac = Mac::local(1);
    for (std::uint32_t n = 0; n < hosts.size(); n++) {
        auto instance = named<schema::Instance>("i" + std::to_string(n));
        instance.host = hosts[n];
        auto record = named<schema::Record>("r" + std::to_string(n));
        record.partition = partition.id;
        record.subnet = subnet.id;
        record.addresses = {Address::v4(first_address + 2 + n)};
        record.mac = Mac::local(2 + n);
        schema::Attachment attachment;
        attachment.id = new_id(Kind::attachment);
        attachment.record = record.id;
        attachment.instance = instance.id;
        attachment.host = hosts[n];
        attachment.device = "tap0";
        attachment.phase = schema::Phase::attached;
        attachment.owner = "root";
        draft.put(std::move(instance));
        draft.put(std::move(record));
        draft.put(std::move(attachment));
    }
    draft.put(std::move(partition));
    draft.put(std::move(subnet));
}

std::vector<Id> enrol(TestCoordinator& coordinator, Fleet& fleet, std::uint32_t count) {
    std::vector<Id> hosts;
    test::SimulatedTarget target;
    target.keep_objects = false;
    for (std::uint32_t n = 0; n < count; n++) {
        const std::string name = "h" + std::to_string(n);
        fleet.add(name, Address::v4(first_underlay + 1 + n), target);
        hosts.push_back(must(parse_id(must(coordinator.client().resolve(Kind::host, name)))));
    }
    return hosts;
}

void connect(Fleet& fleet) {
    fleet.start_all();
    const auto connected = [&] {
        return std::ranges::all_of(fleet.hosts(), [](const auto& host) {
            return host.agent->connected() && host.target.snapshots > 0;
        });
    };
    if (!fleet.wait(connected, patience))
        throw std::runtime_error("not every agent has a session and a snapshot");
}

// What came with the snapshots does not count.
void forget(Fleet& fleet) {
    fleet.run([&] {
        for (auto& host : fleet.hosts()) host.target.puts = host.target.deletes = 0;
    });
}

bool every_agent_was_told(Fleet& fleet, std::size_t changes) {
    return fleet.run([&] {
        return std::ranges::all_of(fleet.hosts(), [&](const auto& host) {
            return host.target.puts + host.target.deletes >= changes;
        });
    });
}

// Each agent takes a descriptor, the coordinator's end another.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// Gives r0 a second address, or takes it away again: one revision that every host installs.
wire::ModifyRequest change_addresses(bool second) {
    schema::Record record;
    record.addresses = {Address::v4(first_address + 2)};
    if (second) record.addresses.push_back(Address::v4(first_address + 0x800000));
    wire::ModifyRequest request;
    request.kind = Kind::record;
    request.ref = "blue/r0";
    wire::Mask mask = 0, bit = 1;
    schema::for_each_field<schema::Record>([&](const auto& field) {
        if (field.name == "addresses") mask = bit;
        bit <<= 1;
    });
    request.patch = must(wire::encode(record, mask));
    request.options.wait = wire::Wait::installed;
    return request;
}

}  // namespace

void agents(std::span<const std::string> arguments) {
    if (arguments.size() != 2) throw std::runtime_error("agents COUNT CHANGES");
    const auto count = static_cast<std::uint32_t>(std::stoul(arguments[0]));
    raise_descriptor_limit();
    set_log_level(LogLevel::error);
    TestCoordinator coordinator;
    coordinator.start();
    Fleet fleet(coordinator);
    const auto hosts = enrol(coordinator, fleet, count);
    coordinator.stop();
    coordinator.seed([&](coordinator::Draft& draft) { seed(draft, hosts); });
    coordinator.start();
    connect(fleet);
    forget(fleet);

    std::vector<double> milliseconds;
    cli::Client client = coordinator.client();
    const auto changes = std::stoul(arguments[1]);
    for (std::size_t i = 0; i <= changes; i++) {
        const auto ack = must(client.modify(change_addresses(i % 2 == 0)));
        if (!ack.lost_hosts.empty())
            throw std::runtime_error(std::to_string(ack.lost_hosts.size()) + " hosts lost");
        if (i > 0) milliseconds.push_back(static_cast<double>(ack.took_us) / 1000);  // the first one warms up
    }
    if (!every_agent_was_told(fleet, changes)) throw std::runtime_error("not every agent was told");
    std::printf(R"({"p50":%.2f,"p99":%.2f})"
                "\n",
                quantile(milliseconds, 0.5), quantile(milliseconds, 0.99));
}

}  // namespace weft::bench
