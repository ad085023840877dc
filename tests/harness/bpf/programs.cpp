// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/bpf/programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "fabric_rx.skel.h"
#include "fabric_rx_xdp.skel.h"
#include "instance_tx.skel.h"
#include "punt_rx.skel.h"
#include "weft/abi/chain.h"
#include "weft/abi/flow.h"
#include "weft/abi/policy.h"
#include "weft/abi/types.h"

namespace weft::test {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

// The former table of flows is each load's own: here one for all.
void share_former(const std::string& root, bpf_object* object) {
    const std::string name = WEFT_MAP_NAME(WEFT_FLOW_FORMER_MAP);
    bpf_map__set_pin_path(bpf_object__find_map_by_name(object, name.c_str()), (root + '/' + name).c_str());
}

// Maps that the test machine should not spend its memory on.
void shrink(bpf_object* object) {
    constexpr unsigned few = 64;
    const std::map<std::string_view, unsigned> larger{{WEFT_MAP_NAME(WEFT_FLOW_MAP), 256},
                                                      {WEFT_MAP_NAME(WEFT_RULE_ADDRESS_MAP), 1024},
                                                      {WEFT_MAP_NAME(WEFT_RULE_PORT_MAP), 1024}};
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        const auto type = bpf_map__type(map);
        const auto size = larger.find(bpf_map__name(map));
        if (type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LPM_TRIE || type == BPF_MAP_TYPE_PERCPU_HASH)
            bpf_map__set_max_entries(map, size != larger.end() ? size->second : few);
    }
}

// The verifier's last lines on each program: instructions, states, stack; or why it refused.
void ask_for_statistics(bpf_object* object, std::map<std::string, std::vector<char>>& logs) {
    constexpr unsigned statistics = 4;  // BPF_LOG_STATS
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) {
        auto& log = logs[bpf_program__name(program)];
        log.resize(1 << 16);
        bpf_program__set_log_level(program, statistics);
        bpf_program__set_log_buf(program, log.data(), log.size());
    }
}

template <class Skeleton, class Open, class Load>
Skeleton* open_and_load(const std::string& root, std::map<std::string, std::vector<char>>& logs, Open open,
                        Load load, const char* name) {
    bpf_object_open_opts options{};
    options.sz = sizeof(options);
    options.pin_root_path = root.c_str();
    Skeleton* skeleton = open(&options);
    if (skeleton == nullptr) fail(std::string("open ") + name);
    shrink(skeleton->obj);
    share_former(root, skeleton->obj);
    ask_for_statistics(skeleton->obj, logs);
    if (load(skeleton) != 0) {
        for (const auto& [program, log] : logs) std::fprintf(stderr, "%s: %s\n", program.c_str(), log.data());
        fail(std::string("load ") + name);
    }
    return skeleton;
}

int fd_of(const bpf_program* program) { return bpf_program__fd(program); }

template <class Context>
Ran run(int fd, const Bytes& frame, Context& context) {
    Bytes out(frame.size() + 1024);
    bpf_test_run_opts options{};
    options.sz = sizeof(options);
    options.data_in = frame.data();
    options.data_size_in = static_cast<__u32>(frame.size());
    options.data_out = out.data();
    options.data_size_out = static_cast<__u32>(out.size());
    options.ctx_in = &context;
    options.ctx_size_in = sizeof(context);
    options.ctx_out = &context;
    options.ctx_size_out = sizeof(context);
    options.repeat = 1;
    if (bpf_prog_test_run_opts(fd, &options) != 0) fail("BPF_PROG_RUN");
    out.resize(options.data_size_out);
    return {static_cast<int>(options.retval), std::move(out)};
}

Ran run_tc(int fd, const Bytes& frame, unsigned ifindex, unsigned gso) {
    __sk_buff context{};
    context.ifindex = ifindex;
    context.gso_size = gso;
    constexpr unsigned headers = 54;  // Ethernet, IPv4 and TCP without options
    if (gso != 0) context.gso_segs = (static_cast<unsigned>(frame.size()) - headers + gso - 1) / gso;
    return run(fd, frame, context);
}

Ran run_xdp(int fd, const Bytes& frame) {
    xdp_md context{};
    context.data_end = static_cast<__u32>(frame.size());
    auto ran = run(fd, frame, context);
    const auto metadata = context.data - context.data_meta;
    ran.metadata = slice(ran.packet, 0, metadata);
    ran.packet = slice(ran.packet, metadata);
    return ran;
}

void clear(int fd) {
    bpf_map_info info{};
    __u32 size = sizeof(info);
    if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) fail("map info");
    if (info.type == BPF_MAP_TYPE_RINGBUF || info.type == BPF_MAP_TYPE_PROG_ARRAY ||
        info.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
        return;
    std::vector<std::uint8_t> key(info.key_size);
    std::vector<std::uint8_t> zero((info.value_size + 7) / 8 * 8 *
                                   static_cast<unsigned>(libbpf_num_possible_cpus()));
    if (info.type == BPF_MAP_TYPE_ARRAY || info.type == BPF_MAP_TYPE_PERCPU_ARRAY) {
        for (__u32 i = 0; i < info.max_entries; i++) bpf_map_update_elem(fd, &i, zero.data(), BPF_ANY);
        return;
    }
    while (bpf_map_get_next_key(fd, nullptr, key.data()) == 0)
        if (bpf_map_delete_elem(fd, key.data()) != 0) fail("delete an element");
}

}  // namespace

void configure(const std::string& lines, const std::string& name_space) {
    const int input = memfd_create("ip", MFD_CLOEXEC);
    if (input < 0 || write(input, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()) ||
        lseek(input, 0, SEEK_SET) != 0)
        fail("memfd");
    std::vector<std::string> words{"ip"};
    if (!name_space.empty()) words.insert(words.end(), {"-n", name_space});
    words.insert(words.end(), {"-batch", "-"});
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    pid_t child = 0;
    int status = -1;
    const bool ran = posix_spawnp(&child, "ip", &actions, nullptr, arguments.data(), environ) == 0 &&
                     waitpid(child, &status, 0) == child && status == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(input);
    if (!ran) throw std::runtime_error("ip failed on:\n" + lines);
}

namespace {

// One host's programs, or that they could not be loaded.
class Loaded {
public:
    template <class Make>
    Programs& get(Make make) {
        if (!std::exchange(tried_, true)) programs_ = make();
        if (programs_ == nullptr) throw std::runtime_error("the programs could not be loaded");
        return *programs_;
    }

private:
    Programs* programs_{nullptr};
    bool tried_{false};
};

void enter_own_namespaces() {
    static bool entered = false;
    if (std::exchange(entered, true)) return;
    if (unshare(CLONE_NEWNS | CLONE_NEWNET) != 0) fail("unshare (needs root)");
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) fail("make mounts private");
    mkdir("/run/netns", 0755);
    if (mount("tmpfs", "/run/netns", "tmpfs", 0, nullptr) != 0) fail("mount /run/netns");
    configure("link set lo up\n");
}

}  // namespace

Programs& Programs::get() {
    static Loaded loaded;
    return loaded.get([] {
        static Programs made("");
        return &made;
    });
}

Programs& Programs::of_peer() {
    static Loaded loaded;
    return loaded.get([] {
        static Programs made("p");
        return &made;
    });
}

Programs::Programs(std::string prefix) : prefix_(std::move(prefix)) {
    enter_own_namespaces();
    char path[] = "/tmp/weft-bpf-XXXXXX";
    if (mkdtemp(path) == nullptr) fail("mkdtemp");
    root_ = path;
    if (mount("bpf", root_.c_str(), "bpf", 0, "mode=0700") != 0) fail("mount bpffs");
    load();
    fill_chain();
}

Programs::~Programs() {
    punt_rx__destroy(punt_);
    fabric_rx_xdp__destroy(xdp_);
    fabric_rx__destroy(rx_);
    instance_tx__destroy(tx_);
    umount2(root_.c_str(), MNT_DETACH);
    rmdir(root_.c_str());
}

void Programs::load() {
    tx_ = open_and_load<instance_tx>(root_, logs_, instance_tx__open_opts, instance_tx__load, "instance_tx");
    rx_ = open_and_load<fabric_rx>(root_, logs_, fabric_rx__open_opts, fabric_rx__load, "fabric_rx");
    xdp_ = open_and_load<fabric_rx_xdp>(root_, logs_, fabric_rx_xdp__open_opts, fabric_rx_xdp__load,
                                        "fabric_rx_xdp");
    punt_ = open_and_load<punt_rx>(root_, logs_, punt_rx__open_opts, punt_rx__load, "punt_rx");
}

unsigned Programs::device(const std::string& end) {
    const auto name = prefix_ + end;
    if (if_nametoindex(name.c_str()) == 0) {
        const auto far = name + "-far";
        // No address of its own: nothing is on the device but what a test puts there.
        configure("link add " + name + " type veth peer name " + far + "\nlink set " + name +
                  " addrgenmode none\nlink set " + far + " addrgenmode none\nlink set " + name +
                  " up\nlink set " + far + " up\n");
    }
    return if_nametoindex(name.c_str());
}

void Programs::fill_chain() {
    const struct {
        __u32 slot;
        bpf_program* program;
    } slots[] = {{WEFT_CHAIN_OUT, tx_->progs.instance_out},
                 {WEFT_CHAIN_SERVICE, tx_->progs.instance_service},
                 {WEFT_CHAIN_ICMP_ERROR, tx_->progs.instance_icmp_error},
                 {WEFT_CHAIN_PUNT, tx_->progs.instance_punt}};
    for (const auto& [slot, program] : slots) {
        const int fd = fd_of(program);
        if (bpf_map_update_elem(chain(), &slot, &fd, BPF_ANY) != 0) fail("fill the chain");
    }
}

void Programs::empty_chain() {
    for (__u32 slot = 0; slot < WEFT_CHAIN_SLOTS; slot++) bpf_map_delete_elem(chain(), &slot);
}

Ran Programs::send(const Bytes& frame, unsigned ifindex, unsigned gso) {
    return run_tc(instance_tx_fd(), frame, ifindex, gso);
}

Ran Programs::receive(const Bytes& frame, unsigned gso) {
    return run_tc(fabric_rx_fd(), frame, uplink(), gso);
}
Ran Programs::answer(const Bytes& frame) { return run_tc(punt_rx_fd(), frame, device("punt"), 0); }
Ran Programs::receive_xdp(const Bytes& frame) { return run_xdp(fabric_rx_xdp_fd(), frame); }

int Programs::chain() const {
    return bpf_object__find_map_fd_by_name(tx_->obj, WEFT_MAP_NAME(WEFT_CHAIN_MAP));
}
int Programs::instance_tx_fd() const { return fd_of(tx_->progs.instance_tx); }
int Programs::fabric_rx_fd() const { return fd_of(rx_->progs.fabric_rx); }
int Programs::punt_rx_fd() const { return fd_of(punt_->progs.punt_rx); }
int Programs::fabric_rx_xdp_fd() const { return fd_of(xdp_->progs.fabric_rx_xdp); }

int Programs::map(const char* name) const {
    for (const bpf_object* object : {tx_->obj, rx_->obj}) {
        const int fd = bpf_object__find_map_fd_by_name(object, name);
        if (fd >= 0) return fd;
    }
    fail(std::string("map ") + name);
}

void Programs::clear_map(const char* name) const { clear(map(name)); }

void Programs::clear_maps() {
    for (const bpf_object* object : {tx_->obj, rx_->obj}) {
        bpf_map* map = nullptr;
        bpf_object__for_each_map(map, object) clear(bpf_map__fd(map));
    }
}

}  // namespace weft::test
