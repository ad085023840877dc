// SPDX-License-Identifier: Apache-2.0
// A DHCPv6 message between client and server (RFC 8415, section 8) and its options (section 21). Pure.
#pragma once

#include <optional>

#include "agent/service/bytes.h"
#include "weft/base/result.h"

namespace weft::agent::dhcp6 {

constexpr std::uint16_t server_port = 547;
constexpr std::uint16_t client_port = 546;

enum class Type : std::uint8_t {
    solicit = 1,
    advertise = 2,
    request = 3,
    confirm = 4,
    renew = 5,
    rebind = 6,
    reply = 7,
    release = 8,
    decline = 9,
    reconfigure = 10,
    information_request = 11,
};

enum class Option : std::uint16_t {
    client_id = 1,
    server_id = 2,
    ia_na = 3,
    ia_ta = 4,
    address = 5,
    requested = 6,
    preference = 7,
    status = 13,
    rapid_commit = 14,
    dns = 23,  // RFC 3646
    ia_pd = 25,
    prefix = 26,
};

enum class Status : std::uint16_t {
    success = 0,
    no_addresses = 2,
    no_binding = 3,
    not_on_link = 4,
    no_prefix = 6,
};

struct Lease {
    Address address;
    std::uint32_t preferred{0};  // seconds, as all times
    std::uint32_t valid{0};
    std::uint8_t length{128};  // of the prefix, in an ia_pd

    friend bool operator==(const Lease&, const Lease&) = default;
};

// An identity association: what one of the client's interfaces has or wants.
struct Association {
    Option kind{Option::ia_na};  // ia_na, ia_ta or ia_pd
    std::uint32_t id{0};
    std::uint32_t renew{0};   // T1; not of ia_ta
    std::uint32_t rebind{0};  // T2
    std::vector<Lease> leases;
    std::optional<Status> status;

    friend bool operator==(const Association&, const Association&) = default;
};

struct Message {
    Type type{Type::solicit};
    std::uint32_t transaction{0};  // 24 bits
    Bytes client_id;               // DUID; empty: none, as below
    Bytes server_id;
    std::optional<std::uint8_t> preference;
    std::optional<Status> status;
    bool rapid_commit{false};
    std::vector<Option> requested;
    std::vector<Address> dns;
    std::vector<Association> associations;

    friend bool operator==(const Message&, const Message&) = default;
};

// Options that are not in the struct are left out. Errors: cut short, a relay's message or one of another
// type, an option beyond the end or shorter or longer than it may be, a second id of a client or a server.
[[nodiscard]] Result<Message> parse(View payload);
[[nodiscard]] Bytes to_bytes(const Message& message);

}  // namespace weft::agent::dhcp6
