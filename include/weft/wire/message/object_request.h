// SPDX-License-Identifier: Apache-2.0
// Requests for one object or a list of them, and the object in an answer. Layout of each: its table; values
// as in attribute.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/schema/attachment.h"
#include "weft/schema/field.h"
#include "weft/schema/security_group.h"
#include "weft/wire/message/options.h"

namespace weft::wire {

using schema::Bytes;
using schema::Tags;

// Creates one object; a partition with its subnets, and a record with its attachment, in one transaction: all
// or nothing (row 1.3).
struct CreateRequest {
    Kind kind{Kind::none};
    Bytes object;
    std::vector<Bytes> subnets;
    Options options;
    std::string instance{};
    std::string device{};
    std::string netns{};
    std::vector<schema::SecurityRule> rules{};

    friend bool operator==(const CreateRequest&, const CreateRequest&) = default;
};

// Sets the fields that the patch carries; others stay.
struct ModifyRequest {
    Kind kind{Kind::none};
    std::string ref;
    Bytes patch;
    Options options;

    friend bool operator==(const ModifyRequest&, const ModifyRequest&) = default;
};

// Deletes one object; refused while used.
struct RemoveRequest {
    Kind kind{Kind::none};
    std::string ref;
    Options options;

    friend bool operator==(const RemoveRequest&, const RemoveRequest&) = default;
};

// One object.
struct GetRequest {
    Kind kind{Kind::none};
    std::string ref;

    friend bool operator==(const GetRequest&, const GetRequest&) = default;
};

// Objects by id order; filters combine.
struct ListRequest {
    Kind kind{Kind::none};
    Tags filters;
    std::string after;
    std::uint32_t limit{0};

    friend bool operator==(const ListRequest&, const ListRequest&) = default;
};

// One object as the requester may see it, derived fields filled.
struct ObjectAnswer {
    Kind kind{Kind::none};
    Bytes object;
    std::uint64_t revision{0};

    friend bool operator==(const ObjectAnswer&, const ObjectAnswer&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
struct Schema<wire::CreateRequest> {
    static constexpr std::string_view name = "CreateRequest";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::CreateRequest::kind, "kind of object", required},
        Field{2, "object", &wire::CreateRequest::object, "its fields (codec.h, by the object's table)",
              required},
        Field{3, "subnets", &wire::CreateRequest::subnets,
              "partition: its first subnets, their partition left out", settable, 0, 64},
        Field{4, "options", &wire::CreateRequest::options, ""},
        Field{5, "instance", &wire::CreateRequest::instance, "record: attached to this one at once", settable,
              0, 511},
        Field{6, "device", &wire::CreateRequest::device, "as in AttachRequest", settable, 0, 15},
        Field{7, "netns", &wire::CreateRequest::netns, "as in AttachRequest", settable, 0, 255},
        Field{9, "rules", &wire::CreateRequest::rules, "as in AttachRequest", settable, 0,
              schema::most_attachment_rules},
    };
};
WEFT_SCHEMA_COMPLETE(wire::CreateRequest);

template <>
struct Schema<wire::ModifyRequest> {
    static constexpr std::string_view name = "ModifyRequest";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::ModifyRequest::kind, "kind of object", required},
        Field{2, "ref", &wire::ModifyRequest::ref, "id, name or unambiguous id prefix", required, 1, 255},
        Field{3, "patch", &wire::ModifyRequest::patch, "the fields to set", required},
        Field{4, "options", &wire::ModifyRequest::options, ""},
    };
};
WEFT_SCHEMA_COMPLETE(wire::ModifyRequest);

template <>
struct Schema<wire::RemoveRequest> {
    static constexpr std::string_view name = "RemoveRequest";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::RemoveRequest::kind, "kind of object", required},
        Field{2, "ref", &wire::RemoveRequest::ref, "id, name or unambiguous id prefix", required, 1, 255},
        Field{3, "options", &wire::RemoveRequest::options, ""},
    };
};
WEFT_SCHEMA_COMPLETE(wire::RemoveRequest);

template <>
struct Schema<wire::GetRequest> {
    static constexpr std::string_view name = "GetRequest";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::GetRequest::kind, "kind of object", required},
        Field{2, "ref", &wire::GetRequest::ref, "id, name, PARTITION/NAME or unambiguous id prefix", required,
              1, 511},
    };
};
WEFT_SCHEMA_COMPLETE(wire::GetRequest);

template <>
struct Schema<wire::ListRequest> {
    static constexpr std::string_view name = "ListRequest";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::ListRequest::kind, "kind of object", required},
        Field{2, "filters", &wire::ListRequest::filters,
              "field name -> value; tag:KEY -> value; references by id or name", settable, 0, 32},
        Field{3, "after", &wire::ListRequest::after, "page: ids after this one", settable, 0, 64},
        Field{4, "limit", &wire::ListRequest::limit, "page size; 0 all"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::ListRequest);

template <>
struct Schema<wire::ObjectAnswer> {
    static constexpr std::string_view name = "ObjectAnswer";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::ObjectAnswer::kind, "kind of object", required},
        Field{2, "object", &wire::ObjectAnswer::object, "its fields", required},
        Field{3, "revision", &wire::ObjectAnswer::revision, "revision of the snapshot it was read from"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::ObjectAnswer);

}  // namespace weft::schema
