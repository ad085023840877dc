// SPDX-License-Identifier: Apache-2.0
// Rate limits (requirement 4.7): a burst, then what the rate pays for; headers of every segment count.
#include <doctest/doctest.h>

#include "tests/harness/bpf/world.h"

using namespace weft::test;

namespace {

constexpr std::size_t headers = 14 + 20 + 8;

struct Limited : World {
    Limited(weft_direction direction, const weft_rate& rate) {
        key.record = record_a;
        key.direction = static_cast<__u32>(direction);
        put(WEFT_MAP_NAME(WEFT_RATE_MAP), key, rate);
        put(WEFT_MAP_NAME(WEFT_RATE_STATE_MAP), key, weft_rate_state{});
        if (direction == WEFT_TX)
            change_port(i1, [](weft_port& p) { p.flags |= WEFT_PORT_LIMITED; });
        else
            change_local(blue, "10.1.2.30", [](weft_local& l) { l.flags |= WEFT_PORT_LIMITED; });
    }
    int send(std::size_t frame) {
        return programs.send(a_to_b(protocol_udp, udp(1, 2, payload(frame - headers))), i1).verdict;
    }
    int receive(std::size_t frame) {
        return programs.receive(b_to_a(protocol_udp, udp(2, 1, payload(frame - headers)))).verdict;
    }
    weft_rate_state state() {
        weft_rate_state value{};
        get_raw(WEFT_MAP_NAME(WEFT_RATE_STATE_MAP), &key, &value);
        return value;
    }
    weft_rate_key key{};
};

}  // namespace

TEST_CASE("[4.7/bytes] beyond its burst a record sends and receives no more bytes than its rate") {
    SUBCASE("sent") {
        Limited world(WEFT_TX, {.bytes = 100, .packets = 0, .burst_bytes = 3000, .burst_packets = 0});
        for (int i = 0; i < 4; i++) CHECK(world.send(1000) == redirect);
        CHECK(world.send(1000) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_egress_byte_rate, WEFT_TX) == 1);
        CHECK(world.receive(1000) == redirect);
        CHECK(world.counter(record_a).tx_packets == 4);
    }
    SUBCASE("received") {
        Limited world(WEFT_RX, {.bytes = 100, .packets = 0, .burst_bytes = 3000, .burst_packets = 0});
        for (int i = 0; i < 4; i++) CHECK(world.receive(1000) == redirect);
        CHECK(world.receive(1000) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_ingress_byte_rate, WEFT_RX) == 1);
        CHECK(world.send(1000) == redirect);
    }
}

TEST_CASE("[4.7/packets] beyond its burst a record sends and receives no more packets than its rate") {
    SUBCASE("sent") {
        Limited world(WEFT_TX, {.bytes = 0, .packets = 1, .burst_bytes = 0, .burst_packets = 9});
        for (int i = 0; i < 10; i++) CHECK(world.send(100) == redirect);
        CHECK(world.send(100) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_egress_packet_rate, WEFT_TX) == 1);
    }
    SUBCASE("received") {
        Limited world(WEFT_RX, {.bytes = 0, .packets = 1, .burst_bytes = 0, .burst_packets = 9});
        for (int i = 0; i < 10; i++) CHECK(world.receive(100) == redirect);
        CHECK(world.receive(100) == shot);
        CHECK(world.drops(record_a, WEFT_DROP_ingress_packet_rate, WEFT_RX) == 1);
    }
}

TEST_CASE("[4.7/missing] a limited record whose limit is not installed passes nothing") {
    const weft_rate wide{.bytes = 1'000'000, .packets = 1'000'000, .burst_bytes = 9000, .burst_packets = 9};
    const auto erased = {WEFT_MAP_NAME(WEFT_RATE_MAP), WEFT_MAP_NAME(WEFT_RATE_STATE_MAP)};
    for (const char* map : erased) {
        CAPTURE(map);
        Limited sent(WEFT_TX, wide);
        CHECK(sent.send(1000) == redirect);
        sent.erase(map, sent.key);
        CHECK(sent.send(1000) == shot);
        CHECK(sent.drops(record_a, WEFT_DROP_no_rate, WEFT_TX) == 1);
        Limited received(WEFT_RX, wide);
        CHECK(received.receive(1000) == redirect);
        received.erase(map, received.key);
        CHECK(received.receive(1000) == shot);
        CHECK(received.drops(record_a, WEFT_DROP_no_rate, WEFT_RX) == 1);
    }
}

TEST_CASE("[4.7/refill] what was sent is paid for with time") {
    Limited world(WEFT_TX, {.bytes = 1000, .packets = 0, .burst_bytes = 500, .burst_packets = 0});
    CHECK(world.send(1000) == redirect);
    CHECK(world.send(1000) == shot);
    // A second earlier: what had to be paid is.
    world.change<weft_rate_state>(WEFT_MAP_NAME(WEFT_RATE_STATE_MAP), world.key,
                                  [](weft_rate_state& s) { s.bytes_paid -= 1'000'000'000; });
    CHECK(world.send(1000) == redirect);
}

TEST_CASE(
    "[4.7/segments] [8.4/segments] a packet to be segmented counts as its segments, with the headers of "
    "each") {
    Limited world(WEFT_TX, {.bytes = 1000, .packets = 10, .burst_bytes = 9000, .burst_packets = 9});
    constexpr unsigned segment = 500;
    const Ipv4 to_d{.source = ip("10.1.2.30"), .destination = ip("10.1.2.31"), .protocol = protocol_tcp};
    const auto four = tcp({.source = 1, .destination = 2, .flags = tcp_syn}, payload(2000));
    const auto frame = ethernet(mac_d, mac_a, ethertype_ipv4, ipv4(to_d, four));
    CHECK(world.programs.send(frame, world.i1, segment).verdict == redirect);
    // Four segments of 54 + 500 bytes: 2,216 bytes take 2.216 s at 1,000 a second, four packets 0.4 s.
    const auto state = world.state();
    CHECK(state.bytes_paid - state.packets_paid == 2'216'000'000 - 400'000'000);
    CHECK(world.counter(record_a).tx_packets == 4);
    CHECK(world.counter(record_a).tx_bytes == frame.size());
    CHECK(world.counter(record_d).rx_packets == 4);
    CHECK(world.counter(record_d).rx_bytes == frame.size());
}

TEST_CASE("[4.7/other] a record without limits, and another record, are not slowed") {
    Limited world(WEFT_TX, {.bytes = 1, .packets = 1, .burst_bytes = 1, .burst_packets = 0});
    CHECK(world.send(1000) == redirect);
    CHECK(world.send(1000) == shot);
    const Ipv4 from_d{.source = ip("10.1.2.31"), .destination = ip("10.1.2.50")};
    const auto frame = ethernet(mac_b, mac_d, ethertype_ipv4, ipv4(from_d, udp(1, 2, payload(1000))));
    for (int i = 0; i < 100; i++) CHECK(world.programs.send(frame, world.i2).verdict == redirect);
}
