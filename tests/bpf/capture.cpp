// SPDX-License-Identifier: Apache-2.0
// Whole packets of one record, as they pass: inside and outside, both ways, and of nobody else.
#include <bpf/libbpf.h>
#include <doctest/doctest.h>

#include <cstring>
#include <utility>

#include "tests/harness/bpf/world.h"
#include "weft/abi/capture.h"

using namespace weft::test;

namespace {

constexpr std::uint32_t both = 1U << WEFT_TX | 1U << WEFT_RX;

struct Packet {
    weft_captured head{};
    Bytes bytes;
};

struct Capturing : World {
    Capturing() {
        want(record_a);
        change_port(i1, [](weft_port& p) { p.flags |= WEFT_PORT_CAPTURE; });
        for (const char* address : {"10.1.2.30", "2001:db8:12::30"})
            change_local(blue, address, [](weft_local& l) { l.flags |= WEFT_PORT_CAPTURE; });
        open();
    }
    ~Capturing() { perf_buffer__free(buffers_); }
    Capturing(const Capturing&) = delete;
    Capturing& operator=(const Capturing&) = delete;

    void want(std::uint64_t record, std::uint32_t snaplen = WEFT_CAPTURE_MOST,
              std::uint32_t directions = both) {
        put(WEFT_MAP_NAME(WEFT_CAPTURE_MAP), record, weft_capture{0, snaplen, directions});
    }
    void open() {
        buffers_ = perf_buffer__new(programs.map(WEFT_MAP_NAME(WEFT_CAPTURED_MAP)), 64, take, nullptr, this,
                                    nullptr);
        REQUIRE(buffers_ != nullptr);
    }
    void close() {
        perf_buffer__free(buffers_);
        buffers_ = nullptr;
    }
    std::vector<Packet> read() {
        perf_buffer__consume(buffers_);
        return std::exchange(packets_, {});
    }
    std::uint64_t lost() {
        weft_capture capture{};
        get_raw(WEFT_MAP_NAME(WEFT_CAPTURE_MAP), &record_a, &capture);
        return capture.lost;
    }
    // One packet, whole.
    static void check(const Packet& packet, weft_capture_point point, weft_direction direction,
                      const Bytes& bytes) {
        CHECK(packet.head.record == record_a);
        CHECK(packet.head.point == point);
        CHECK(packet.head.direction == direction);
        CHECK(packet.head.length == bytes.size());
        CHECK(packet.head.captured == bytes.size());
        CHECK(packet.head.time > 0);
        CHECK(to_hex(packet.bytes) == to_hex(bytes));
    }

private:
    static void take(void* self, int /*cpu*/, void* data, __u32 size) {
        Packet packet;
        REQUIRE(size >= sizeof(packet.head));
        std::memcpy(&packet.head, data, sizeof(packet.head));
        const auto* bytes = static_cast<const std::uint8_t*>(data) + sizeof(packet.head) + packet.head.offset;
        REQUIRE(size >= sizeof(packet.head) + packet.head.offset + packet.head.captured);
        packet.bytes.assign(bytes, bytes + packet.head.captured);
        static_cast<Capturing*>(self)->packets_.push_back(packet);
    }

    perf_buffer* buffers_{nullptr};
    std::vector<Packet> packets_;
};

constexpr std::size_t frame_header = 14;

}  // namespace

TEST_CASE("[8.3/capture] what a record sends is seen as it came and as it leaves") {
    Capturing world;
    Bytes frame;
    SUBCASE("IPv4 in IPv4") { frame = from_a("10.1.2.50", mac_b, payload(100)); }
    SUBCASE("IPv6 in IPv4") { frame = from_a6("2001:db8:12::50", mac_b, payload(100)); }
    SUBCASE("IPv4 in IPv6, VXLAN") {
        world.use_ipv6();
        world.use_framework(WEFT_FRAMEWORK_vxlan_1);
        frame = from_a("10.1.2.50", mac_b, payload(100));
    }
    SUBCASE("large") { frame = from_a("10.1.2.50", mac_b, payload(1300)); }
    const auto ran = world.programs.send(frame, world.i1);
    CHECK(ran.verdict == redirect);
    const auto packets = world.read();
    REQUIRE(packets.size() == 2);
    Capturing::check(packets[0], WEFT_CAPTURE_INNER, WEFT_TX, frame);
    Capturing::check(packets[1], WEFT_CAPTURE_OUTER, WEFT_TX, slice(ran.packet, frame_header));
    CHECK(world.lost() == 0);
}

TEST_CASE("[8.3/capture] what a record receives is seen as it arrives and as it is delivered") {
    Capturing world;
    Bytes frame;
    SUBCASE("Geneve over IPv4") { frame = arriving(inner_b_to_a()); }
    SUBCASE("IPv6 inside") { frame = arriving(inner6_b_to_a()); }
    SUBCASE("VXLAN over IPv6") { frame = outer6(4789, vxlan(blue, inner_b_to_a())); }
    const auto ran = world.programs.receive(frame);
    CHECK(ran.verdict == redirect);
    const auto packets = world.read();
    REQUIRE(packets.size() == 2);
    Capturing::check(packets[0], WEFT_CAPTURE_OUTER, WEFT_RX, slice(frame, frame_header));
    Capturing::check(packets[1], WEFT_CAPTURE_INNER, WEFT_RX, ran.packet);
}

TEST_CASE("[8.3/capture] XDP shows what arrives, once") {
    Capturing world;
    const auto frame = arriving(inner_b_to_a());
    CHECK(world.programs.receive_xdp(frame).verdict == xdp_pass);
    const auto packets = world.read();
    REQUIRE(packets.size() == 1);
    Capturing::check(packets[0], WEFT_CAPTURE_OUTER, WEFT_RX, slice(frame, frame_header));
}

TEST_CASE("[8.3/capture] what is dropped is seen where it came") {
    Capturing world;
    const auto spoofed = ethernet(
        mac_b, mac_a, ethertype_ipv4,
        ipv4({.source = ip("10.1.2.99"), .destination = ip("10.1.2.50")}, udp(1111, 2222, payload(10))));
    world.expect_dropped(world.programs.send(spoofed, world.i1), WEFT_DROP_source_address, record_a);
    const auto packets = world.read();
    REQUIRE(packets.size() == 1);
    Capturing::check(packets[0], WEFT_CAPTURE_INNER, WEFT_TX, spoofed);
}

TEST_CASE("[8.3/capture] between two instances here only the record's side is seen") {
    Capturing world;
    SUBCASE("it sends") {
        const auto frame = from_a("10.1.2.31", mac_d, payload(20));
        CHECK(world.programs.send(frame, world.i1).verdict == redirect);
        const auto packets = world.read();
        REQUIRE(packets.size() == 1);
        Capturing::check(packets[0], WEFT_CAPTURE_INNER, WEFT_TX, frame);
    }
    SUBCASE("it receives") {
        const auto frame = ethernet(
            mac_a, mac_d, ethertype_ipv4,
            ipv4({.source = ip("10.1.2.31"), .destination = ip("10.1.2.30")}, udp(1111, 2222, payload(20))));
        CHECK(world.programs.send(frame, world.i2).verdict == redirect);
        const auto packets = world.read();
        REQUIRE(packets.size() == 1);
        Capturing::check(packets[0], WEFT_CAPTURE_INNER, WEFT_RX, frame);
    }
}

TEST_CASE("[8.3/capture] another record's packets are not seen") {
    Capturing world;
    const auto frame = ethernet(
        mac_b, mac_d, ethertype_ipv4,
        ipv4({.source = ip("10.1.2.31"), .destination = ip("10.1.2.50")}, udp(1111, 2222, payload(20))));
    CHECK(world.programs.send(frame, world.i2).verdict == redirect);
    CHECK(world.read().empty());
}

TEST_CASE("[8.3/capture] direction and length are limited as asked") {
    Capturing world;
    const auto frame = from_a("10.1.2.50", mac_b, payload(100));
    SUBCASE("only received") {
        world.want(record_a, WEFT_CAPTURE_MOST, 1U << WEFT_RX);
        CHECK(world.programs.send(frame, world.i1).verdict == redirect);
        CHECK(world.read().empty());
        CHECK(world.programs.receive(arriving(inner_b_to_a())).verdict == redirect);
        CHECK(world.read().size() == 2);
    }
    SUBCASE("only sent") {
        world.want(record_a, WEFT_CAPTURE_MOST, 1U << WEFT_TX);
        CHECK(world.programs.receive(arriving(inner_b_to_a())).verdict == redirect);
        CHECK(world.read().empty());
    }
    SUBCASE("the first bytes") {
        world.want(record_a, 40);
        const auto ran = world.programs.send(frame, world.i1);
        const auto packets = world.read();
        REQUIRE(packets.size() == 2);
        CHECK(packets[0].head.length == frame.size());
        CHECK(to_hex(packets[0].bytes) == to_hex(slice(frame, 0, 40)));
        CHECK(packets[1].head.length == ran.packet.size() - frame_header);
        CHECK(to_hex(packets[1].bytes) == to_hex(slice(ran.packet, frame_header, 40)));
    }
}

TEST_CASE("[8.3/capture] nothing is seen without both the flag and the wish") {
    Capturing world;
    const auto frame = from_a("10.1.2.50", mac_b, payload(100));
    SUBCASE("no flag") {
        world.change_port(world.i1, [](weft_port& p) { p.flags &= ~std::uint32_t{WEFT_PORT_CAPTURE}; });
    }
    SUBCASE("no wish") { world.erase(WEFT_MAP_NAME(WEFT_CAPTURE_MAP), record_a); }
    CHECK(world.programs.send(frame, world.i1).verdict == redirect);
    CHECK(world.read().empty());
}

TEST_CASE("[8.3/capture] without a reader packets pass, and are counted as lost") {
    Capturing world;
    world.close();
    CHECK(world.programs.send(from_a("10.1.2.50", mac_b, payload(100)), world.i1).verdict == redirect);
    CHECK(world.lost() == 2);
    world.expect_nothing_dropped();
    world.open();
}
