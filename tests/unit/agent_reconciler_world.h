// SPDX-License-Identifier: Apache-2.0
// What tests of one reconciler want: objects of a desired set, and what became of them.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "agent/reconcile/reconciler.h"
#include "tests/harness/fake_datapath.h"

namespace weft::agent::world {

inline Address address(const std::string& text) { return *Address::parse(text); }
inline Id host(std::uint64_t value) { return {Kind::host, value}; }

inline constexpr Installed identity{11, 22, 100, 1};
inline const Path on_link{3, *Address::parse("192.0.2.2"), 1500};

inline schema::Peer peer(std::uint64_t id) {
    const auto underlay = address("192.0.2." + std::to_string(id));
    return {host(id), "h", {underlay}, underlay, address("192.0.2.1"), "geneve/1", {"geneve/1"}};
}

inline schema::Mapping mapping(unsigned i) {
    return {42, Prefix::host(Address::v4(0x0a000000 + i)), host(2), {Kind::record, 1000 + i}, {}, 0};
}

inline schema::Port port(std::uint64_t attachment, const std::string& device,
                         const std::string& own_address) {
    schema::Port out;
    out.attachment = {Kind::attachment, attachment};
    out.record = {Kind::record, attachment + 100};
    out.gni = 42;
    out.mac.bytes[5] = static_cast<std::uint8_t>(attachment);
    out.table = 42;
    out.device = device;
    out.addresses = {address(own_address)};
    out.mtu = 1400;
    out.tag = 7;
    return out;
}

template <class... T>
DesiredSet desired(T... objects) {
    DesiredSet out;
    out.put(schema::Tag{42, 7, {}});
    (out.put(objects), ...);
    return out;
}

inline DesiredSet many_mappings(unsigned count) {
    DesiredSet out;
    for (unsigned i = 0; i < count; ++i) out.put(mapping(i));
    return out;
}

inline bool waits(const Outcome& outcome, const ObjectKey& object) {
    return std::ranges::any_of(outcome.waiting, [&](const auto& r) { return r.object == object; });
}
inline bool failed(const Outcome& outcome, const ObjectKey& object) {
    return std::ranges::any_of(outcome.failed, [&](const auto& r) { return r.object == object; });
}

inline std::size_t position(const test::FakeDatapath& datapath, MapId map, bool put) {
    const auto found = std::ranges::find_if(
        datapath.writes, [&](const auto& write) { return write.map == map && write.put == put; });
    REQUIRE(found != datapath.writes.end());
    return static_cast<std::size_t>(found - datapath.writes.begin());
}

}  // namespace weft::agent::world
