// SPDX-License-Identifier: Apache-2.0
// The codec against bytes written by hand from the layout in wire/attribute.h and <linux/netlink.h>.
#include <doctest/doctest.h>

#include "weft/schema/partition.h"
#include "weft/schema/record.h"
#include "weft/schema/security_group.h"
#include "weft/wire/message.h"
#include "weft/wire/message/attach_request.h"
#include "weft/wire/message/object_request.h"

using namespace weft;
using schema::Bytes;

TEST_CASE("[8.1/layout] a subset of a partition is these bytes, integers little-endian, padded to four") {
    schema::Partition partition;
    partition.name = "blue";
    partition.gni = 0x010203;
    partition.cidrs = {Prefix::parse("10.1.0.0/16").value(), Prefix::parse("2001:db8::/32").value()};
    partition.dns = Address::parse("10.1.0.2").value();
    partition.tags = {{"a", "bc"}};
    const Bytes expected{
        // 2 name "blue": length 8, type 2
        8, 0, 2, 0, 'b', 'l', 'u', 'e',
        // 4 gni: length 8, type 4, 32 bits
        8, 0, 4, 0, 3, 2, 1, 0,
        // 5 cidrs: nest (0x8000) of items of type 1: prefix length, then 4 or 16 bytes; 4 + 12 + 24
        40, 0, 5, 0x80,                                                                     //
        9, 0, 1, 0, 16, 10, 1, 0, 0, 0, 0, 0,                                               //
        21, 0, 1, 0, 32, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  //
        // 6 dns
        8, 0, 6, 0, 10, 1, 0, 2,
        // 9 tags: nest of nests { 1: key, 2: value }
        24, 0, 9, 0x80, 20, 0, 1, 0x80,  //
        5, 0, 1, 0, 'a', 0, 0, 0,        //
        6, 0, 2, 0, 'b', 'c', 0, 0};
    CHECK(wire::encode(partition).value() == expected);

    schema::Partition read;
    const auto mask = wire::decode_into(expected, read);
    REQUIRE(mask.has_value());
    CHECK(read == partition);
    CHECK(*mask == 0b100111010);  // lines 2, 4, 5, 6 and 9 of the table
}

TEST_CASE("[8.1/layout] ids, MAC addresses, booleans and enumerations") {
    schema::Record record;
    record.id = Id{Kind::record, 0x0102030405060708};
    record.mac = Mac::parse("02:00:5e:10:20:30").value();
    record.source_dest_check = false;
    record.status = schema::RecordStatus::in_repair;
    const Bytes expected{13, 0, 1,  0, 3, 8, 7,    6,    5,    4,    3, 2, 1, 0, 0, 0,  // kind 3, value
                         10, 0, 8,  0, 2, 0, 0x5e, 0x10, 0x20, 0x30, 0, 0,              // mac
                         5,  0, 12, 0, 0, 0, 0,    0,   // source-dest-check: 0
                         5,  0, 13, 0, 2, 0, 0,    0};  // status: in-repair
    CHECK(wire::encode(record).value() == expected);
    schema::Record read;
    REQUIRE(wire::decode_into(expected, read).has_value());
    CHECK(read == record);
}

TEST_CASE("[8.1/layout] a frame has netlink's header in front") {
    wire::DetachRequest request;
    request.record = "i1";
    const auto frame = wire::pack(wire::Command::detach, request, 7, wire::flag_request).value();
    const Bytes expected{24, 0, 0, 0, 41,  0,   1, 0,
                         7,  0, 0, 0, 0,   0,   0, 0,  // length, type, flags, sequence, port
                         6,  0, 1, 0, 'i', '1', 0, 0};
    CHECK(wire::build_frame(frame) == expected);
}

TEST_CASE("[8.1/layout] a struct inside a struct is a nest of its fields") {
    wire::RemoveRequest request{Kind::record, "i1", {}};
    request.options.dry_run = true;
    const Bytes expected{5,  0, 1, 0,    3,   0,   0, 0,  // kind: record
                         6,  0, 2, 0,    'i', '1', 0, 0,  // ref
                         12, 0, 3, 0x80, 5,   0,   1, 0, 1, 0, 0, 0};
    CHECK(wire::encode(request).value() == expected);
}

TEST_CASE("[8.1/layout] ports, ICMP types and rules") {
    schema::SecurityGroup group;
    schema::SecurityRule web;
    web.protocol = schema::Protocol::tcp;
    web.ports = {443, 8443};
    schema::SecurityRule ping;
    ping.direction = schema::Direction::egress;
    ping.protocol = schema::Protocol::icmp;
    ping.icmp = {8, 0};
    schema::SecurityRule reply = ping;
    reply.icmp = {0, std::nullopt};
    group.rules = {web, ping, reply};
    const Bytes expected{80, 0, 5, 0x80,                          // 5 rules: 4 + 20 + 28 + 28
                         20, 0, 1, 0x80,                          //
                         5,  0, 2, 0,    6,    0,    0,    0,     // protocol: tcp
                         8,  0, 3, 0,    0xbb, 0x01, 0xfb, 0x20,  // ports: 443, 8443
                         28, 0, 1, 0x80,                          //
                         5,  0, 1, 0,    1,    0,    0,    0,     // direction: egress
                         5,  0, 2, 0,    1,    0,    0,    0,     // protocol: icmp
                         6,  0, 4, 0,    8,    0,    0,    0,     // icmp: type 8, code 0
                         28, 0, 1, 0x80,                          //
                         5,  0, 1, 0,    1,    0,    0,    0,     //
                         5,  0, 2, 0,    1,    0,    0,    0,     //
                         5,  0, 4, 0,    0,    0,    0,    0};    // icmp: type 0, any code
    CHECK(wire::encode(group).value() == expected);
    schema::SecurityGroup read;
    REQUIRE(wire::decode_into(expected, read).has_value());
    CHECK(read == group);
    for (const Bytes& bad : {Bytes{16, 0, 5, 0x80, 12, 0, 1, 0x80, 8, 0, 3, 0, 2, 0, 1, 0},   // ports 2-1
                             Bytes{16, 0, 5, 0x80, 12, 0, 1, 0x80, 8, 0, 3, 0, 1, 0, 0, 0},   // ports 1-0
                             Bytes{16, 0, 5, 0x80, 12, 0, 1, 0x80, 7, 0, 4, 0, 1, 2, 3, 0},   // icmp, 3 bytes
                             Bytes{16, 0, 5, 0x80, 12, 0, 1, 0x80, 5, 0, 2, 0, 99, 0, 0, 0},  // protocol 99
                             Bytes{16, 0, 5, 0x80, 12, 0, 1, 0x80, 5, 0, 1, 0, 2, 0, 0, 0}}) {  // direction 2
        const auto refused = wire::decode_into(bad, read);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().field.find("rules") == 0);
    }
}
