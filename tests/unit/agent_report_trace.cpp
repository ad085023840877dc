// SPDX-License-Identifier: Apache-2.0
// The crafted packet of a trace, against bytes written down from the RFCs; its steps in words.
#include <doctest/doctest.h>
#include <linux/pkt_cls.h>

#include "agent/report/probe_packet.h"
#include "agent/report/trace_message.h"
#include "weft/abi/drop_reason.h"
#include "weft/abi/flow.h"

using namespace weft;
using namespace weft::agent;

namespace {

schema::Port port() {
    schema::Port p;
    p.mac = Mac::parse("02:00:00:00:0a:01").value();
    p.router_mac = Mac::parse("02:00:00:00:00:fe").value();
    p.router = Address::parse("10.1.2.1").value();
    p.prefix_length = 24;
    p.addresses = {Address::parse("10.1.2.30").value(), Address::parse("2001:db8:1::30").value()};
    return p;
}

wire::TraceRequest request(const char* destination, std::uint32_t protocol) {
    wire::TraceRequest r;
    r.destination = Address::parse(destination).value();
    r.protocol = protocol;
    return r;
}

std::string hex(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
        constexpr const char* digits = "0123456789abcdef";
        out += digits[static_cast<std::uint8_t>(c) >> 4U];
        out += digits[static_cast<std::uint8_t>(c) & 15U];
    }
    return out;
}

weft_trace_step step(weft_trace_kind kind, std::uint64_t id, std::uint64_t value) {
    weft_trace_step s{};
    s.kind = kind;
    s.id = id;
    s.value = value;
    return s;
}

}  // namespace

TEST_CASE("[8.3/trace] a TCP SYN inside the subnet, byte for byte") {
    auto r = request("10.1.2.50", 6);
    r.source_port = 40000;
    r.destination_port = 443;
    const auto frame = probe_packet(port(), r);
    REQUIRE(frame.has_value());
    CHECK(hex(*frame) ==
          "020000000001"
          "020000000a01"
          "0800"
          "45000028"
          "00004000"
          "4006227f"
          "0a01021e"
          "0a010232"
          "9c4001bb"
          "00000001"
          "00000000"
          "5002ffff"
          "00000000");
}

TEST_CASE("[8.3/trace] an echo request to another subnet goes to the router's MAC") {
    auto r = request("10.1.3.7", 1);
    r.icmp = 0x0800;
    const auto frame = probe_packet(port(), r);
    REQUIRE(frame.has_value());
    CHECK(
        hex(*frame).starts_with("0200000000fe"
                                "020000000a01"
                                "0800"
                                "4500001c"
                                "00004000"
                                "4001"));
    CHECK(
        hex(*frame).ends_with("0a01021e"
                              "0a010307"
                              "08000000"
                              "c0000001"));
}

TEST_CASE("[8.3/trace] UDP over IPv6 with a payload") {
    auto r = request("2001:db8:1::50", 17);
    r.destination_port = 53;
    r.size = 4;
    const auto frame = probe_packet(port(), r);
    REQUIRE(frame.has_value());
    CHECK(hex(*frame).substr(24) ==
          "86dd"
          "60000000"
          "000c1140"
          "20010db8000100000000000000000030"
          "20010db8000100000000000000000050"
          "c0000035"
          "000c0000"
          "00000000");
}

TEST_CASE("[8.3/trace] what cannot be crafted is refused, naming the field") {
    CHECK(probe_packet(port(), wire::TraceRequest{}).error().field == "destination");
    auto r = request("10.1.2.50", 6);
    r.source = Address::parse("2001:db8::1").value();
    CHECK(probe_packet(port(), r).error().field == "source");
    auto v4_only = port();
    v4_only.addresses.pop_back();
    CHECK(probe_packet(v4_only, request("2001:db8::1", 6)).error().field == "destination");
}

TEST_CASE("[8.3/trace] the last step says what became of the packet") {
    TraceRun run;
    run.verdict = TC_ACT_REDIRECT;
    run.packet = "packet";
    run.steps = {step(WEFT_TRACE_PORT, 1, 100)};
    CHECK(trace_message(run, "h1").verdict == wire::TraceVerdict::answered);
    run.steps.push_back(step(WEFT_TRACE_SEND, 7, 1));
    const auto sent = trace_message(run, "h1");
    CHECK(sent.verdict == wire::TraceVerdict::sent);
    CHECK(sent.next == Id{Kind::host, 7});
    CHECK(sent.packet.size() == 6);
    CHECK(sent.steps.back().find("geneve/1") != std::string::npos);
    run.steps.push_back(step(WEFT_TRACE_DELIVER, 9, 3));
    CHECK(trace_message(run, "h2").verdict == wire::TraceVerdict::delivered);
    run.verdict = TC_ACT_SHOT;
    run.steps.push_back(step(WEFT_TRACE_DROP, 9, WEFT_DROP_ingress_group));
    const auto dropped = trace_message(run, "h2");
    CHECK(dropped.verdict == wire::TraceVerdict::dropped);
    CHECK(dropped.reason == "ingress_group");
    CHECK(dropped.packet.empty());
}

TEST_CASE("[8.3/trace] a step tells in which state the flow was that the packet belongs to") {
    TraceRun run;
    run.steps = {step(WEFT_TRACE_FLOW, 9, 0), step(WEFT_TRACE_FLOW, 9, WEFT_FLOW_ESTABLISHED),
                 step(WEFT_TRACE_FLOW, 9, WEFT_FLOW_CUT)};
    const auto steps = trace_message(run, "h1").steps;
    const auto record = to_string(Id{Kind::record, 9});
    CHECK(steps == std::vector<std::string>{"first packet of a flow of " + record,
                                            "packet of an established flow of " + record,
                                            "packet of a cut flow of " + record});
}
