// SPDX-License-Identifier: Apache-2.0
// Requests that put a record on an instance, and take it elsewhere. Layout of each: its table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/schema/attachment.h"
#include "weft/schema/field.h"
#include "weft/schema/security_group.h"
#include "weft/schema/vlan.h"
#include "weft/wire/message/options.h"

namespace weft::wire {

using schema::Tags;

// Attaches a record, or any detached one of a pool, to an instance (rows 2.1, 1.10).
struct AttachRequest {
    std::string record;
    std::string instance;
    std::string device;
    std::string netns;
    bool delete_on_terminate{false};
    bool has_delete_on_terminate{false};
    Options options;
    std::string pool{};
    std::uint32_t vlan{0};
    bool has_vlan{false};
    Tags tags{};
    std::vector<schema::SecurityRule> rules{};
    std::string host{};

    friend bool operator==(const AttachRequest&, const AttachRequest&) = default;
};

// By record and instance, by record alone, or all of an instance (row 2.4).
struct DetachRequest {
    std::string record;
    std::string instance;
    Options options;

    friend bool operator==(const DetachRequest&, const DetachRequest&) = default;
};

// Moves an instance with all its records to another host.
struct MoveRequest {
    std::string instance;
    std::string host;
    Options options;

    friend bool operator==(const MoveRequest&, const MoveRequest&) = default;
};

// The record is detached from where it is and attached to a standby (row 2.11).
struct FailoverRequest {
    std::string record;
    std::string instance;
    Options options;

    friend bool operator==(const FailoverRequest&, const FailoverRequest&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
struct Schema<wire::AttachRequest> {
    static constexpr std::string_view name = "AttachRequest";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::AttachRequest::record, "id or name; empty: any of the pool", settable, 0,
              511},
        Field{2, "instance", &wire::AttachRequest::instance, "id or name", required, 1, 511},
        Field{3, "device", &wire::AttachRequest::device,
              "tap or veth on the host, or the name inside netns; empty: eth<N> in netns", settable, 0, 15},
        Field{4, "netns", &wire::AttachRequest::netns, "network namespace; empty: the instance's", settable,
              0, 255},
        Field{5, "delete-on-terminate", &wire::AttachRequest::delete_on_terminate,
              "overrides the record's when has_delete_on_terminate"},
        Field{6, "has-delete-on-terminate", &wire::AttachRequest::has_delete_on_terminate, ""},
        Field{7, "options", &wire::AttachRequest::options, ""},
        Field{10, "pool", &wire::AttachRequest::pool, "id or name of a pool of records", settable, 0, 511},
        Field{8, "vlan", &wire::AttachRequest::vlan, "802.1Q tag, 0 none; the record's unless has_vlan",
              settable, 0, schema::most_vlan},
        Field{9, "has-vlan", &wire::AttachRequest::has_vlan, ""},
        Field{20, "tags", &wire::AttachRequest::tags, "of a new attachment", settable, 0, 50},
        Field{11, "rules", &wire::AttachRequest::rules, "of the attachment, as in its table", settable, 0,
              schema::most_attachment_rules},
        Field{12, "host", &wire::AttachRequest::host,
              "which of those that the instance spans; empty: its first", settable, 0, 255},
    };
};
WEFT_SCHEMA_COMPLETE(wire::AttachRequest);

template <>
struct Schema<wire::DetachRequest> {
    static constexpr std::string_view name = "DetachRequest";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::DetachRequest::record, "id or name; empty: all of the instance", settable,
              0, 511},
        Field{2, "instance", &wire::DetachRequest::instance, "id or name; empty: from wherever the record is",
              settable, 0, 511},
        Field{3, "options", &wire::DetachRequest::options, ""},
    };
};
WEFT_SCHEMA_COMPLETE(wire::DetachRequest);

template <>
struct Schema<wire::MoveRequest> {
    static constexpr std::string_view name = "MoveRequest";
    static constexpr auto fields = Fields{
        Field{1, "instance", &wire::MoveRequest::instance, "id or name", required, 1, 511},
        Field{2, "host", &wire::MoveRequest::host, "id or name", required, 1, 255},
        Field{3, "options", &wire::MoveRequest::options, ""},
    };
};
WEFT_SCHEMA_COMPLETE(wire::MoveRequest);

template <>
struct Schema<wire::FailoverRequest> {
    static constexpr std::string_view name = "FailoverRequest";
    static constexpr auto fields = Fields{
        Field{1, "record", &wire::FailoverRequest::record, "id or name", required, 1, 511},
        Field{2, "instance", &wire::FailoverRequest::instance,
              "id or name; empty: the first standby that can take it", settable, 0, 511},
        Field{3, "options", &wire::FailoverRequest::options, ""},
    };
};
WEFT_SCHEMA_COMPLETE(wire::FailoverRequest);

}  // namespace weft::schema
