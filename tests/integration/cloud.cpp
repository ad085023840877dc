// SPDX-License-Identifier: Apache-2.0
#include "cloud.h"

#include <algorithm>

namespace weft::test {

void World::add_blue() {
    schema::Partition blue;
    blue.name = "blue";
    blue.cidrs = {Prefix::parse("10.1.0.0/16").value()};
    schema::Subnet subnet;
    subnet.name = "a";
    subnet.cidr = Prefix::parse("10.1.2.0/24").value();
    auto request = creation(blue);
    request.subnets = {wire::encode(subnet).value()};
    static_cast<void>(client().create(request).value());
}

void World::add_hosts(unsigned count) {
    for (unsigned n = 1; n <= count; ++n) fleet.add("h" + std::to_string(n), Address::v4(0xc0000200U + n));
    connect_all();
}

Fleet::Host& World::host(const std::string& name) {
    return *std::ranges::find(fleet.hosts(), name, &Fleet::Host::name);
}

void World::connect_all() {
    fleet.start_all();
    REQUIRE(fleet.wait([this] {
        return std::ranges::all_of(
            fleet.hosts(), [](const auto& h) { return h.agent->connected() && h.target.snapshots != 0; });
    }));
}

wire::Ack World::create_instance(const std::string& name, const std::string& host_name) {
    schema::Instance instance;
    instance.name = name;
    if (!host_name.empty()) instance.host = parse_id(client().resolve(Kind::host, host_name).value()).value();
    return client().create(creation(instance)).value();
}

wire::Ack World::create_record(const std::string& name, const std::string& address) {
    schema::Record record;
    record.name = name;
    record.subnet = parse_id(client().resolve(Kind::subnet, "blue/a").value()).value();
    if (!address.empty()) record.addresses = {Address::parse(address).value()};
    return client().create(creation(record)).value();
}

Result<wire::Ack> World::attach(const std::string& record, const std::string& instance, wire::Wait wait,
                                std::uint32_t timeout_ms) {
    wire::AttachRequest request;
    request.record = record;
    request.instance = instance;
    request.device = "tap0";
    request.options.wait = wait;
    request.options.timeout_ms = timeout_ms;
    return client().attach(request);
}

Result<wire::Ack> World::detach(const std::string& record, wire::Wait wait, std::uint32_t timeout_ms) {
    wire::DetachRequest request;
    request.record = record;
    request.options.wait = wait;
    request.options.timeout_ms = timeout_ms;
    return client().detach(request);
}

Result<wire::Ack> World::set_status(const std::string& name, const std::string& status_name) {
    schema::Record record;
    for (const auto& [value, text] : schema::enum_names<schema::RecordStatus>)
        if (text == status_name) record.status = value;
    wire::ModifyRequest request;
    request.kind = Kind::record;
    request.ref = name;
    wire::Mask mask = 0, bit = 1;
    schema::for_each_field<schema::Record>([&](const auto& field) {
        if (field.name == "status") mask = bit;
        bit <<= 1;
    });
    request.patch = wire::encode(record, mask).value();
    request.options.wait = wire::Wait::installed;
    return client().modify(request);
}

wire::HostStatus World::status(const std::string& name) {
    const auto all = client().status().value();
    const auto at = std::ranges::find(all.hosts, name, &wire::HostStatus::name);
    return at == all.hosts.end() ? wire::HostStatus{} : *at;
}

schema::SessionState World::session(const std::string& name) { return status(name).session; }

bool World::wait_for(const std::function<bool()>& condition, std::chrono::seconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace weft::test
