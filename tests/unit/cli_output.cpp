// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <sstream>

#include "coordinator/cli/output/columns.h"
#include "coordinator/cli/output/objects.h"
#include "coordinator/cli/output/table.h"
#include "coordinator/cli/verbs/agent_socket.h"
#include "weft/schema/objects.h"

using namespace weft;
using cli::Format;
using schema::Value;

namespace {

struct Shown {
    std::vector<Value> records;
    cli::Names names;

    Shown() {
        schema::Partition blue;
        blue.id = {Kind::partition, 1};
        blue.name = "blue";
        schema::Instance vm;
        vm.id = {Kind::instance, 5};
        vm.name = "vm";
        names.add(schema::to_value(blue));
        names.add(schema::to_value(vm));
        schema::Record record;
        record.id = {Kind::record, 6};
        record.name = "i1";
        record.partition = blue.id;
        record.subnet = {Kind::subnet, 2};
        record.addresses = {Address::parse("10.1.2.30").value(), Address::parse("2001:db8::30").value()};
        record.attachment_status = schema::AttachmentStatus::attached;
        record.instances = {vm.id};
        record.tags = {{"a", "b"}, {"c", "d"}};
        record.create_time = 1769860800000001;
        records.push_back(schema::to_value(record));
        record = {};
        record.id = {Kind::record, 7};
        record.name = "grün";
        record.partition = blue.id;
        records.push_back(schema::to_value(record));
    }

    std::string list(Format format) {
        std::ostringstream out;
        cli::print_list(out, format, Kind::record, records, names);
        return out.str();
    }
};

}  // namespace

TEST_CASE("[1.7/list] a table shows names for ids, - for nothing, and nothing at line ends") {
    Shown shown;
    CHECK(shown.list(Format::table) ==
          "PARTITION  NAME  SUBNET                 ADDRESSES               STATUS     ATTACHMENT  INSTANCES  "
          "HOSTS\n"
          "blue       i1    sub-00000000000000002  10.1.2.30,2001:db8::30  available  attached    vm         "
          "-\n"
          "blue       grün  -                      -                       available  detached    -          "
          "-\n");
    CHECK(shown.list(Format::name) == "blue/i1\nblue/grün\n");
    shown.names.sort(Kind::record, shown.records);
    CHECK(shown.list(Format::name) == "blue/grün\nblue/i1\n");
    shown.records.clear();
    CHECK(shown.list(Format::table).empty());
    CHECK(shown.list(Format::json) == "[]\n");
}

TEST_CASE("[1.7/show] one object shows every field, references by name with their id") {
    Shown shown;
    std::ostringstream out;
    cli::print_object(out, Format::table, Kind::record, shown.records[0], shown.names);
    const std::string text = out.str();
    CHECK(text.starts_with("id:                  rec-00000000000000006\nname:                i1\n"));
    CHECK(text.find("\npartition:           blue (part-00000000000000001)\n") != std::string::npos);
    CHECK(text.find("\ntags:                a=b,c=d\n") != std::string::npos);
    CHECK(text.find("\nsource-dest-check:   yes\n") != std::string::npos);
    CHECK(text.find("\ngeneration:          0\ncreate-time:         2026-01-31T12:00:00.000001Z\n"
                    "tag:                 0\n") != std::string::npos);
    CHECK(text.ends_with(
        "\nattachers:           -\ndetachers:           -\n"
        "ip-setters:          -\nmodifiers:           -\nstandbys:            -\nlease:               10\n"
        "failover:            -\nprefixes:            -\npublic-addresses:    -\nnics:                -\n"
        "monitoring:          tx-packets=0,tx-bytes=0,rx-packets=0,rx-bytes=0,tx-drops=0,rx-drops=0,time=\n"
        "former-prefixes:     -\nmembers:             -\nsubnets:             -\n"
        "address-subnets:     -\n"));
    CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) ==
          schema::field_count<schema::Record>);
}

TEST_CASE("[4.1/show] a group's rules read as they are typed, with the names of groups") {
    Shown shown;
    schema::SecurityGroup web;
    web.id = {Kind::security_group, 8};
    web.name = "web";
    web.partition = {Kind::partition, 1};
    schema::SecurityRule https;
    https.protocol = schema::Protocol::tcp;
    https.ports = {443, 443};
    schema::SecurityRule ping;
    ping.protocol = schema::Protocol::icmp;
    ping.icmp = {8, 0};
    ping.group = web.id;
    web.rules = {https, ping};
    const auto object = schema::to_value(web);
    shown.names.add(object);
    std::ostringstream out;
    cli::print_object(out, Format::table, Kind::security_group, object, shown.names);
    CHECK(out.str().find("\nrules:       ingress tcp 443 from any, ingress icmp 8/0 from group web\n") !=
          std::string::npos);
    CHECK(out.str().find("\npartition:   blue (part-00000000000000001)\n") != std::string::npos);
}

TEST_CASE("[1.7/watch] an event is one line") {
    Shown shown;
    CHECK(cli::summary(Kind::record, shown.records[0], shown.names) ==
          "record blue/i1 subnet=sub-00000000000000002 addresses=10.1.2.30,2001:db8::30 status=available "
          "attachment-status=attached instances=vm");
}

TEST_CASE("[1.7/list] every column is a field of its kind") {
    schema::for_each_object([]<class T>(std::type_identity<T>) {
        const auto columns = cli::columns_of(schema::Schema<T>::kind);
        CHECK_FALSE(columns.empty());
        for (const auto& column : columns) {
            CAPTURE(column.field);
            CHECK(schema::find_field(schema::Schema<T>::kind, column.field) != nullptr);
        }
    });
}

TEST_CASE("[8.3/counters] counters are aligned numbers, drops with their reasons") {
    wire::Counters counters;
    counters.records.push_back({{Kind::record, 6},
                                "i1",
                                "h1",
                                12,
                                1176,
                                1234567,
                                9,
                                {{3, "spoofed_source", 3}, {4, "no_mapping", 0}}});
    counters.records.push_back({{}, "", "h1", 0, 0, 0, 0, {{9, "not_ours", 1}}});
    std::ostringstream out;
    cli::print_counters(out, counters);
    CHECK(out.str() ==
          "RECORD       HOST  TX PACKETS  TX BYTES  RX PACKETS  RX BYTES  DROPPED  REASONS\n"
          "i1           h1            12      1176     1234567         9        3  spoofed_source 3\n"
          "(no record)  h1             0         0           0         0        1  not_ours 1\n");
}

TEST_CASE("[2.12/status] status names each host's session, what it installed and how long it took") {
    wire::Status status;
    status.program = "weft-coordinator 0.1.0";
    status.cluster = 0xab;
    status.epoch = 2;
    status.revision = 40;
    status.hosts.push_back({{Kind::host, 3}, "h1", schema::SessionState::connected, 40, 3210, {}, {}, ""});
    status.hosts.push_back(
        {{Kind::host, 4}, "h2", schema::SessionState::lost, 7, 0, {"port x: no device"}, {"eth0"}, "gone"});
    std::ostringstream out;
    cli::print_status(out, status);
    CHECK(out.str() ==
          "program:   weft-coordinator 0.1.0\n"
          "cluster:   00000000000000ab\n"
          "epoch:     2\n"
          "revision:  40\n"
          "\n"
          "HOST  SESSION    INSTALLED    TOOK  PROBLEM\n"
          "h1    connected         40  3.2 ms  -\n"
          "h2    lost               7       -  gone\n"
          "h2: not installed: port x: no device\n"
          "h2: waiting for its device: eth0\n");
}

TEST_CASE("[8.3/monitor] a drop is one line with time, reason, record, place and packet") {
    wire::PacketEvent drop;
    drop.time_us = 1769860800000001;
    drop.reason = 3;
    drop.name = "spoofed_source";
    drop.text = "the source is not the record's";
    drop.record = {Kind::record, 6};
    drop.device = "veth0";
    drop.packet = "10.9.9.9 > 10.1.2.50 icmp";
    CHECK(cli::event_line(drop) ==
          "2026-01-31T12:00:00.000001Z spoofed_source record rec-00000000000000006 at veth0: "
          "10.9.9.9 > 10.1.2.50 icmp (the source is not the record's)");
}

TEST_CASE("[8.3/monitor] a verdict's line says its flow, its rule, its peer and framework") {
    wire::PacketEvent sent;
    sent.time_us = 1769860800000001;
    sent.verdict = wire::PacketVerdict::sent;
    sent.direction = "tx";
    sent.record = {Kind::record, 6};
    sent.packet = "TCP 1 > 2";
    sent.flow = "new";
    sent.rule_of = {Kind::security_group, 9};
    sent.rule = 2;
    sent.peer = {Kind::host, 3};
    sent.framework = "geneve/1";
    CHECK(cli::event_line(sent) ==
          "2026-01-31T12:00:00.000001Z sent record rec-00000000000000006: TCP 1 > 2 "
          "(new flow, allowed by rule 2 of sg-00000000000000009, to host-00000000000000003 in geneve/1)");
    sent.verdict = wire::PacketVerdict::delivered;
    sent.direction = "rx";
    sent.flow = "established";
    sent.rule_of = {};
    CHECK(cli::event_line(sent) ==
          "2026-01-31T12:00:00.000001Z delivered record rec-00000000000000006: TCP 1 > 2 "
          "(established flow, from host-00000000000000003 in geneve/1)");
}
