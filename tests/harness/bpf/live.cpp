// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/bpf/live.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace weft::test {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

constexpr const char* own_namespace = "/proc/thread-self/ns/net";

Fd open_namespace(const std::string& path) {
    Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) fail("open " + path);
    return fd;
}

void enter(const Fd& space) {
    if (setns(space.get(), CLONE_NEWNET) != 0) fail("setns");
}

}  // namespace

std::string to_string(const Mac& mac) {
    char text[18];
    std::snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
                  mac[5]);
    return text;
}

void turn_off_checksums(const char* device) {
    const Fd fd(::socket(AF_INET, SOCK_DGRAM, 0));
    ethtool_value value{ETHTOOL_STXCSUM, 0};
    ifreq request{};
    std::strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    request.ifr_data = reinterpret_cast<char*>(&value);
    if (ioctl(fd.get(), SIOCETHTOOL, &request) != 0) fail("ethtool");
}

std::uint64_t wait_for_drops(World& world, weft_drop_reason reason, std::uint64_t count) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (world.drops(reason) < count && std::chrono::steady_clock::now() < deadline) usleep(1000);
    return world.drops(reason);
}

Namespace::Namespace(std::string name) : name_(std::move(name)) {
    const auto own = open_namespace(own_namespace);
    const auto path = "/run/netns/" + name_;
    const Fd file(open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0400));
    if (!file || unshare(CLONE_NEWNET) != 0) fail("new namespace");
    const bool named = mount(own_namespace, path.c_str(), nullptr, MS_BIND, nullptr) == 0;
    enter(own);
    if (!named) fail("mount " + path);
}

Namespace::~Namespace() {
    const auto path = "/run/netns/" + name_;
    umount2(path.c_str(), MNT_DETACH);
    unlink(path.c_str());
}

void Namespace::configure(const std::string& lines) const { test::configure(lines, name_); }

void Namespace::set(const std::string& sysctl, const std::string& value) const {
    const auto own = open_namespace(own_namespace);
    enter(open_namespace("/run/netns/" + name_));
    const Fd file(open(("/proc/sys/" + sysctl).c_str(), O_WRONLY | O_CLOEXEC));
    const bool written = file && write(file.get(), value.data(), value.size()) > 0;
    enter(own);
    if (!written) fail("set " + sysctl);
}

Fd Namespace::socket(int domain, int type, int protocol) const {
    const auto own = open_namespace(own_namespace);
    enter(open_namespace("/run/netns/" + name_));
    Fd fd(::socket(domain, type | SOCK_CLOEXEC, protocol));
    enter(own);
    if (!fd) fail("socket");
    return fd;
}

Raw::Raw(const Namespace& where, const std::string& device)
    : socket_(where.socket(AF_PACKET, SOCK_RAW, htons(0x0003))) {
    ifreq request{};
    std::strncpy(request.ifr_name, device.c_str(), IFNAMSIZ - 1);
    if (ioctl(socket_.get(), SIOCGIFINDEX, &request) != 0) fail("ifindex of " + device);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(0x0003);
    address.sll_ifindex = request.ifr_ifindex;
    if (bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
        fail("bind " + device);
    const int on = 1;
    if (setsockopt(socket_.get(), SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) != 0) fail("PACKET_AUXDATA");
}

void Raw::send(const Bytes& frame) {
    if (::send(socket_.get(), frame.data(), frame.size(), 0) != static_cast<ssize_t>(frame.size()))
        fail("send");
}

void Raw::send_with(const VnetHeader& header, const Bytes& frame) {
    const int on = 1;
    if (setsockopt(socket_.get(), SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) != 0) fail("PACKET_VNET_HDR");
    Bytes bytes(sizeof(header));
    std::memcpy(bytes.data(), &header, sizeof(header));
    send(bytes + frame);
}

void Raw::send_segmented(const Bytes& frame, std::uint16_t segment) {
    const bool v6 = read16(frame, 12) == ethertype_ipv6;
    const std::uint16_t headers = v6 ? 54 : 34;
    send_with({.flags = 1,
               .gso_type = static_cast<std::uint8_t>(v6 ? 4 : 1),
               .hdr_len = static_cast<std::uint16_t>(headers + 20),
               .gso_size = segment,
               .csum_start = headers,
               .csum_offset = 16},
              frame);
}

void Raw::send_paged(const Bytes& frame) {
    REQUIRE(frame.size() > 4096);
    send_with({.hdr_len = 14}, frame);
}

std::optional<Bytes> Raw::receive(const std::function<bool(const Bytes&)>& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (std::chrono::steady_clock::now() < deadline) {
        pollfd waiting{socket_.get(), POLLIN, 0};
        if (poll(&waiting, 1, 100) <= 0) continue;
        Bytes frame(70000);
        alignas(cmsghdr) char control[256];
        iovec part{frame.data(), frame.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof(control);
        const auto size = recvmsg(socket_.get(), &message, 0);
        if (size < 0) fail("recvmsg");
        frame.resize(static_cast<std::size_t>(size));
        for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
            tpacket_auxdata data{};
            std::memcpy(&data, CMSG_DATA(c), sizeof(data));
            if ((data.tp_status & TP_STATUS_VLAN_VALID) != 0)
                frame = slice(frame, 0, 12) + be16(0x8100) + be16(data.tp_vlan_tci) + slice(frame, 12);
        }
        if (wanted(frame)) return frame;
    }
    return std::nullopt;
}

Live::Live(Underlay underlay, Tunnel tunnel) : inst1("inst1"), inst2("inst2"), far("far") {
    configure(
        "link set i1-far netns inst1 name eth0\n"
        "link set i2-far netns inst2 name eth0\n"
        "link set uplink-far netns far name eth0\n"
        "addr replace 192.0.2.1/24 dev uplink\n"
        "addr replace 2001:db8::1/64 dev uplink nodad\n");
    configure_instance(inst1, "30", mac_a);
    configure_instance(inst2, "31", mac_d);
    const bool v6 = underlay == Underlay::ipv6;
    const bool geneve = tunnel == Tunnel::geneve;
    const std::string device = std::string(geneve ? "geneve" : "vxlan") + " id 100 dstport " +
                               (geneve ? "6081"
                                : v6   ? "4789 local 2001:db8::2"
                                       : "4789 local 192.0.2.2") +
                               " remote " + (v6 ? "2001:db8::1 udp6zerocsumrx" : "192.0.2.1 noudpcsum");
    far.configure(
        "addr add 192.0.2.2/24 dev eth0\n"
        "addr add 2001:db8::2/64 dev eth0 nodad\n"
        "link set eth0 up\n"
        "link add b0 address " +
        to_string(mac_b) + " type " + device +
        "\n"
        "link set b0 mtu 1420 up\n"
        "addr add 10.1.2.50/24 dev b0\n"
        "addr add 2001:db8:12::50/64 dev b0 nodad\n"
        "neigh add 10.1.2.30 lladdr " +
        to_string(mac_a) + " dev b0\nneigh add 2001:db8:12::30 lladdr " + to_string(mac_a) + " dev b0\n");

    if (v6) world.use_ipv6();
    world.use_framework(geneve ? WEFT_FRAMEWORK_geneve_1 : WEFT_FRAMEWORK_vxlan_1);
    world.change_peer([&](weft_peer& p) { p.ifindex = world.programs.uplink(); });
    for (const auto* address : {"10.1.2.30", "10.1.2.31", "2001:db8:12::30", "2001:db8:12::31"})
        world.change_local(blue, address, [](weft_local& l) { l.flags |= WEFT_PORT_PEER; });
    attach_tc(world.i1, world.programs.instance_tx_fd());
    attach_tc(world.i2, world.programs.instance_tx_fd());
    attach_tc(world.programs.uplink(), world.programs.fabric_rx_fd());
}

Live::~Live() {
    if (xdp_) bpf_xdp_detach(static_cast<int>(world.programs.uplink()), xdp_flags_, nullptr);
    configure("link delete i1\nlink delete i2\nlink delete uplink\n");
}

void Live::configure_instance(const Namespace& instance, const std::string& host, const Mac& mac) {
    instance.configure("link set eth0 address " + to_string(mac) + " mtu 1420 up\naddr add 10.1.2." + host +
                       "/24 dev eth0\nroute add default via 10.1.2.1\naddr add 2001:db8:12::" + host +
                       "/64 dev eth0 nodad\nroute add default via 2001:db8:12::1\n");
}

void Live::uncheck_a() {
    const auto uncheck = [](auto& entry) { entry.flags &= ~static_cast<__u32>(WEFT_PORT_SOURCE_DEST_CHECK); };
    world.change_port(world.i1, uncheck);
    world.change_local(blue, "10.1.2.30", uncheck);
    world.change_local(blue, "2001:db8:12::30", uncheck);
    weft_station_key station{};
    station.gni = blue;
    std::memcpy(station.mac, mac_a.data(), 6);
    world.change<weft_local>(WEFT_MAP_NAME(WEFT_STATION_MAP), station, [&](weft_local& l) {
        uncheck(l);
        l.flags |= WEFT_PORT_PEER;
        l.ifindex = world.i1;
    });
}

void Live::forward_through_a() {
    uncheck_a();
    world.add_route(blue_table, "10.9.0.0", 16, WEFT_ROUTE_RECORD, "10.1.2.50");
    world.add_route(blue_table, "2001:db8:19::", 64, WEFT_ROUTE_RECORD, "2001:db8:12::50");
    inst1.set("net/ipv4/ip_forward", "1");
    inst1.set("net/ipv4/conf/all/rp_filter", "0");
    inst1.set("net/ipv4/conf/eth0/rp_filter", "0");
    inst1.set("net/ipv6/conf/all/forwarding", "1");
    far.configure(
        "route add 10.9.0.0/16 via 10.1.2.30\n"
        "route add 2001:db8:19::/64 via 2001:db8:12::30 dev b0\n");
}

void Live::attach_tc(unsigned ifindex, int program) {
    bpf_tc_hook hook{};
    hook.sz = sizeof(hook);
    hook.ifindex = static_cast<int>(ifindex);
    hook.attach_point = BPF_TC_INGRESS;
    bpf_tc_opts options{};
    options.sz = sizeof(options);
    options.prog_fd = program;
    if (bpf_tc_hook_create(&hook) != 0 || bpf_tc_attach(&hook, &options) != 0) fail("attach to tc");
}

void Live::attach_xdp(unsigned flags) {
    xdp_flags_ = flags;
    const int uplink = static_cast<int>(world.programs.uplink());
    if (bpf_xdp_attach(uplink, world.programs.fabric_rx_xdp_fd(), flags, nullptr) != 0) fail("attach to XDP");
    xdp_ = true;
}

}  // namespace weft::test
