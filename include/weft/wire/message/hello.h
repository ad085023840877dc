// SPDX-License-Identifier: Apache-2.0
// The first message of either side of a connection, and the identity bootstrap. Layout of each: its table;
// values as in attribute.h.
#pragma once

#include "weft/base/id.h"
#include "weft/net/address.h"
#include "weft/net/mac.h"
#include "weft/schema/field.h"

namespace weft::wire {

using schema::Bytes;
using schema::Tags;

// The highest common protocol is used. An agent says what it has installed; the coordinator answers whether
// it continues from there or sends a snapshot (all desired objects until the first commit).
struct Hello {
    std::uint16_t lowest{0};
    std::uint16_t highest{0};
    std::string program;
    std::uint64_t cluster{0};
    std::uint64_t epoch{0};
    std::uint64_t revision{0};
    bool snapshot{false};
    std::vector<std::string> capabilities;
    std::vector<Address> underlay;
    std::uint32_t underlay_mtu{0};
    Id host;
    std::vector<Mac> nics{};

    friend bool operator==(const Hello&, const Hello&) = default;
};

// An agent's capabilities and addresses, whenever they change and every minute (row 6.1).
struct Report {
    std::vector<std::string> capabilities;
    std::vector<Address> underlay;
    std::uint32_t underlay_mtu{0};
    std::string problem;
    std::vector<Mac> nics{};

    friend bool operator==(const Report&, const Report&) = default;
};

// A certificate request, authenticated by a host token (one use, one hour).
struct EnrollRequest {
    std::string token;
    std::string request;

    friend bool operator==(const EnrollRequest&, const EnrollRequest&) = default;
};

// A client without a certificate says who it is by an access key. After a failure the connection ends.
struct LoginRequest {
    std::string key;
    std::string secret;

    friend bool operator==(const LoginRequest&, const LoginRequest&) = default;
};

// A new certificate for the host of this session.
struct RenewRequest {
    std::string request;

    friend bool operator==(const RenewRequest&, const RenewRequest&) = default;
};

// The answer to either.
struct Certificate {
    std::string certificate;
    std::string authority;

    friend bool operator==(const Certificate&, const Certificate&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
struct Schema<wire::Hello> {
    static constexpr std::string_view name = "Hello";
    static constexpr auto fields = Fields{
        Field{1, "lowest", &wire::Hello::lowest, "lowest protocol spoken", required},
        Field{2, "highest", &wire::Hello::highest, "highest protocol spoken", required},
        Field{3, "program", &wire::Hello::program, "program and version, for logs", settable, 0, 255},
        Field{4, "cluster", &wire::Hello::cluster,
              "cluster id: the coordinator's; the agent's last known, 0 none"},
        Field{5, "epoch", &wire::Hello::epoch, "store epoch, likewise"},
        Field{6, "revision", &wire::Hello::revision, "agent: last installed; coordinator: the newest"},
        Field{7, "snapshot", &wire::Hello::snapshot, "agent: wants one; coordinator: one follows"},
        Field{8, "capabilities", &wire::Hello::capabilities, "agent: framework versions and features",
              settable, 0, 64},
        Field{9, "underlay", &wire::Hello::underlay, "agent: its underlay addresses", settable, 0, 32},
        Field{10, "underlay-mtu", &wire::Hello::underlay_mtu, "agent: smallest uplink MTU, bytes"},
        Field{11, "host", &wire::Hello::host, "coordinator: the host it takes the agent for"},
        Field{optional_bit | 12, "nics", &wire::Hello::nics, "agent: MAC addresses of its usable uplinks",
              settable, 0, 64},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Hello);

template <>
struct Schema<wire::Report> {
    static constexpr std::string_view name = "Report";
    static constexpr auto fields = Fields{
        Field{1, "capabilities", &wire::Report::capabilities, "framework versions and features", settable, 0,
              64},
        Field{2, "underlay", &wire::Report::underlay, "underlay addresses", settable, 0, 32},
        Field{3, "underlay-mtu", &wire::Report::underlay_mtu, "smallest uplink MTU, bytes"},
        Field{4, "problem", &wire::Report::problem, "why this host cannot be used, in words", settable, 0,
              4096},
        Field{optional_bit | 5, "nics", &wire::Report::nics, "MAC addresses of its usable uplinks", settable,
              0, 64},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Report);

template <>
struct Schema<wire::EnrollRequest> {
    static constexpr std::string_view name = "EnrollRequest";
    static constexpr auto fields = Fields{
        Field{1, "token", &wire::EnrollRequest::token, "from `weft host token`", required, 1, 255},
        Field{2, "request", &wire::EnrollRequest::request, "PKCS#10, PEM", required, 1, 16384},
    };
};
WEFT_SCHEMA_COMPLETE(wire::EnrollRequest);

template <>
struct Schema<wire::LoginRequest> {
    static constexpr std::string_view name = "LoginRequest";
    static constexpr auto fields = Fields{
        Field{1, "key", &wire::LoginRequest::key, "id of the access key", required, 1, 64},
        Field{2, "secret", &wire::LoginRequest::secret, "as `weft key create` printed it", required, 1, 255},
    };
};
WEFT_SCHEMA_COMPLETE(wire::LoginRequest);

template <>
struct Schema<wire::RenewRequest> {
    static constexpr std::string_view name = "RenewRequest";
    static constexpr auto fields = Fields{
        Field{1, "request", &wire::RenewRequest::request, "PKCS#10, PEM", required, 1, 16384},
    };
};
WEFT_SCHEMA_COMPLETE(wire::RenewRequest);

template <>
struct Schema<wire::Certificate> {
    static constexpr std::string_view name = "Certificate";
    static constexpr auto fields = Fields{
        Field{1, "certificate", &wire::Certificate::certificate, "PEM, with URI weft://host/<id>", required,
              1, 32768},
        Field{2, "authority", &wire::Certificate::authority, "the CA's certificate, PEM", settable, 0, 32768},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Certificate);

}  // namespace weft::schema
