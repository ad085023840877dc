// SPDX-License-Identifier: Apache-2.0
// A DHCP message (RFC 2131, section 2) and its options (RFC 2132). Pure.
#pragma once

#include <map>

#include "agent/service/bytes.h"
#include "weft/base/result.h"

namespace weft::agent::dhcp4 {

constexpr std::uint16_t server_port = 67;
constexpr std::uint16_t client_port = 68;

constexpr std::uint8_t boot_request = 1;
constexpr std::uint8_t boot_reply = 2;

enum class Type : std::uint8_t {
    none = 0,  // BOOTP, or no type that is known
    discover = 1,
    offer = 2,
    request = 3,
    decline = 4,
    ack = 5,
    nak = 6,
    release = 7,
    inform = 8,
};

enum class Option : std::uint8_t {
    subnet_mask = 1,
    router = 3,
    dns = 6,
    mtu = 26,
    requested_address = 50,
    lease_time = 51,
    overload = 52,
    message_type = 53,
    server_id = 54,
    renewal_time = 58,
    rebinding_time = 59,
    client_id = 61,
    classless_routes = 121,  // RFC 3442
};

struct Message {
    std::uint8_t operation{boot_request};
    std::uint32_t transaction{0};
    bool broadcast{false};  // the client takes no unicast before it has its address
    Address client;         // ciaddr: what it has and answers ARP for; unset: 0.0.0.0, as below
    Address yours;          // yiaddr
    Address relay;          // giaddr
    Mac hardware;           // chaddr
    std::map<Option, Bytes> options;

    [[nodiscard]] Type type() const;
    // The option as one IPv4 address; unset when it is absent or is none.
    [[nodiscard]] Address address(Option option) const;

    friend bool operator==(const Message&, const Message&) = default;
};

// Options that came in parts are joined (RFC 3396). Errors: cut short, not Ethernet, no DHCP cookie, an
// option beyond the end.
[[nodiscard]] Result<Message> parse(View payload);
// At least as long as the shortest BOOTP message (RFC 1542, 2.1). Each option is at most 255 bytes.
[[nodiscard]] Bytes to_bytes(const Message& message);

}  // namespace weft::agent::dhcp4
