// SPDX-License-Identifier: Apache-2.0
// The programs attached to real devices, with instances and a peer host in namespaces of their own:
//
//   inst1 eth0 (a, 10.1.2.30) -- i1 --.
//   inst2 eth0 (d, 10.1.2.31) -- i2 --+-- this host -- uplink 192.0.2.1 -- 192.0.2.2 eth0 far
//
// `far` is a host without weft: the kernel's own vxlan or geneve device b0 is b, 10.1.2.50. All have the IPv6
// addresses of the world too.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "tests/harness/bpf/world.h"
#include "weft/base/fd.h"

namespace weft::test {

// A network namespace that only this process can name.
class Namespace {
public:
    explicit Namespace(std::string name);
    ~Namespace();
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;
    void configure(const std::string& lines) const;
    // "net/ipv4/ip_forward", "1"
    void set(const std::string& sysctl, const std::string& value) const;
    Fd socket(int domain, int type, int protocol) const;
    const std::string& name() const { return name_; }

private:
    std::string name_;
};

// Frames as they are on a device, a VLAN tag put back inline.
class Raw {
public:
    Raw(const Namespace& where, const std::string& device);
    void send(const Bytes& frame);
    // TCP without options, to be cut into segments of `segment` bytes by whoever must.
    void send_segmented(const Bytes& frame, std::uint16_t segment);
    // More than a page, of which only the Ethernet header lies in the linear part.
    void send_paged(const Bytes& frame);
    // The first frame from now on that satisfies `wanted`; nothing after five seconds.
    std::optional<Bytes> receive(const std::function<bool(const Bytes&)>& wanted);

private:
    // struct virtio_net_hdr of linux/virtio_net.h, which C++ cannot include.
    struct VnetHeader {
        std::uint8_t flags{0};     // 1: checksum needed
        std::uint8_t gso_type{0};  // 1: TCP over IPv4, 4: over IPv6
        std::uint16_t hdr_len{0};
        std::uint16_t gso_size{0};
        std::uint16_t csum_start{0};
        std::uint16_t csum_offset{0};
    };
    void send_with(const VnetHeader& header, const Bytes& frame);

    Fd socket_;
};

class Live {
public:
    enum class Underlay { ipv4, ipv6 };
    enum class Tunnel { vxlan, geneve };
    explicit Live(Underlay underlay = Underlay::ipv4, Tunnel tunnel = Tunnel::vxlan);
    ~Live();
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    World world;
    Namespace inst1;
    Namespace inst2;
    Namespace far;

    void attach_xdp(unsigned flags);
    // a may send and receive for others.
    void uncheck_a();
    // a forwards; what is for 10.9.0.0/16 and 2001:db8:19::/64 goes by way of it, then back to b.
    void forward_through_a();
    void attach_tc(unsigned ifindex, int program);

private:
    void configure_instance(const Namespace& instance, const std::string& host, const Mac& mac);
    unsigned xdp_flags_{0};
    bool xdp_{false};
};

std::string to_string(const Mac& mac);

// Frames to the device are summed by the stack, as on one without checksum offload.
void turn_off_checksums(const char* device);
// How often the reason was counted: `count`, or what it is after five seconds.
std::uint64_t wait_for_drops(World& world, weft_drop_reason reason, std::uint64_t count);

// From a socket, so that the checksum is left to the device; it does not wait.
void send_udp(const Namespace& from, std::string_view destination, const Bytes& bytes, int hops = 64);
// A datagram from one to the other and back; whether both came.
bool udp_exchange(const Namespace& client, std::string_view from, const Namespace& server,
                  std::string_view to);
// `bytes` through one TCP connection; whether they came in order and whole.
bool tcp_transfer(const Namespace& client, const Namespace& server, std::string_view to, std::size_t bytes);

}  // namespace weft::test
