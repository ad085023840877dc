// SPDX-License-Identifier: Apache-2.0
// Requests of clients and their answer. Layout of each: its table; values as in attribute.h.
#pragma once

#include "weft/base/id.h"
#include "weft/schema/attachment.h"
#include "weft/schema/field.h"
#include "weft/schema/vlan.h"

namespace weft::wire {

using schema::Bytes;
using schema::Tags;

// When a changing request is answered: durable; installed on every connected affected host; on all.
enum class Wait : std::uint8_t { store = 0, installed = 1, all = 2 };

enum class Lifecycle : std::uint8_t { launch = 1, suspend = 2, resume = 3, stop = 4 };

// What every changing request may carry.
struct Options {
    bool dry_run{false};
    std::string token;
    std::uint64_t if_generation{0};
    Wait wait{Wait::store};
    std::uint32_t timeout_ms{30000};
    bool strict{false};
    bool force{false};

    friend bool operator==(const Options&, const Options&) = default;
};

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

// Changes after a revision; 0: first all present objects. They come in the order of revisions, the latest of
// each object. Who was left out (lagged) or cut off goes on from the newest revision seen before that, less
// one: that revision's other objects may be missing, and what comes again is the same.
struct WatchRequest {
    Kind kind{Kind::none};
    Tags filters;
    std::uint64_t from{0};

    friend bool operator==(const WatchRequest&, const WatchRequest&) = default;
};

// One object as the requester may see it, derived fields filled.
struct ObjectAnswer {
    Kind kind{Kind::none};
    Bytes object;
    std::uint64_t revision{0};

    friend bool operator==(const ObjectAnswer&, const ObjectAnswer&) = default;
};

// A notification of a watch.
struct Change {
    Kind kind{Kind::none};
    bool deleted{false};
    Bytes object;
    std::uint64_t revision{0};
    bool lagged{false};

    friend bool operator==(const Change&, const Change&) = default;
};

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

// launch, suspend, resume and stop (row 2.13): by hand, by a scaler, all the same.
struct LifecycleRequest {
    std::string instance;
    Lifecycle verb{};    // none: 0
    bool detach{false};  // stop
    Options options;

    friend bool operator==(const LifecycleRequest&, const LifecycleRequest&) = default;
};

// Whether all attachments of the instance are programmed (row 2.3): ack 0, or conflict naming those that are
// not.
struct ReadyRequest {
    std::string instance;
    Options options;

    friend bool operator==(const ReadyRequest&, const ReadyRequest&) = default;
};

// confirm: accept what the guard held back; token: a one-time enrolment token; revoke: its certificate.
struct HostRequest {
    std::string host;

    friend bool operator==(const HostRequest&, const HostRequest&) = default;
};

// The answer to a changing request; code 0 is success.
struct Ack {
    std::uint16_t code{0};
    std::string text;
    std::string field;
    std::uint64_t revision{0};
    bool changed{false};
    Kind kind{Kind::none};
    Bytes object;
    Id operation;
    std::vector<std::string> notes;
    std::vector<std::string> lost_hosts;
    std::uint64_t took_us{0};

    friend bool operator==(const Ack&, const Ack&) = default;
};

}  // namespace weft::wire

namespace weft::schema {

template <>
inline constexpr auto enum_names<wire::Wait> = std::array{
    std::pair{wire::Wait::store, std::string_view{"store"}},
    std::pair{wire::Wait::installed, std::string_view{"installed"}},
    std::pair{wire::Wait::all, std::string_view{"all"}},
};

template <>
inline constexpr auto enum_names<wire::Lifecycle> = std::array{
    std::pair{wire::Lifecycle::launch, std::string_view{"launch"}},
    std::pair{wire::Lifecycle::suspend, std::string_view{"suspend"}},
    std::pair{wire::Lifecycle::resume, std::string_view{"resume"}},
    std::pair{wire::Lifecycle::stop, std::string_view{"stop"}},
};

template <>
struct Schema<wire::Options> {
    static constexpr std::string_view name = "Options";
    static constexpr auto fields = Fields{
        Field{1, "dry-run", &wire::Options::dry_run, "say what would change or why not; change nothing"},
        Field{2, "token", &wire::Options::token, "client token: the same token repeats the first answer",
              settable, 0, 128},
        Field{3, "if-generation", &wire::Options::if_generation,
              "refuse unless the object has this generation; 0 any"},
        Field{4, "wait", &wire::Options::wait, "when to answer"},
        Field{5, "timeout-ms", &wire::Options::timeout_ms,
              "for wait; then ErrorCode::timeout, the change goes on"},
        Field{6, "strict", &wire::Options::strict, "doing what is already done is an error"},
        Field{7, "force", &wire::Options::force, "remove: detach first"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Options);

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
struct Schema<wire::WatchRequest> {
    static constexpr std::string_view name = "WatchRequest";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::WatchRequest::kind, "kind of object; none: all"},
        Field{2, "filters", &wire::WatchRequest::filters, "as in ListRequest", settable, 0, 32},
        Field{3, "from", &wire::WatchRequest::from, "changes after this revision"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::WatchRequest);

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

template <>
struct Schema<wire::Change> {
    static constexpr std::string_view name = "Change";
    static constexpr auto fields = Fields{
        Field{1, "kind", &wire::Change::kind, "kind of object", required},
        Field{2, "deleted", &wire::Change::deleted, "the object is gone; `object` is its last state"},
        Field{3, "object", &wire::Change::object, "its fields", required},
        Field{4, "revision", &wire::Change::revision, "the change's revision"},
        Field{5, "lagged", &wire::Change::lagged, "changes before this one were left out: watch again"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Change);

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

template <>
struct Schema<wire::LifecycleRequest> {
    static constexpr std::string_view name = "LifecycleRequest";
    static constexpr auto fields = Fields{
        Field{1, "instance", &wire::LifecycleRequest::instance, "id or name", required, 1, 511},
        Field{2, "verb", &wire::LifecycleRequest::verb, "what it is to do", required},
        Field{3, "detach", &wire::LifecycleRequest::detach, "stop: detach all its records"},
        Field{4, "options", &wire::LifecycleRequest::options, ""},
    };
};
WEFT_SCHEMA_COMPLETE(wire::LifecycleRequest);

template <>
struct Schema<wire::ReadyRequest> {
    static constexpr std::string_view name = "ReadyRequest";
    static constexpr auto fields = Fields{
        Field{1, "instance", &wire::ReadyRequest::instance, "id or name", required, 1, 511},
        Field{2, "options", &wire::ReadyRequest::options, "wait, timeout"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::ReadyRequest);

template <>
struct Schema<wire::HostRequest> {
    static constexpr std::string_view name = "HostRequest";
    static constexpr auto fields = Fields{
        Field{1, "host", &wire::HostRequest::host, "id or name", required, 1, 255},
    };
};
WEFT_SCHEMA_COMPLETE(wire::HostRequest);

template <>
struct Schema<wire::Ack> {
    static constexpr std::string_view name = "Ack";
    static constexpr auto fields = Fields{
        Field{1, "code", &wire::Ack::code, "an ErrorCode, or 0"},
        Field{2, "text", &wire::Ack::text, "what was wrong and expected, or what was done", settable, 0,
              8192},
        Field{3, "field", &wire::Ack::field, "the offending field or attribute", settable, 0, 255},
        Field{4, "revision", &wire::Ack::revision, "revision of the commit"},
        Field{5, "changed", &wire::Ack::changed, "false: it was already so, or dry run"},
        Field{6, "kind", &wire::Ack::kind, "kind of `object`"},
        Field{7, "object", &wire::Ack::object, "the object afterwards"},
        Field{8, "operation", &wire::Ack::operation, "the operation that goes on"},
        Field{9, "notes", &wire::Ack::notes, "what the requester should know", settable, 0, 64},
        Field{10, "lost-hosts", &wire::Ack::lost_hosts, "affected hosts that are not connected", settable, 0,
              2000},
        Field{11, "took-us", &wire::Ack::took_us,
              "from commit to installed everywhere awaited, microseconds; 0 not awaited"},
    };
};
WEFT_SCHEMA_COMPLETE(wire::Ack);

}  // namespace weft::schema
