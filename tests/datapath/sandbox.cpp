// SPDX-License-Identifier: Apache-2.0
#include "tests/datapath/sandbox.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "weft/base/fd.h"

namespace weft::test {
namespace {

constexpr const char* names = "/run/netns";

void must(bool done, const std::string& what) {
    if (!done) throw std::runtime_error(what + ": " + std::strerror(errno));
}

// Mounts of this process are seen by nobody else from now on.
void own_mounts() {
    static const bool once = [] {
        must(::unshare(CLONE_NEWNS) == 0, "unshare mounts");
        must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "make mounts private");
        return true;
    }();
    (void)once;
}

// Exit status, and what came on standard output and error. Not system(): on a bare machine sh is busybox,
// which has an `ip` of its own inside.
std::pair<int, std::string> bash(const std::string& command) {
    int ends[2];
    must(::pipe2(ends, O_CLOEXEC) == 0, "pipe");
    Fd from{ends[0]};
    const auto child = ::fork();
    must(child >= 0, "fork");
    if (child == 0) {
        (void)::dup2(ends[1], STDOUT_FILENO);
        (void)::dup2(ends[1], STDERR_FILENO);
        ::execlp("bash", "bash", "-c", command.c_str(), nullptr);
        ::_exit(127);
    }
    (void)::close(ends[1]);
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(from.get(), buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    int status = 0;
    must(::waitpid(child, &status, 0) == child, "wait");
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

}  // namespace

Sandbox::Sandbox() : bpffs_(files_ / "bpf") {
    own_mounts();
    must(::unshare(CLONE_NEWNET) == 0, "unshare network");
    must(::mkdir(names, 0755) == 0 || errno == EEXIST, names);
    must(::mount("tmpfs", names, "tmpfs", 0, nullptr) == 0, names);
    must(::mkdir(bpffs_.c_str(), 0700) == 0, bpffs_);
    must(::mount("bpf", bpffs_.c_str(), "bpf", 0, "mode=0700") == 0, bpffs_);
    run("ip link set lo up");
}

Sandbox::~Sandbox() {
    (void)::umount2(bpffs_.c_str(), MNT_DETACH);
    (void)::umount2(names, MNT_DETACH);
}

void Sandbox::run(const std::string& command) const {
    const auto [status, text] = bash(command);
    if (status != 0) throw std::runtime_error("failed: " + command + '\n' + text);
}

std::string Sandbox::output(const std::string& command) const { return bash(command).second; }

void Sandbox::add_veth(const std::string& name, const std::string& netns) const {
    const auto far = name + "-far";
    const auto inside = netns.empty() ? std::string("ip") : "ip -n " + netns;
    run("ip link add " + name + " type veth peer name " + far + (netns.empty() ? "" : " netns " + netns));
    // Without link-local addresses nothing is sent but what the test sends.
    run("ip link set " + name + " addrgenmode none; " + inside + " link set " + far + " addrgenmode none");
    run("ip link set " + name + " up; " + inside + " link set " + far + " up");
}

agent::DatapathConfig Sandbox::config(std::vector<agent::Uplink> uplinks) const {
    agent::DatapathConfig out;
    out.pin = pin();
    out.objects = objects_directory();
    out.uplinks = std::move(uplinks);
    out.sizes = {{"mapping", 1000}, {"source", 1000}, {"peer", 100}, {"underlay", 100}};
    return out;
}

std::unique_ptr<agent::Datapath> Sandbox::open(std::vector<agent::Uplink> uplinks) const {
    auto datapath = agent::open_datapath(config(std::move(uplinks)));
    if (!datapath) FAIL(datapath.error().message());
    return std::move(*datapath);
}

std::optional<agent::netlink::Filter> filter_of(const std::string& device) {
    auto socket = agent::netlink::Socket::open().value();
    const auto filter = agent::netlink::find_filter(socket, ::if_nametoindex(device.c_str()));
    return filter ? *filter : std::nullopt;
}

bool contains(const std::vector<std::string>& lines, const std::string& text) {
    return std::ranges::any_of(lines, [&](const auto& line) { return line.find(text) != std::string::npos; });
}

std::string objects_directory() { return WEFT_BPF_OBJECTS; }

bool poll_until(agent::Datapath& datapath, const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    std::vector<pollfd> fds;
    for (const int descriptor : datapath.descriptors()) fds.push_back({descriptor, POLLIN, 0});
    while (!condition()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        // Some conditions (a counter of the kernel) have no descriptor: look again after a moment.
        (void)::poll(fds.data(), fds.size(), static_cast<int>(std::min<long>(left.count(), 10)));
        for (const auto& fd : fds)
            if ((fd.revents & POLLIN) != 0) datapath.on_readable(fd.fd);
    }
    return true;
}

void send_frames(const std::string& device, unsigned count) {
    const Fd socket{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
    must(to.sll_ifindex != 0, device);
    std::array<std::uint8_t, 60> frame{0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00, 0x45};
    for (unsigned i = 0; i < count; ++i)
        must(::sendto(socket.get(), frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                      sizeof(to)) > 0,
             "send on " + device);
}

int foreign_program(bool xdp) {
    // r0 = XDP_PASS, or TC_ACT_UNSPEC; exit
    const bpf_insn code[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, xdp ? 2 : -1},
                             {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    const int fd =
        bpf_prog_load(xdp ? BPF_PROG_TYPE_XDP : BPF_PROG_TYPE_SCHED_CLS, "foreign", "GPL", code, 2, nullptr);
    must(fd >= 0, "load a foreign program");
    return fd;
}

}  // namespace weft::test
