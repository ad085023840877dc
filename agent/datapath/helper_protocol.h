// SPDX-License-Identifier: Apache-2.0
// What the agent asks of weft-device-helper: one frame (weft/wire/frame.h) a connection, answered by a frame
// of type `ack` with a wire::Ack; `changed` says whether anything was different before.
#pragma once

#include "weft/base/id.h"
#include "weft/net/address.h"
#include "weft/net/mac.h"
#include "weft/schema/field.h"

namespace weft::agent {

enum class HelperCommand : std::uint16_t { make = 16, remove = 17 };

// One of a further subnet, or of a record that shares the device with the first.
struct FurtherAddress {
    Address address;
    std::uint32_t prefix_length{0};

    friend bool operator==(const FurtherAddress&, const FurtherAddress&) = default;
};

// A veth pair with one end in a named network namespace, with addresses and default routes there; or in the
// host's own, where both are the host's own business. One that exists is adopted and corrected.
struct MakeDevice {
    std::string name;  // of the host's end: device_name.h
    Id attachment;
    std::string netns;   // as `ip netns` knows it; empty: the host's own
    std::string device;  // name inside it
    Mac mac;             // of the end inside
    std::vector<Address> addresses;
    std::uint32_t prefix_length{0};
    Address router;
    std::uint32_t mtu{0};
    Address router6;                  // of a second, IPv6 range
    std::uint32_t prefix_length6{0};  // of it; 0: there is none
    std::vector<FurtherAddress> further;

    friend bool operator==(const MakeDevice&, const MakeDevice&) = default;
};

// Only what MakeDevice made is removed.
struct RemoveDevice {
    std::string name;

    friend bool operator==(const RemoveDevice&, const RemoveDevice&) = default;
};

}  // namespace weft::agent

namespace weft::schema {

template <>
struct Schema<agent::FurtherAddress> {
    static constexpr std::string_view name = "FurtherAddress";
    static constexpr auto fields = Fields{
        Field{1, "address", &agent::FurtherAddress::address, "the address", required},
        Field{2, "prefix-length", &agent::FurtherAddress::prefix_length, "of its subnet", settable, 0, 128},
    };
};
WEFT_SCHEMA_COMPLETE(agent::FurtherAddress);

template <>
struct Schema<agent::MakeDevice> {
    static constexpr std::string_view name = "MakeDevice";
    static constexpr auto fields = Fields{
        Field{1, "name", &agent::MakeDevice::name, "the host's end", required, 1, 15},
        Field{2, "attachment", &agent::MakeDevice::attachment, "what it is for", required},
        Field{3, "netns", &agent::MakeDevice::netns, "network namespace of the other end", settable, 0, 255},
        Field{4, "device", &agent::MakeDevice::device, "name of the other end", required, 1, 15},
        Field{5, "mac", &agent::MakeDevice::mac, "its MAC address", required},
        Field{6, "addresses", &agent::MakeDevice::addresses, "its addresses", settable, 0, 64},
        Field{7, "prefix-length", &agent::MakeDevice::prefix_length, "of the subnet", settable, 0, 128},
        Field{8, "router", &agent::MakeDevice::router, "next hop of the default route", settable},
        Field{9, "mtu", &agent::MakeDevice::mtu, "of both ends, bytes", required, 68, 65535},
        Field{10, "router6", &agent::MakeDevice::router6, "next hop of the IPv6 default route besides",
              settable},
        Field{11, "prefix-length6", &agent::MakeDevice::prefix_length6, "of the IPv6 range besides", settable,
              0, 128},
        Field{12, "further", &agent::MakeDevice::further, "of other records on the device", settable, 0,
              1024},
    };
};
WEFT_SCHEMA_COMPLETE(agent::MakeDevice);

template <>
struct Schema<agent::RemoveDevice> {
    static constexpr std::string_view name = "RemoveDevice";
    static constexpr auto fields = Fields{
        Field{1, "name", &agent::RemoveDevice::name, "the host's end", required, 1, 15},
    };
};
WEFT_SCHEMA_COMPLETE(agent::RemoveDevice);

}  // namespace weft::schema
