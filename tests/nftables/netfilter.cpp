// SPDX-License-Identifier: Apache-2.0
#include "tests/nftables/netfilter.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace weft::test {

namespace {

const Mac mac_inside = mac("02:00:00:00:01:01");
const Mac mac_outside = mac("02:00:00:00:01:02");
const Mac mac_beyond = mac("02:00:00:00:01:03");
constexpr std::uint32_t end_mark = 0x78000000;  // and the side

}  // namespace

Netfilter::Netfilter() : space_("nftables"), socket_(space_.socket(AF_PACKET, SOCK_RAW, htons(0x0003))) {
    for (const auto* name : {"all", "default"}) {
        space_.set(std::string("net/ipv4/conf/") + name + "/rp_filter", "0");
        space_.set(std::string("net/ipv6/conf/") + name + "/forwarding", "1");
    }
    space_.set("net/ipv4/ip_forward", "1");
    const auto beyond = to_string(mac_beyond);
    space_.configure(
        "link set lo up\nlink add inside address " + to_string(mac_inside) +
        " type veth peer name inside-far\n"
        "link add outside address " +
        to_string(mac_outside) +
        " type veth peer name outside-far\n"
        "link set inside up\nlink set inside-far up\nlink set outside up\nlink set outside-far up\n"
        "route add 10.1.2.30/32 dev inside\n"
        "neigh add 10.1.2.30 lladdr " +
        beyond +
        " dev inside nud permanent\n"
        "route add 2001:db8:12::30/128 dev inside\n"
        "neigh add 2001:db8:12::30 lladdr " +
        beyond +
        " dev inside nud permanent\n"
        "neigh add 192.0.2.9 lladdr " +
        beyond +
        " dev outside nud permanent\n"
        "neigh add 2001:db8::9 lladdr " +
        beyond +
        " dev outside nud permanent\n"
        "route add default via 192.0.2.9 dev outside onlink\n"
        "route add 2001:db8::9/128 dev outside\nroute add default via 2001:db8::9 dev outside\n");
    load("table inet weft { chain any { ct state new accept; }\n}\n");  // brings connection tracking
    // A window is not what is compared, and no program here looks at transport checksums.
    space_.set("net/netfilter/nf_conntrack_tcp_be_liberal", "1");
    space_.set("net/netfilter/nf_conntrack_checksum", "0");
    const int on = 1;
    const int room = 4 << 20;
    if (setsockopt(socket_.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0 ||
        setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0)
        throw std::runtime_error("listen");
}

void Netfilter::load(const std::string& rules) {
    auto* nft = popen(("ip netns exec " + space_.name() + " nft -f -").c_str(), "w");
    if (nft == nullptr) throw std::runtime_error("start nft");
    const bool written = std::fwrite(rules.data(), 1, rules.size(), nft) == rules.size();
    if (pclose(nft) != 0 || !written) throw std::runtime_error("nft refuses:\n" + rules);
}

unsigned Netfilter::index_of(const char* device) const {
    ifreq request{};
    std::strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    if (ioctl(socket_.get(), SIOCGIFINDEX, &request) != 0) throw std::runtime_error("no such device");
    return static_cast<unsigned>(request.ifr_ifindex);
}

void Netfilter::put_on(const char* device, const Bytes& frame) {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(index_of(device));
    to.sll_halen = 6;
    if (sendto(socket_.get(), frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof(to)) !=
        static_cast<ssize_t>(frame.size()))
        throw std::runtime_error("send");
}

// One packet that the rules always let pass, each way, behind all others.
void Netfilter::put_end() {
    const auto end = [](const char* from, const char* to, std::uint32_t mark) {
        return ipv4({.source = ip(from), .destination = ip(to)}, udp(9, 9, be32(mark)));
    };
    put_on("inside-far",
           ethernet(mac_inside, mac_beyond, ethertype_ipv4, end("10.1.2.30", "10.2.3.4", end_mark)));
    put_on("outside-far",
           ethernet(mac_outside, mac_beyond, ethertype_ipv4, end("10.2.3.4", "10.1.2.30", end_mark + 1)));
}

std::vector<bool> Netfilter::judge(const std::vector<Sent>& sent) {
    for (const auto& s : sent) {
        const auto type = s.ipv6 ? ethertype_ipv6 : ethertype_ipv4;
        put_on(s.by_instance ? "inside-far" : "outside-far",
               ethernet(s.by_instance ? mac_inside : mac_outside, mac_beyond, type, s.packet));
    }
    put_end();
    const auto inside = static_cast<int>(index_of("inside-far"));
    const auto outside = static_cast<int>(index_of("outside-far"));
    std::vector<bool> passed(sent.size());
    for (int ends = 0; ends < 2;) {
        pollfd waiting{socket_.get(), POLLIN, 0};
        if (poll(&waiting, 1, 5000) <= 0) throw std::runtime_error("the end of a round is lost");
        Bytes frame(2048);
        sockaddr_ll from{};
        socklen_t size = sizeof(from);
        const auto length =
            recvfrom(socket_.get(), frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (length < 34 || (from.sll_ifindex != inside && from.sll_ifindex != outside)) continue;
        const auto mark = read32(frame, static_cast<std::size_t>(length) - 4);
        if (mark >> 24U == end_mark >> 24U) ends++;
        const auto number = mark & 0xffffffU;
        if (mark >> 24U == 0x77 && number < sent.size() &&
            (from.sll_ifindex == outside) == sent[number].by_instance)
            passed[number] = true;
    }
    return passed;
}

}  // namespace weft::test
