// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/bpf/matrix.h"

#include <doctest/doctest.h>

#include <cstdio>

namespace weft::test {

namespace {

// As the kernel hands it on: the tag is beside the frame.
Bytes untagged(const Bytes& frame) {
    return read16(frame, 12) == 0x8100 ? slice(frame, 0, 12) + slice(frame, 16) : frame;
}

// What must come out as it went in: all behind the fields that a router changes.
Bytes body(const Bytes& frame) {
    const auto plain = untagged(frame);
    return slice(plain, 14 + (read16(plain, 12) == ethertype_ipv6 ? 8 : 12));
}

// The inner frame of what crosses or arrives: behind Ethernet, IP, UDP and the framework's header.
Bytes inside(const Bytes& packet) {
    const std::size_t udp = read16(packet, 12) == ethertype_ipv6 ? 54 : 14 + (packet.at(14) & 0xfU) * 4;
    const std::size_t header = read16(packet, udp + 2) == 4789 ? 8 : 8 + (packet.at(udp + 8) & 0x3fU) * 4;
    return slice(packet, udp + 8 + header);
}

using Counts = std::map<std::uint32_t, std::uint64_t>;

}  // namespace

Bytes frame(const V4& v) {
    const Ipv4 header{.source = ip(v.source),
                      .destination = ip(v.destination),
                      .protocol = v.protocol,
                      .ttl = v.ttl,
                      .id = v.id,
                      .fragment = v.fragment};
    return ethernet(v.to, v.from, ethertype_ipv4, ipv4(header, v.l4));
}

Bytes frame(const V6& v) {
    const Ipv6 header{
        .source = ip6(v.source), .destination = ip6(v.destination), .next = v.next, .hops = v.hops};
    return ethernet(v.to, v.from, ethertype_ipv6, ipv6(header, v.l4));
}

namespace {

std::string name_of(std::uint64_t record) {
    const std::map<std::uint64_t, const char*> names{{record_a, "a"}, {record_b, "b"}, {record_c, "c"},
                                                     {record_d, "d"}, {record_r, "r"}, {record_s, "s"}};
    return names.at(record);
}

std::string in_words(const Counts& drops, const char* where) {
    std::string text;
    for (const auto& [reason, count] : drops)
        text +=
            "dropped " + std::string(where) + " " + reason_name(reason) + " " + std::to_string(count) + "; ";
    return text;
}

std::string in_words(const Outcome& outcome) {
    std::string text;
    for (const auto& arrived : outcome.arrived) text += "came to " + name_of(arrived.record) + "; ";
    for (const auto& frame : outcome.stack) text += "left to the host " + to_hex(frame) + "; ";
    return text + in_words(outcome.here, "here") + in_words(outcome.there, "there");
}

std::string in_words(const Fate& fate, const Packet& packet) {
    switch (fate.kind) {
        case Fate::delivered:
        case Fate::answered: return "came to " + name_of(fate.record) + "; ";
        case Fate::dropped: return in_words(Counts{{fate.reason, 1}}, "here");
        case Fate::dropped_there: return in_words(Counts{{fate.reason, 1}}, "there");
        case Fate::left_alone: break;
    }
    return "left to the host " + to_hex(untagged(packet.frame)) + "; ";
}

}  // namespace

void Matrix::judge(const Packet& packet, const Outcome& outcome) {
    verdicts_++;
    CHECK(in_words(outcome) == in_words(packet.fate, packet));
}

void Matrix::judge_sent(std::uint64_t sender, const std::vector<Packet>& packets) {
    packets_ += static_cast<unsigned>(packets.size());
    for (const bool xdp : {false, true}) {
        hosts.use_xdp(xdp);
        hosts.forget_flows();
        hosts.use_framework(xdp ? WEFT_FRAMEWORK_vxlan_1 : WEFT_FRAMEWORK_geneve_1);
        for (const auto& packet : packets) {
            const std::string what = packet.what;
            CAPTURE(what);
            CAPTURE(xdp);
            const auto outcome = hosts.send(sender, packet.frame);
            judge(packet, outcome);
            const bool crosses = !outcome.crossed.empty();
            CHECK(outcome.crossed.size() <= 1);
            if (packet.fate.kind == Fate::dropped || packet.fate.kind == Fate::answered) CHECK(!crosses);
            if (packet.fate.kind == Fate::dropped_there) CHECK(crosses);
            if (packet.fate.kind == Fate::delivered && !outcome.arrived.empty())
                CHECK(to_hex(body(outcome.arrived[0].frame)) == to_hex(body(packet.frame)));
        }
    }
}

void Matrix::judge_arriving(const std::vector<Packet>& packets) {
    packets_ += static_cast<unsigned>(packets.size());
    for (const bool xdp : {false, true}) {
        hosts.use_xdp(xdp);
        hosts.forget_flows();
        for (const auto& packet : packets) {
            const std::string what = packet.what;
            CAPTURE(what);
            CAPTURE(xdp);
            const auto outcome = hosts.arrive(packet.frame);
            judge(packet, outcome);
            CHECK(outcome.crossed.empty());
            if (packet.fate.kind == Fate::delivered && !outcome.arrived.empty())
                CHECK(to_hex(body(outcome.arrived[0].frame)) == to_hex(body(inside(packet.frame))));
        }
    }
}

Matrix::~Matrix() { std::printf("matrix: %u packets, %u verdicts: %s\n", packets_, verdicts_, what_); }

}  // namespace weft::test
