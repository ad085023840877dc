// SPDX-License-Identifier: Apache-2.0
// The loop between the tap and the answers, with a pair of sockets as tap.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "agent/service/datagram.h"
#include "agent/service/dhcp4_message.h"
#include "agent/service/dhcp6_message.h"
#include "agent/service/router_advertisement.h"
#include "agent/service/services.h"
#include "agent/service/subnet6.h"

using namespace weft;
using namespace weft::agent;

namespace {

constexpr std::size_t header = 10;  // virtio_net_hdr
const Mac punted{{0x02, 0, 0, 0, 0, 42}};

struct World {
    World() {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
        kernel = Fd{ends[0]};
        tap = Fd{ends[1]};
        port.mac = *Mac::parse("02:00:00:00:0a:01");
        known = port.mac;
        port.addresses = {*Address::parse("10.1.2.30")};
        port.router = *Address::parse("10.1.2.1");
        port.router_mac = *Mac::parse("02:00:00:00:00:fe");
        port.prefix_length = 24;
        boost::asio::co_spawn(context, services.run(), boost::asio::detached);
        boost::asio::co_spawn(context, services.advertise(), boost::asio::detached);
    }
    void use_ipv6() {
        port.addresses.push_back(*Address::parse("2001:db8:12::30"));
        port.router6 = *Address::parse("2001:db8:12::1");
        port.prefix_length6 = 64;
        port.mtu = 1420;
    }
    // What turns up on the kernel's side within five seconds.
    std::optional<Packet> next_packet() {
        Bytes bytes(2048);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (std::chrono::steady_clock::now() < deadline) {
            const auto size = ::recv(kernel.get(), bytes.data(), bytes.size(), 0);
            if (size > static_cast<ssize_t>(header))
                return parse_packet(View(bytes).subspan(header, static_cast<std::size_t>(size) - header));
            context.run_one_for(std::chrono::milliseconds(100));
        }
        return std::nullopt;
    }

    void send(dhcp4::Type type) {
        dhcp4::Message message;
        message.hardware = port.mac;
        message.options[dhcp4::Option::message_type] = {static_cast<std::uint8_t>(type)};
        Bytes bytes(header);
        put(bytes, to_frame(Datagram{punted,
                                     port.mac,
                                     {},
                                     *Address::parse("255.255.255.255"),
                                     dhcp4::client_port,
                                     dhcp4::server_port,
                                     dhcp4::to_bytes(message)}));
        send(bytes);
    }
    void send(const Bytes& bytes) {
        REQUIRE(::send(kernel.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
        const auto before = total();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (total() == before && std::chrono::steady_clock::now() < deadline)
            context.run_one_for(std::chrono::milliseconds(100));
    }
    std::optional<Datagram> received() {
        Bytes bytes(2048);
        const auto size = ::recv(kernel.get(), bytes.data(), bytes.size(), 0);
        if (size < static_cast<ssize_t>(header)) return std::nullopt;
        return parse_datagram(View(bytes).subspan(header, static_cast<std::size_t>(size) - header), true);
    }
    [[nodiscard]] std::uint64_t total() const {
        const auto& counts = services.counts();
        return counts.answered + counts.ignored + counts.refused + counts.advertised;
    }

    boost::asio::io_context context{1};
    Fd kernel;
    Fd tap;
    schema::Port port;
    Mac known;  // that the device is found by
    Asker asked;
    Services services{context, [this]() -> Result<Fd> { return std::move(tap); },
                      [this](const Asker& asker) -> const schema::Port* {
                          asked = asker;
                          return asker.ifindex == 42 && asker.mac == known ? &port : nullptr;
                      },
                      [this] {
                          return std::vector{PlacedPort{&port, 42}};
                      },
                      3600};
};

}  // namespace

TEST_CASE("[5.3/tap] a question from the tap is answered to where it came from") {
    World world;
    world.send(dhcp4::Type::discover);
    const auto reply = world.received();
    REQUIRE(reply);
    CHECK(reply->destination_mac == punted);
    CHECK(reply->source_mac == world.port.router_mac);
    CHECK(to_string(reply->source) == "10.1.2.1");
    CHECK(to_string(reply->destination) == "10.1.2.30");
    CHECK(reply->source_port == 67);
    CHECK(reply->destination_port == 68);
    CHECK(world.services.counts() == ServiceCounts{1, 0, 0});
}

// The encoding of (ifindex, VLAN): 12 bits of the VLAN around the mark 2, then the index (weft_punt_mac).
TEST_CASE("[5.3/trunk] [2.6/trunk] a question and an advertisement are of a device and a tag") {
    World world;
    world.send(dhcp4::Type::discover);
    CHECK(world.asked.ifindex == 42);
    CHECK(world.asked.vlan == 0);
    CHECK(!world.asked.address);
    CHECK(world.received());
    world.port.vlan = 0xabc;
    world.port.transmit = true;
    world.use_ipv6();
    world.services.ports_changed();
    const auto told = world.next_packet();
    REQUIRE(told);
    CHECK(told->destination_mac == Mac{{0xa2, 0xbc, 0, 0, 0, 42}});
}

TEST_CASE("[5.3/refused] what gets no answer is counted") {
    World world;
    world.send(dhcp4::Type::release);
    CHECK(world.services.counts() == ServiceCounts{0, 1, 0});
    world.send(dhcp4::Type::offer);
    CHECK(world.services.counts() == ServiceCounts{0, 1, 1});
    world.send(Bytes(200));
    CHECK(world.services.counts() == ServiceCounts{0, 1, 2});
    const auto own = std::exchange(world.port.mac, *Mac::parse("02:00:00:00:0a:02"));
    world.known = own;
    world.send(dhcp4::Type::discover);
    CHECK(world.services.counts() == ServiceCounts{0, 1, 3});
    CHECK(!world.received());
}

TEST_CASE("[5.3/dhcp6] a DHCPv6 client is answered from the router's link-local address") {
    World world;
    dhcp6::Message message;
    message.client_id = {0, 3, 0, 1, 2, 0, 0, 0, 10, 1};
    message.associations = {{.kind = dhcp6::Option::ia_na, .id = 1, .leases = {}, .status = {}}};
    world.use_ipv6();
    Bytes bytes(header);
    put(bytes,
        to_frame(Datagram{punted, world.port.mac, *Address::parse("fe80::5"), *Address::parse("ff02::1:2"),
                          dhcp6::client_port, dhcp6::server_port, dhcp6::to_bytes(message)}));
    world.send(bytes);
    const auto reply = world.received();
    REQUIRE(reply);
    CHECK(reply->destination_mac == punted);
    CHECK(reply->source_mac == world.port.router_mac);
    CHECK(to_string(reply->source) == "fe80::ff:fe00:fe");
    CHECK(to_string(reply->destination) == "fe80::5");
    CHECK(reply->source_port == 547);
    CHECK(reply->destination_port == 546);
    CHECK(dhcp6::parse(reply->payload)->type == dhcp6::Type::advertise);
    CHECK(world.services.counts() == ServiceCounts{1, 0, 0});
}

TEST_CASE("[5.3/ra] a solicitation is answered to its sender, a malformed one is counted") {
    World world;
    world.use_ipv6();
    Packet packet{.destination_mac = punted,
                  .source_mac = world.port.mac,
                  .source = *Address::parse("fe80::5"),
                  .destination = *Address::parse("ff02::2"),
                  .protocol = protocol_icmp6,
                  .hops = 255,
                  .payload = {133, 0, 0, 0, 0, 0, 0, 0}};
    const auto send = [&] {
        Bytes bytes(header);
        put(bytes, to_frame(packet));
        world.send(bytes);
    };
    send();
    CHECK(world.services.counts() == ServiceCounts{0, 0, 1});
    set16(packet.payload, 2, checksum(packet));
    send();
    const auto reply = world.next_packet();
    REQUIRE(reply);
    CHECK(to_string(reply->destination) == "fe80::5");
    CHECK(to_string(reply->source) == "fe80::ff:fe00:fe");
    CHECK(reply->hops == 255);
    CHECK(reply->payload[0] == 134);
    CHECK(checksum(*reply) == 0);
    CHECK(world.services.counts() == ServiceCounts{0, 0, 1, 1});
}

TEST_CASE("[5.3/ra] an instance is told of its router without asking, and of a change") {
    World world;
    world.use_ipv6();
    world.port.transmit = true;
    const auto first = world.next_packet();
    REQUIRE(first);
    CHECK(first->destination_mac == punted);
    CHECK(to_string(first->destination) == "ff02::1");
    const auto mtu = [](const Packet& packet) { return get32(packet.payload, 28); };
    CHECK(mtu(*first) == 1420);
    world.port.mtu = 1400;
    world.services.ports_changed();
    const auto second = world.next_packet();
    REQUIRE(second);
    CHECK(mtu(*second) == 1400);
    CHECK(world.services.counts() == ServiceCounts{0, 0, 0, 2});
}
