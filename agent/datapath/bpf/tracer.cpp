// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/tracer.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/log.h"
#include "agent/datapath/bpf/pin.h"
#include "weft/abi/counter.h"
#include "weft/abi/event.h"
#include "weft/abi/flow.h"
#include "weft/abi/punt.h"
#include "weft/abi/rate.h"
#include "weft/abi/trace.h"

namespace weft::agent::bpf {
namespace {

constexpr std::uint32_t few = 64;      // entries of the maps that a trace writes
constexpr std::size_t grown = 256;     // bytes that outer headers may add
constexpr std::uint32_t loopback = 1;  // the kernel wants some device; what arrives is judged by its bytes
constexpr std::array<std::string_view, 9> written{
    WEFT_MAP_NAME(WEFT_FRAGMENT_MAP),    WEFT_MAP_NAME(WEFT_RATE_STATE_MAP),
    WEFT_MAP_NAME(WEFT_COUNTER_MAP),     WEFT_MAP_NAME(WEFT_DROP_MAP),
    WEFT_MAP_NAME(WEFT_RECORD_DROP_MAP), WEFT_MAP_NAME(WEFT_EVENT_BUCKET_MAP),
    WEFT_MAP_NAME(WEFT_FLOW_USE_MAP),    WEFT_MAP_NAME(WEFT_PUNT_PAID_MAP),
    WEFT_MAP_NAME(WEFT_REJECT_MAP),
};

bool is_written(std::string_view name) {
    return std::ranges::find(written, name) != written.end() || name == WEFT_MAP_NAME(WEFT_EVENT_MAP);
}

bool is_hash(const bpf_map* map) {
    const auto type = bpf_map__type(map);
    return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_PERCPU_HASH;
}

Result<void> settle(const std::string& root, bpf_map* map) {
    const std::string_view name = bpf_map__name(map);
    if (name.ends_with(WEFT_TRACE_SECTION)) {
        const __u32 tracing = 1;
        if (bpf_map__set_initial_value(map, &tracing, sizeof(tracing)) != 0)
            return system_error("set", WEFT_TRACE_SECTION, errno);
        return {};
    }
    if (!is_written(name)) return use_pinned(root, map, {});
    bpf_map__set_pin_path(map, nullptr);
    if (is_hash(map) && name != WEFT_MAP_NAME(WEFT_FLOW_USE_MAP)) bpf_map__set_max_entries(map, few);
    return {};
}

void forget_all(int map, std::size_t key_size) {
    std::string key(key_size, '\0');
    while (bpf_map_get_next_key(map, nullptr, key.data()) == 0)
        if (bpf_map_delete_elem(map, key.data()) != 0) return;
}

}  // namespace

Result<Tracer::Object> Tracer::open(const std::string& root, const std::string& path) {
    const Log log;
    bpf_object_open_opts options{};
    options.sz = sizeof(options);
    options.pin_root_path = root.c_str();
    Object object{bpf_object__open_file(path.c_str(), &options)};
    if (!object) return log.error("open", path, errno);
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object.get()) WEFT_CHECK(settle(root, map));
    if (const int err = bpf_object__load(object.get()); err != 0) return log.error("load", path, -err);
    return object;
}

Result<Tracer> Tracer::make(const std::string& root, const std::string& objects) {
    Tracer tracer;
    tracer.root_ = root;
    WEFT_TRY(tracer.instance_, open(root, objects + "/instance_tx.bpf.o"));
    WEFT_TRY(tracer.fabric_, open(root, objects + "/fabric_rx.bpf.o"));
    WEFT_CHECK(fill_chain(tracer.instance_.get()));
    return tracer;
}

// Nothing of the last trace, and room for a flow of every record.
Result<void> Tracer::prepare(bpf_object* object) const {
    const auto* fragments = bpf_object__find_map_by_name(object, WEFT_MAP_NAME(WEFT_FRAGMENT_MAP));
    forget_all(bpf_map__fd(fragments), bpf_map__key_size(fragments));
    const int use = bpf_object__find_map_fd_by_name(object, WEFT_MAP_NAME(WEFT_FLOW_USE_MAP));
    WEFT_TRY(const auto pinned, open_pin(root_ + '/' + WEFT_MAP_NAME(WEFT_FLOW_USE_MAP)));
    std::uint64_t record = 0;
    const weft_flow_use unused{};
    for (const void* last = nullptr; bpf_map_get_next_key(pinned.get(), last, &record) == 0; last = &record)
        bpf_map_update_elem(use, &record, &unused, BPF_ANY);
    const __u32 zero = 0;
    const weft_trace empty{};
    if (bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, WEFT_MAP_NAME(WEFT_TRACE_MAP)), &zero,
                            &empty, BPF_ANY) != 0)
        return system_error("clear", WEFT_MAP_NAME(WEFT_TRACE_MAP), errno);
    return {};
}

Result<TraceRun> Tracer::run(TraceHook hook, const std::string& frame, std::uint32_t ifindex) const {
    auto* object = hook == TraceHook::instance ? instance_.get() : fabric_.get();
    const char* name = hook == TraceHook::instance ? "instance_tx" : "fabric_rx";
    WEFT_CHECK(prepare(object));
    TraceRun out;
    out.packet.resize(frame.size() + grown);
    __sk_buff context{};
    context.ifindex = hook == TraceHook::instance ? ifindex : loopback;
    bpf_test_run_opts options{};
    options.sz = sizeof(options);
    options.data_in = frame.data();
    options.data_size_in = static_cast<__u32>(frame.size());
    options.data_out = out.packet.data();
    options.data_size_out = static_cast<__u32>(out.packet.size());
    options.ctx_in = &context;
    options.ctx_size_in = sizeof(context);
    const auto* program = bpf_object__find_program_by_name(object, name);
    if (bpf_prog_test_run_opts(bpf_program__fd(program), &options) != 0)
        return system_error("run", name, errno);
    out.packet.resize(options.data_size_out);
    out.verdict = static_cast<int>(options.retval);
    const __u32 zero = 0;
    weft_trace trace{};
    if (bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(object, WEFT_MAP_NAME(WEFT_TRACE_MAP)), &zero,
                            &trace) != 0)
        return system_error("read", WEFT_MAP_NAME(WEFT_TRACE_MAP), errno);
    const auto count = std::min<std::size_t>(trace.count, WEFT_TRACE_STEPS);
    out.steps.assign(trace.step, trace.step + count);
    return out;
}

}  // namespace weft::agent::bpf
