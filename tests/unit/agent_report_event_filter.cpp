// SPDX-License-Identifier: Apache-2.0
// Which sampled packets a monitor shows: every filter with what it takes and what it leaves, together, and on
// packets inside others.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "agent/report/event_filter.h"
#include "agent/report/event_message.h"
#include "agent/report/packet_tuple.h"
#include "tests/harness/bpf/packet.h"
#include "weft/abi/counter.h"
#include "weft/abi/drop_reason.h"
#include "weft/abi/framework.h"

using namespace weft;
using namespace weft::agent;
using weft::test::Bytes;

namespace {

const auto here = test::mac("02:00:00:00:00:01");
const auto there = test::mac("02:00:00:00:00:02");

Bytes frame4(std::string_view from, std::string_view to, std::uint8_t protocol, const Bytes& l4,
             std::uint16_t fragment = 0) {
    const test::Ipv4 header{
        .source = test::ip(from), .destination = test::ip(to), .protocol = protocol, .fragment = fragment};
    return test::ethernet(there, here, test::ethertype_ipv4, test::ipv4(header, l4));
}
Bytes syn(std::uint16_t from = 40000, std::uint16_t to = 443) {
    return test::tcp({.source = from, .destination = to, .flags = test::tcp_syn});
}
Bytes request() { return frame4("10.1.2.30", "10.1.2.50", 6, syn()); }

// Record 7 of GNI 100 sent it.
weft_event event(const Bytes& frame, std::uint32_t kind = WEFT_EVENT_SENT,
                 std::uint32_t direction = WEFT_TX) {
    weft_event out{};
    out.record = 7;
    out.gni = 100;
    out.kind = kind;
    out.direction = direction;
    out.length = static_cast<std::uint32_t>(frame.size());
    out.captured = static_cast<std::uint32_t>(std::min(frame.size(), sizeof(out.packet)));
    std::copy_n(frame.begin(), out.captured, out.packet);
    return out;
}

EventFilter filter(const std::function<void(wire::MonitorRequest&)>& change) {
    wire::MonitorRequest request;
    request.verdicts = true;
    change(request);
    return EventFilter::make(request).value();
}

}  // namespace

TEST_CASE("[8.3/monitor] each filter takes what it names and leaves the rest") {
    using Request = wire::MonitorRequest;
    const auto sent = event(request());
    const auto takes = [&](const std::function<void(Request&)>& change) {
        return filter(change).matches(sent);
    };
    CHECK(takes([](Request&) {}));
    CHECK(takes([](Request& r) { r.record = to_string(Id{Kind::record, 7}); }));
    CHECK_FALSE(takes([](Request& r) { r.record = to_string(Id{Kind::record, 8}); }));
    CHECK(takes([](Request& r) { r.remote = "10.1.2.50"; }));
    CHECK(takes([](Request& r) { r.remote = "10.1.2.48/29"; }));
    CHECK_FALSE(takes([](Request& r) { r.remote = "10.1.2.30"; }));  // the record's own end
    CHECK_FALSE(takes([](Request& r) { r.remote = "2001:db8::/32"; }));
    CHECK(takes([](Request& r) { r.proto = "tcp"; }));
    CHECK(takes([](Request& r) { r.proto = "6"; }));
    CHECK_FALSE(takes([](Request& r) { r.proto = "udp"; }));
    CHECK(takes([](Request& r) { r.port = 443; }));
    CHECK(takes([](Request& r) { r.port = 40000; }));
    CHECK_FALSE(takes([](Request& r) { r.port = 80; }));
    CHECK(takes([](Request& r) { r.direction = "tx"; }));
    CHECK_FALSE(takes([](Request& r) { r.direction = "rx"; }));
    CHECK(takes([](Request& r) { r.gni = 100; }));
    CHECK_FALSE(takes([](Request& r) { r.gni = 101; }));
    CHECK_FALSE(takes([](Request& r) { r.reason = "no_route"; }));  // it was not dropped
    CHECK_FALSE(takes([](Request& r) { r.verdicts = false; }));
    CHECK(takes([](Request& r) { r.remote = "10.1.2.50", r.port = 443, r.proto = "tcp"; }));
    CHECK_FALSE(takes([](Request& r) { r.remote = "10.1.2.50", r.port = 443, r.proto = "udp"; }));
}

TEST_CASE("[8.3/monitor] drops are filtered as well, without asking for verdicts") {
    auto dropped = event(request(), WEFT_EVENT_DROP);
    dropped.reason = WEFT_DROP_no_route;
    const auto takes = [&](const char* reason, std::uint32_t port) {
        return filter([&](wire::MonitorRequest& r) {
                   r.verdicts = false;
                   r.reason = reason;
                   r.port = port;
               })
            .matches(dropped);
    };
    CHECK(takes("no_route", 443));
    CHECK_FALSE(takes("no_route", 80));
    CHECK_FALSE(takes("no_mapping", 443));
}

TEST_CASE("[8.3/monitor] the remote end is the source of what comes in, and of what the router answers") {
    const auto takes = [](const weft_event& seen, const char* remote) {
        return filter([&](wire::MonitorRequest& r) { r.remote = remote; }).matches(seen);
    };
    CHECK(takes(event(request(), WEFT_EVENT_DELIVERED, WEFT_RX), "10.1.2.30"));
    CHECK_FALSE(takes(event(request(), WEFT_EVENT_DELIVERED, WEFT_RX), "10.1.2.50"));
    CHECK(takes(event(request(), WEFT_EVENT_ANSWERED), "10.1.2.30"));
}

TEST_CASE("[8.3/monitor] what is wrong in a request is said by its field") {
    const auto field = [](const std::function<void(wire::MonitorRequest&)>& change) {
        wire::MonitorRequest request;
        change(request);
        const auto made = EventFilter::make(request);
        return made ? std::string{} : made.error().field;
    };
    CHECK(field([](auto& r) { r.record = to_string(Id{Kind::host, 7}); }) == "record");
    CHECK(field([](auto& r) { r.reason = "bad_mood"; }) == "reason");
    CHECK(field([](auto& r) { r.remote = "10.1.2.0/33"; }) == "remote");
    CHECK(field([](auto& r) { r.proto = "256"; }) == "proto");
    CHECK(field([](auto& r) { r.proto = "tcpp"; }) == "proto");
    CHECK(field([](auto& r) { r.direction = "up"; }) == "direction");
}

TEST_CASE("[8.3/monitor] tuples of IPv4, IPv6, fragments, ARP, VLAN and what a framework carries") {
    auto tuple = packet_tuple(request()).value();
    CHECK(to_string(tuple.source) == "10.1.2.30");
    CHECK(to_string(tuple.destination) == "10.1.2.50");
    CHECK(tuple.protocol == 6);
    CHECK(tuple.source_port == 40000);
    CHECK(tuple.destination_port == 443);
    CHECK(tuple.gni == 0);

    tuple = packet_tuple(frame4("10.1.2.30", "10.1.2.50", 17, test::payload(64), 100)).value();
    CHECK(tuple.protocol == 17);
    CHECK_FALSE(tuple.source_port.has_value());

    auto tagged = request();
    const Bytes tag{0x81, 0x00, 0x00, 0x05};
    tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
    CHECK(packet_tuple(tagged)->destination_port == 443);

    const test::Ipv6 header{
        .source = test::ip6("2001:db8::1"), .destination = test::ip6("2001:db8::2"), .next = 0};
    auto options = test::extension(60);  // hop-by-hop, then destination options
    const auto more = test::extension(17, test::payload(14));
    options.insert(options.end(), more.begin(), more.end());
    const auto datagram = test::udp(1000, 53, test::payload(4));
    options.insert(options.end(), datagram.begin(), datagram.end());
    tuple =
        packet_tuple(test::ethernet(there, here, test::ethertype_ipv6, test::ipv6(header, options))).value();
    CHECK(to_string(tuple.destination) == "2001:db8::2");
    CHECK(tuple.protocol == 17);
    CHECK(tuple.destination_port == 53);

    const auto arp = test::arp({.sender = test::ip("10.1.2.30"), .target = test::ip("10.1.2.1")});
    tuple = packet_tuple(test::ethernet(there, here, test::ethertype_arp, arp)).value();
    CHECK(to_string(tuple.destination) == "10.1.2.1");
    CHECK_FALSE(tuple.protocol.has_value());

    const auto geneve = test::geneve(100, test::weft_options(100, 9), request());
    tuple = packet_tuple(frame4("192.0.2.2", "192.0.2.1", 17, test::udp(50000, 6081, geneve))).value();
    CHECK(tuple.gni == 100);
    CHECK(tuple.destination_port == 443);
    const auto vxlan = test::vxlan(200, request());
    tuple = packet_tuple(frame4("192.0.2.2", "192.0.2.1", 17, test::udp(50000, 4789, vxlan))).value();
    CHECK(tuple.gni == 200);
    CHECK(to_string(tuple.source) == "10.1.2.30");
}

TEST_CASE("[8.3/monitor] no bytes are read that are not there") {
    CHECK(rc::check("any prefix of a packet, and any bytes", [](Bytes noise) {
        auto whole =
            frame4("192.0.2.2", "192.0.2.1", 17, test::udp(50000, 6081, test::geneve(100, {}, request())));
        const auto length = *rc::gen::inRange<std::size_t>(0, whole.size() + 1);
        whole.resize(length);
        (void)packet_tuple(whole);
        (void)packet_tuple(noise);
        auto mixed = request();
        std::copy_n(noise.begin(), std::min(noise.size(), mixed.size() - 12), mixed.begin() + 12);
        (void)packet_tuple(mixed);
    }));
}

TEST_CASE("[8.3/monitor] a verdict's message says how the packet passed") {
    auto sent = event(request());
    sent.peer = 0x12;
    sent.framework = WEFT_FRAMEWORK_geneve_1;
    sent.flow = WEFT_EVENT_FLOW_NEW;
    sent.rule_of = 9;
    sent.rule = 2;
    sent.time = 5'000'000;
    const auto message = event_message(sent, "veth1", 1'000'000);
    CHECK(message.verdict == wire::PacketVerdict::sent);
    CHECK(message.time_us == 1'005'000);
    CHECK(message.direction == "tx");
    CHECK(message.gni == 100);
    CHECK(message.flow == "new");
    CHECK(message.rule_of == Id{Kind::security_group, 9});
    CHECK(message.rule == 2);
    CHECK(message.peer == Id{Kind::host, 0x12});
    CHECK(message.framework == "geneve/1");
    CHECK(message.name.empty());
}
