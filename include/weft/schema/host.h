// SPDX-License-Identifier: Apache-2.0
// A host: a machine that runs weft-agent, as the operator declared it and as its agent reports it. Or a
// foreign one, which runs none and is declared whole.
#pragma once

#include "weft/base/id.h"
#include "weft/net/address.h"
#include "weft/net/mac.h"
#include "weft/schema/field.h"

namespace weft::schema {

// The state of a host's session (design: order of change). A foreign host never has one.
enum class SessionState : std::uint8_t {
    never = 0,
    connected = 1,
    lagging = 2,
    lost = 3,
    needs_confirmation = 4,
    foreign = 5
};
template <>
inline constexpr auto enum_names<SessionState> = std::array{
    std::pair{SessionState::never, std::string_view{"never"}},
    std::pair{SessionState::connected, std::string_view{"connected"}},
    std::pair{SessionState::lagging, std::string_view{"lagging"}},
    std::pair{SessionState::lost, std::string_view{"lost"}},
    std::pair{SessionState::needs_confirmation, std::string_view{"needs-confirmation"}},
    std::pair{SessionState::foreign, std::string_view{"foreign"}},
};

struct Host {
    Id id;
    std::string name;
    std::vector<Address> underlay;
    std::string zone;
    std::string rack;
    std::vector<std::string> capabilities;
    std::uint32_t underlay_mtu{0};
    std::string certificate_serial;
    SessionState session{SessionState::never};
    std::uint64_t installed_revision{0};
    std::string problem;
    Tags tags;
    std::uint64_t generation{0};
    std::uint64_t create_time{0};
    std::string former_serial;
    bool foreign{false};
    std::vector<Mac> nics;

    friend bool operator==(const Host&, const Host&) = default;
};

template <>
struct Schema<Host> {
    static constexpr Kind kind = Kind::host;
    static constexpr std::string_view name = "host";
    static constexpr auto fields = Fields{
        Field{1, "id", &Host::id, "id of the host", server},
        Field{2, "name", &Host::name, "name, unique", required | create_only, 1, 255},
        Field{3, "underlay", &Host::underlay, "underlay addresses, declared; the agent's report must match",
              required, 1, 8},
        Field{4, "zone", &Host::zone, "zone it stands in", settable, 0, 255},
        Field{5, "rack", &Host::rack, "rack it stands in", settable, 0, 255},
        Field{6, "capabilities", &Host::capabilities,
              "framework versions and features; from its agent, of a foreign host declared", foreign_only, 0,
              64},
        Field{7, "underlay-mtu", &Host::underlay_mtu,
              "smallest uplink MTU, bytes, 0 unknown; from its agent, of a foreign host declared",
              foreign_only},
        Field{8, "certificate-serial", &Host::certificate_serial,
              "serial of the certificate in force, hex; empty: none issued", server, 0, 64},
        Field{9, "session", &Host::session, "state of the agent's session", derived},
        Field{10, "installed-revision", &Host::installed_revision, "newest revision the agent installed",
              derived},
        Field{11, "problem", &Host::problem, "why the host is not used, in words; empty: none", derived, 0,
              4096},
        Field{12, "tags", &Host::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{13, "generation", &Host::generation, "counts the changes of this object", server},
        Field{14, "create-time", &Host::create_time, "microseconds since 1970 UTC", server | timestamp},
        Field{15, "former-serial", &Host::former_serial,
              "serial that stays in force until the renewed certificate is used, hex", server, 0, 64},
        Field{16, "foreign", &Host::foreign, "runs no agent: another vendor's endpoint, declared whole",
              create_only},
        Field{17, "nics", &Host::nics, "MAC addresses of its usable uplinks; from its agent", server, 0, 64},
    };
};
WEFT_SCHEMA_COMPLETE(Host);

}  // namespace weft::schema
