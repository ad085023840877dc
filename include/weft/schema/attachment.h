// SPDX-License-Identifier: Apache-2.0
// An attachment: one record on one instance, an object of its own (rows 1.11, 2.1).
#pragma once

#include "weft/base/id.h"
#include "weft/net/mac.h"
#include "weft/schema/field.h"
#include "weft/schema/security_group.h"
#include "weft/schema/vlan.h"

namespace weft::schema {

inline constexpr std::size_t most_attachment_rules = 100;

// How far the packet path is with it. What each host must hold follows from the phase alone (distribution):
//            port at the host   transmit   mapping and source at all hosts of the partition
//  waiting         no              -            no     (no host yet, or the instance has none)
//  programming     yes             off          no
//  announcing      yes             off          yes
//  enabling        yes             on           yes
//  attached        yes             on           yes
//  cutting         no              -            yes    (detach: first the port goes)
//  withdrawing     no              -            no     (then the mapping; then the attachment is deleted)
enum class Phase : std::uint8_t {
    waiting = 0,
    programming = 1,
    announcing = 2,
    enabling = 3,
    attached = 4,
    cutting = 5,
    withdrawing = 6,
};
template <>
inline constexpr auto enum_names<Phase> = std::array{
    std::pair{Phase::waiting, std::string_view{"waiting"}},
    std::pair{Phase::programming, std::string_view{"programming"}},
    std::pair{Phase::announcing, std::string_view{"announcing"}},
    std::pair{Phase::enabling, std::string_view{"enabling"}},
    std::pair{Phase::attached, std::string_view{"attached"}},
    std::pair{Phase::cutting, std::string_view{"cutting"}},
    std::pair{Phase::withdrawing, std::string_view{"withdrawing"}},
};

struct Attachment {
    Id id;
    Id record;
    Id instance;
    Id host;
    std::string device;
    std::string netns;
    Phase phase{Phase::waiting};
    bool delete_on_terminate{false};
    std::string owner;
    Id operation;
    std::string notice;
    std::uint64_t attach_time{0};
    std::uint64_t generation{0};
    std::uint64_t create_time{0};
    std::uint32_t vlan{0};
    Id device_of;
    Mac device_mac;
    Tags tags;
    std::uint32_t lease{0};
    std::uint32_t lease_held{0};
    std::vector<SecurityRule> rules;
    std::string failed;
    Id at;
    bool made{false};

    friend bool operator==(const Attachment&, const Attachment&) = default;
};

template <>
struct Schema<Attachment> {
    static constexpr Kind kind = Kind::attachment;
    static constexpr std::string_view name = "attachment";
    static constexpr auto fields = Fields{
        Field{1, "id", &Attachment::id, "id of the attachment", server},
        Field{2, "record", &Attachment::record, "the record", server},
        Field{3, "instance", &Attachment::instance, "the instance", server},
        Field{4, "host", &Attachment::host, "host it is programmed on; empty: not known yet", server},
        Field{5, "device", &Attachment::device, "device: on the host (tap, veth), or inside netns", server, 0,
              15},
        Field{6, "netns", &Attachment::netns,
              "named network namespace that gets a new veth end; empty: the device exists", server, 0, 255},
        Field{7, "phase", &Attachment::phase, "how far the packet path is", server},
        Field{8, "delete-on-terminate", &Attachment::delete_on_terminate, "overrides the record's", settable},
        Field{9, "owner", &Attachment::owner, "principal that attached it", server, 0, 255},
        Field{10, "operation", &Attachment::operation, "operation that is changing it; empty: none", server},
        Field{11, "notice", &Attachment::notice, "what the reader should know, e.g. 'not enforced on h1'",
              derived, 0, 4096},
        Field{12, "attach-time", &Attachment::attach_time,
              "when traffic was enabled, microseconds since 1970 UTC", server | timestamp},
        Field{13, "generation", &Attachment::generation, "counts the changes of this object", server},
        Field{14, "create-time", &Attachment::create_time, "microseconds since 1970 UTC", server | timestamp},
        Field{15, "vlan", &Attachment::vlan, "802.1Q tag on the device; 0 untagged", server, 0, most_vlan},
        Field{20, "device-of", &Attachment::device_of,
              "attachment that the device was made for; empty: this one", server},
        Field{21, "device-mac", &Attachment::device_mac,
              "MAC address of what shares the device and the tag; empty: the record's", server},
        Field{91, "tags", &Attachment::tags, "free KEY=VALUE pairs", settable, 0, 50},
        Field{17, "lease", &Attachment::lease,
              "seconds that it passes packets after its host's last contact; 0: without limit", server, 0,
              3600},
        Field{18, "lease-held", &Attachment::lease_held,
              "the longest lease that its host may have in force; 0: it may have none", server, 0, 3600},
        Field{16, "rules", &Attachment::rules,
              "set by the instance's owner: what passes besides being allowed by the record's groups; none: "
              "all of that",
              settable, 0, most_attachment_rules},
        Field{30, "failed", &Attachment::failed,
              "why flows of a shared record go to its other instances alone; empty: they come here as well",
              server, 0, 1024},
        Field{45, "at", &Attachment::at,
              "host it is for, of an instance that spans several; empty: the instance's", server},
        Field{46, "made", &Attachment::made,
              "the device is one end of a veth that weft makes on a bare server", server},
    };
};
WEFT_SCHEMA_COMPLETE(Attachment);

}  // namespace weft::schema
