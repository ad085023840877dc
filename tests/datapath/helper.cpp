// SPDX-License-Identifier: Apache-2.0
// weft-device-helper: veth pairs into named network namespaces, over its socket and through the agent.
#include <doctest/doctest.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "agent/datapath/device_name.h"
#include "agent/datapath/helper_client.h"
#include "agent/device_helper/server.h"
#include "agent/device_helper/veth.h"
#include "agent/reconcile/reconciler.h"
#include "tests/datapath/sandbox.h"
#include "weft/base/fd.h"
#include "weft/wire/codec.h"
#include "weft/wire/command.h"
#include "weft/wire/message/ack.h"

using namespace weft;
using namespace weft::agent;
using weft::test::poll_until;
using weft::test::Sandbox;

namespace {

Address address(const char* text) { return *Address::parse(text); }

MakeDevice request() {
    MakeDevice out;
    out.name = "weft0000000000a";
    out.attachment = {Kind::attachment, 10};
    out.netns = "i1";
    out.device = "eth0";
    out.mac = *Mac::parse("02:00:5e:10:20:30");
    out.addresses = {address("10.1.2.30"), address("10.1.2.31")};
    out.prefix_length = 24;
    out.router = address("10.1.2.1");
    out.mtu = 1406;
    return out;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Fd connect_to(const std::string& path) {
    Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path.data(), path.size());
    REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
    return socket;
}

// The helper as its own program runs it, in a thread.
class Helper {
public:
    explicit Helper(std::string path, uid_t user = 0)
        : path_(std::move(path)), server_(HelperServer::open(path_, user).value()), thread_([this] {
              while (!stop_)
                  if (const auto asked = server_.next()) answer(asked->connection, handle(asked->frame));
          }) {}
    ~Helper() {
        stop_ = true;
        (void)connect_to(path_);  // wakes it
        thread_.join();
    }

private:
    std::string path_;
    HelperServer server_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

// What comes back for raw bytes; empty when the connection is closed without an answer.
std::string answer_to(const std::string& path, const std::string& bytes) {
    const Fd socket = connect_to(path);
    REQUIRE(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
    (void)::shutdown(socket.get(), SHUT_WR);
    std::string answer(4096, '\0');
    const auto got = ::recv(socket.get(), answer.data(), answer.size(), 0);
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return answer;
}

}  // namespace

TEST_CASE("[2.3/netns] a veth end is put into a namespace with its MAC, addresses, route and MTU") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    const auto made = make_veth(request());
    REQUIRE_MESSAGE(made.has_value(), made.error().message());
    CHECK(*made);

    const auto link = sandbox.output("ip -n i1 -o link show eth0");
    CHECK(has(link, "mtu 1406"));
    CHECK(has(link, "link/ether 02:00:5e:10:20:30"));
    CHECK(has(link, "LOWER_UP"));
    const auto addresses = sandbox.output("ip -n i1 -o addr show dev eth0");
    CHECK(has(addresses, "inet 10.1.2.30/24 scope global eth0"));
    CHECK(has(addresses, "inet 10.1.2.31/24 scope global secondary eth0"));
    CHECK(has(sandbox.output("ip -n i1 route show default"), "default via 10.1.2.1 dev eth0"));
    const auto host = sandbox.output("ip -d link show weft0000000000a");
    CHECK(has(host, "mtu 1406"));
    CHECK(has(host, "alias weft att-0000000000000000a"));
    CHECK_FALSE(has(sandbox.output("ip addr show dev weft0000000000a"), "inet"));
    // Packets encapsulated by the instance must not come with segmentation still to be done.
    const auto features = sandbox.output("nsenter --net=/run/netns/i1 ethtool -k eth0");
    CHECK(has(features, "tx-udp_tnl-segmentation: off"));
    CHECK(has(features, "tx-ipxip4-segmentation: off"));
    CHECK(has(features, "tx-checksumming: on"));
}

TEST_CASE("[2.15/device] of a bare server both ends are in the host's namespace, which addresses its own") {
    const Sandbox sandbox;
    auto bare = request();
    bare.netns.clear();
    bare.device = "weft-0";
    REQUIRE(make_veth(bare).value());
    const auto link = sandbox.output("ip -o link show weft-0");
    CHECK(has(link, "weft-0@weft0000000000a"));
    CHECK(has(link, "mtu 1406"));
    CHECK(has(link, "link/ether 02:00:5e:10:20:30"));
    CHECK_FALSE(has(sandbox.output("ip addr show dev weft-0"), "10.1.2.30"));
    CHECK(sandbox.output("ip route show default").empty());
    sandbox.run("ip addr add 10.1.2.30/32 dev weft-0");
    CHECK_FALSE(make_veth(bare).value());
    CHECK(has(sandbox.output("ip addr show dev weft-0"), "10.1.2.30/32"));
    REQUIRE(remove_veth({bare.name}).value());
    CHECK(::if_nametoindex("weft-0") == 0);
}

TEST_CASE("[1.8] making a device again changes nothing; what differs is corrected") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    REQUIRE(make_veth(request()).has_value());
    CHECK_FALSE(make_veth(request()).value());
    const auto index = ::if_nametoindex("weft0000000000a");

    sandbox.run(
        "ip -n i1 link set eth0 mtu 1300 address 02:00:00:00:00:99; ip -n i1 addr flush dev eth0;"
        "ip -n i1 addr add 10.9.9.9/8 dev eth0; ip -n i1 link set eth0 down; ip link set weft0000000000a "
        "down");
    CHECK(make_veth(request()).value());
    CHECK(::if_nametoindex("weft0000000000a") == index);
    const auto link = sandbox.output("ip -n i1 -o link show eth0");
    CHECK(has(link, "mtu 1406"));
    CHECK(has(link, "02:00:5e:10:20:30"));
    CHECK(has(link, "LOWER_UP"));
    const auto addresses = sandbox.output("ip -n i1 -o addr show dev eth0");
    CHECK(has(addresses, "10.1.2.30/24"));
    CHECK(has(addresses, "10.1.2.31/24"));
    CHECK_FALSE(has(addresses, "10.9.9.9"));
    CHECK(has(sandbox.output("ip -n i1 route show default"), "default via 10.1.2.1 dev eth0"));

    // A record whose address changed.
    auto moved = request();
    moved.addresses = {address("10.1.3.7")};
    moved.router = address("10.1.3.1");
    CHECK(make_veth(moved).value());
    const auto now = sandbox.output("ip -n i1 -o addr show dev eth0; ip -n i1 route show default");
    CHECK(has(now, "10.1.3.7/24"));
    CHECK_FALSE(has(now, "10.1.2."));
}

TEST_CASE("[1.5/device] the first address goes, and the second stays: nothing is taken away and put back") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    REQUIRE(make_veth(request()).has_value());
    // What is taken away and put back loses this.
    sandbox.run("ip -n i1 addr change 10.1.2.31/24 dev eth0 valid_lft 4000 preferred_lft 3000");
    auto later = request();
    later.addresses = {address("10.1.2.40"), address("10.1.2.31")};
    CHECK(make_veth(later).value());
    const auto addresses = sandbox.output("ip -n i1 addr show dev eth0");
    CHECK_FALSE(has(addresses, "10.1.2.30/24"));
    CHECK(has(addresses, "10.1.2.40/24"));
    CHECK(has(addresses, "10.1.2.31/24"));
    CHECK_FALSE(has(sandbox.output("ip -n i1 addr show dev eth0 to 10.1.2.31"), "forever"));
}

TEST_CASE("[2.6/device] addresses of further records have the length of their own subnets") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    auto shared = request();
    shared.further = {{address("10.2.2.30"), 20}, {address("2001:db8:12::30"), 64}};
    CHECK(make_veth(shared).value());
    CHECK_FALSE(make_veth(shared).value());
    const auto addresses = sandbox.output("ip -n i1 -o addr show dev eth0");
    CHECK(has(addresses, "inet 10.1.2.30/24"));
    CHECK(has(addresses, "inet 10.2.2.30/20"));
    CHECK(has(addresses, "inet6 2001:db8:12::30/64"));
    shared.further = {{address("10.2.2.30"), 33}};
    CHECK(make_veth(shared).error().field == "prefix-length");
}

TEST_CASE("a pair that lost its other end, or leads to another namespace, is made anew") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1; ip netns add i2");
    auto elsewhere = request();
    elsewhere.netns = "i2";
    REQUIRE(make_veth(elsewhere).has_value());
    CHECK(make_veth(request()).value());
    CHECK(has(sandbox.output("ip -n i1 -o link show eth0"), "mtu 1406"));
    CHECK(has(sandbox.output("ip -n i2 -o link show eth0"), "does not exist"));
}

TEST_CASE("IPv6 addresses are usable at once") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    auto six = request();
    six.addresses = {address("2001:db8:1::30")};
    six.prefix_length = 64;
    six.router = address("2001:db8:1::1");
    const auto made = make_veth(six);
    REQUIRE_MESSAGE(made.has_value(), made.error().message());
    const auto addresses = sandbox.output("ip -n i1 -o -6 addr show dev eth0");
    CHECK(has(addresses, "2001:db8:1::30/64 scope global"));
    CHECK_FALSE(has(addresses, "global tentative"));
    CHECK(has(sandbox.output("ip -n i1 -6 route show default"), "via 2001:db8:1::1 dev eth0"));
    CHECK_FALSE(make_veth(six).value());
}

TEST_CASE("[5.6/device] a dual-stack device has addresses and default routes of both families") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    auto both = request();
    both.addresses.push_back(address("2001:db8:1::30"));
    both.router6 = address("2001:db8:1::1");
    both.prefix_length6 = 64;
    const auto made = make_veth(both);
    REQUIRE_MESSAGE(made.has_value(), made.error().message());
    CHECK(has(sandbox.output("ip -n i1 -o -6 addr show dev eth0"), "2001:db8:1::30/64 scope global"));
    CHECK(has(sandbox.output("ip -n i1 -o -4 addr show dev eth0"), "10.1.2.30/24"));
    CHECK(has(sandbox.output("ip -n i1 -6 route show default"), "via 2001:db8:1::1 dev eth0"));
    CHECK(has(sandbox.output("ip -n i1 route show default"), "via 10.1.2.1 dev eth0"));
    CHECK_FALSE(make_veth(both).value());
    both.prefix_length6 = 129;
    CHECK(make_veth(both).error().field == "prefix-length");
}

TEST_CASE("what cannot be done is said, and nothing is changed") {
    const Sandbox sandbox;
    const auto error = [](const MakeDevice& bad) {
        const auto made = make_veth(bad);
        REQUIRE_FALSE(made.has_value());
        return made.error();
    };
    CHECK(error(request()).code == ErrorCode::not_found);
    CHECK(error(request()).text == "network namespace 'i1' does not exist");

    sandbox.run("ip netns add i1; touch /run/netns/half; ip -n i1 link add eth0 type veth peer name other");
    auto bad = request();
    bad.netns = "half";
    CHECK(error(bad).text == "network namespace 'half' is not mounted");
    bad.netns = "../i1";
    CHECK(error(bad).code == ErrorCode::invalid);
    bad = request();
    bad.name = "eth7";
    CHECK(error(bad).field == "name");
    bad = request();
    bad.prefix_length = 33;
    CHECK(error(bad).field == "prefix-length");
    CHECK(error(request()).text == "device eth0 exists already in network namespace i1");
    CHECK(::if_nametoindex("weft0000000000a") == 0);

    sandbox.run("ip link add weft0000000000a type bridge");
    CHECK(error(request()).text == "device weft0000000000a exists and is not weft's");
}

TEST_CASE("only what the helper made is removed") {
    const Sandbox sandbox;
    sandbox.run("ip netns add i1");
    REQUIRE(make_veth(request()).has_value());
    CHECK(remove_veth({"weft0000000000a"}).value());
    CHECK(::if_nametoindex("weft0000000000a") == 0);
    CHECK_FALSE(remove_veth({"weft0000000000a"}).value());
    CHECK(remove_veth({"lo"}).error().code == ErrorCode::refused);
    sandbox.run(
        "ip link add weft0000000000b type veth peer name other; ip link set weft0000000000b alias mine");
    CHECK(remove_veth({"weft0000000000b"}).error().code == ErrorCode::refused);
    CHECK(::if_nametoindex("weft0000000000b") != 0);
}

TEST_CASE("[3.1] root and the agent's user may ask, nobody else") {
    const Sandbox sandbox;
    const auto path = sandbox.files() / "helper.sock";
    const Helper helper{path, 61234};
    REQUIRE(::chmod(path.c_str(), 0666) == 0);  // the credentials decide, not the file's mode
    REQUIRE(::chmod(sandbox.files().path().c_str(), 0755) == 0);
    CHECK(ask_helper(path, RemoveDevice{"weft0000000000a"}).has_value());
    for (const uid_t user : {61234U, 61235U}) {
        const auto child = ::fork();
        if (child == 0)
            ::_exit(::setuid(user) == 0 && ask_helper(path, RemoveDevice{"weft0000000000a"}).has_value() ? 0
                                                                                                         : 1);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WEXITSTATUS(status) == (user == 61234U ? 0 : 1));
    }
}

TEST_CASE("malformed requests are answered with an error or dropped, and the next one is served") {
    const Sandbox sandbox;
    const auto path = sandbox.files() / "helper.sock";
    const Helper helper{path};
    const auto frame = [](std::uint16_t type, const wire::Bytes& payload) {
        const auto bytes = wire::build_frame({type, wire::flag_request, 9, payload});
        return std::string(bytes.begin(), bytes.end());
    };
    const auto code = [&](const std::string& bytes) {
        const auto answer = answer_to(path, bytes);
        wire::FrameReader reader;
        reader.feed({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()});
        const auto got = reader.next();
        REQUIRE((got && *got));
        CHECK((*got)->type == static_cast<std::uint16_t>(wire::Command::ack));
        CHECK((*got)->sequence == 9);
        return static_cast<ErrorCode>(wire::decode<wire::Ack>((*got)->payload)->code);
    };
    const auto whole = wire::encode(request()).value();
    CHECK(code(frame(99, {})) == ErrorCode::unsupported);
    CHECK(code(frame(16, {})) == ErrorCode::invalid);
    CHECK(code(frame(16, {whole.begin(), whole.end() - 3})) != ErrorCode{});
    CHECK(code(frame(17, whole)) == ErrorCode::invalid);
    CHECK(code(frame(16, whole)) == ErrorCode::not_found);
    CHECK(answer_to(path, "").empty());
    CHECK(answer_to(path, "\x05").empty());
    CHECK(answer_to(path, std::string(16, '\xff')).empty());
    CHECK(answer_to(path, frame(16, whole).substr(0, 40)).empty());
    CHECK(ask_helper(path, RemoveDevice{"weft0000000000a"}).has_value());
}

TEST_CASE("without a helper the agent says so") {
    const Sandbox sandbox;
    CHECK(ask_helper(sandbox.files() / "nobody.sock", RemoveDevice{"weft0000000000a"}).error().code ==
          ErrorCode::unreachable);
    CHECK(ask_helper("", RemoveDevice{"weft0000000000a"}).error().code == ErrorCode::unsupported);
}

namespace {

struct Waiting {
    Sandbox sandbox;
    Helper helper{sandbox.files() / "helper.sock"};
    std::unique_ptr<Datapath> datapath{open()};
    Reconciler reconciler{*datapath};
    schema::Port port;

    Waiting() {
        datapath->on_change = [this] { (void)reconciler.environment_changed(); };
        port.attachment = {Kind::attachment, 10};
        port.record = {Kind::record, 7};
        port.gni = 42;
        port.device = "eth0";
        port.netns = "i1";
        port.addresses = {address("10.1.2.30")};
        port.prefix_length = 24;
        port.mac = *Mac::parse("02:00:5e:10:20:30");
        port.mtu = 1406;
        port.tag = 7;
    }
    // The reason why the port waits once it does.
    std::string attach() {
        DesiredSet desired;
        desired.put(schema::Tag{42, 7, {}});
        desired.put(port);
        const auto outcome = reconciler.snapshot(desired, {1, 2, 3, 4});
        REQUIRE(outcome.waiting.size() == 1);
        return outcome.waiting[0].reason;
    }
    bool completes() {
        return poll_until(*datapath, [&] { return reconciler.outcome().waiting.empty(); });
    }

private:
    std::unique_ptr<Datapath> open() const {
        auto config = sandbox.config();
        config.helper = sandbox.files() / "helper.sock";
        return open_datapath(config).value();
    }
};

}  // namespace

TEST_CASE_FIXTURE(Waiting,
                  "[2.3/netns] an attachment waits for its namespace and completes by itself, each time") {
    CHECK(has(attach(), "network namespace 'i1' does not exist"));
    for (int round = 0; round < 2; ++round) {
        sandbox.run("ip netns add i1");
        CHECK(completes());
        CHECK(datapath->dump(MapId::port)->size() == 1);
        CHECK(datapath->device(device_name(port))->peer_elsewhere);
        sandbox.run("ip netns delete i1");
        CHECK(poll_until(*datapath, [&] { return reconciler.outcome().waiting.size() == 1; }));
        CHECK(datapath->dump(MapId::port)->empty());
    }
    sandbox.run("ip netns add i1");
    CHECK(completes());
    (void)reconciler.delta({{}, {key_of(port)}}, 4);
    CHECK(::if_nametoindex(device_name(port).c_str()) == 0);
}

TEST_CASE_FIXTURE(Waiting,
                  "[2.5/netns] an attachment waits until the former host's device has left the namespace") {
    sandbox.run("ip netns add i1; ip -n i1 link add eth0 type veth peer name former");
    CHECK(has(attach(), "device eth0 exists already in network namespace i1"));
    sandbox.run("ip -n i1 link delete eth0");
    CHECK(completes());
    CHECK(datapath->dump(MapId::port)->size() == 1);
}
