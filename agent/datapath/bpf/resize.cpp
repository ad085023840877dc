// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/resize.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "agent/datapath/bpf/batch.h"
#include "agent/datapath/bpf/loader.h"
#include "agent/datapath/bpf/pin.h"
#include "weft/abi/flow.h"
#include "weft/abi/rate.h"
#include "weft/base/log.h"

namespace weft::agent::bpf {
namespace {

constexpr std::string_view flow_map = WEFT_MAP_NAME(WEFT_FLOW_MAP);
constexpr std::string_view former_map = WEFT_MAP_NAME(WEFT_FLOW_FORMER_MAP);

// Hashes into which the packet path writes: what it wrote while a copy is made would be lost. The flows have
// their second lookup.
constexpr std::array<std::string_view, 3> written_by_packets{
    WEFT_MAP_NAME(WEFT_FLOW_USE_MAP), WEFT_MAP_NAME(WEFT_RATE_STATE_MAP), WEFT_MAP_NAME(WEFT_REJECT_MAP)};

bool is_copied(const bpf_map* map) {
    const auto type = bpf_map__type(map);
    return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LPM_TRIE;
}

std::string new_path(const std::string& root, const std::string& name) { return root + '/' + name + "-new"; }
std::string former_path(const std::string& root) { return root + '/' + std::string(flow_map) + "-former"; }

Result<std::uint32_t> map_id(int map) {
    bpf_map_info info{};
    __u32 length = sizeof(info);
    if (bpf_obj_get_info_by_fd(map, &info, &length) != 0) return system_error("read", "map", errno);
    return info.id;
}

}  // namespace

Result<Resize::Former> Resize::open(const std::string& path) {
    Former former;
    WEFT_TRY(former.fd, open_pin(path));
    bpf_map_info info{};
    __u32 length = sizeof(info);
    if (bpf_obj_get_info_by_fd(former.fd.get(), &info, &length) != 0)
        return system_error("read", path, errno);
    former.key_size = info.key_size;
    former.value_size = info.value_size;
    former.max_entries = info.max_entries;
    return former;
}

Result<Resize> Resize::begin(std::string root, std::map<std::string, std::uint32_t> sizes) {
    Resize resize;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(root, ignored))
        if (entry.path().filename().string().ends_with("-new"))
            std::filesystem::remove(entry.path(), ignored);
    auto former = open_pin(former_path(root));
    const auto present = open_pin(root + '/' + std::string(flow_map));
    if (former && present) {
        WEFT_TRY(const auto old, map_id(former->get()));
        WEFT_TRY(const auto now, map_id(present->get()));
        if (old == now)  // the agent died before the new one took the pin
            std::filesystem::remove(former_path(root), ignored);
        else
            resize.former_flows_ = std::move(*former);
    }
    resize.root_ = std::move(root);
    resize.sizes_ = std::move(sizes);
    return resize;
}

Result<void> Resize::redirect(bpf_object* object) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) WEFT_CHECK(redirect(map));
    auto* former = bpf_object__find_map_by_name(object, std::string(former_map).c_str());
    const auto flows = changing_.find(std::string(flow_map));
    const int table = flows != changing_.end() ? flows->second.fd.get() : former_flows_.get();
    if (former != nullptr && table >= 0 && bpf_map__reuse_fd(former, table) != 0)
        return system_error("reuse", former_path(root_), errno);
    return {};
}

std::string Resize::refusal(const bpf_map* map, const Former& present, std::uint32_t size) const {
    const std::string_view name = bpf_map__name(map);
    if (!is_copied(map) || std::ranges::find(written_by_packets, name) != written_by_packets.end())
        return "the packet path writes into it";
    if (name == flow_map && former_flows_) return "its former table is not empty yet";
    std::size_t entries = 0;
    (void)for_each_batch(present.fd.get(), present.key_size, present.value_size,
                         [&](const char*, const char*, std::size_t count) { entries += count; });
    if (entries <= size) return {};
    return fmt::format("its {} entries would not fit in {}", entries, size);
}

Result<void> Resize::redirect(bpf_map* map) {
    const std::string name = bpf_map__name(map);
    const auto size = sizes_.find(short_name(name));
    if (bpf_map__pin_path(map) == nullptr || size == sizes_.end() || kept_.contains(name)) return {};
    if (!changing_.contains(name)) {
        auto present = open(root_ + '/' + name);
        if (!present && present.error().code == ErrorCode::not_found) return {};
        if (!present) return present.error();
        if (present->max_entries == size->second) return {};
        if (const auto why = refusal(map, *present, size->second); !why.empty()) {
            log_warning("datapath", "map {} keeps its size of {}: {}", name, present->max_entries, why);
            kept_.insert(name);
            return {};
        }
        changing_.emplace(name, std::move(*present));
    }
    if (bpf_map__set_pin_path(map, new_path(root_, name).c_str()) != 0 ||
        bpf_map__set_max_entries(map, size->second) != 0)
        return system_error("resize", name, errno);
    return {};
}

Result<void> Resize::hand_over(const std::string& name, const Former& former) const {
    WEFT_TRY(const auto made, open_pin(new_path(root_, name)));
    int failed = 0;
    const int err = for_each_batch(
        former.fd.get(), former.key_size, former.value_size,
        [&](const char* keys, const char* values, std::size_t size) {
            auto count = static_cast<__u32>(size);
            if (size != 0 && bpf_map_update_batch(made.get(), keys, values, &count, nullptr) != 0)
                failed = errno;
        });
    if (err != 0 || failed != 0) return system_error("copy", name, err != 0 ? err : failed);
    return {};
}

Result<void> Resize::take_over() {
    for (auto& [name, former] : changing_) {
        const bool flows = name == flow_map;
        if (flows && bpf_obj_pin(former.fd.get(), former_path(root_).c_str()) != 0)
            return system_error("pin", former_path(root_), errno);
        if (!flows) WEFT_CHECK(hand_over(name, former));
        if (std::rename(new_path(root_, name).c_str(), (root_ + '/' + name).c_str()) != 0)
            return system_error("rename", new_path(root_, name), errno);
        log_info("datapath", "map {}: another size, before {}", name, former.max_entries);
        if (flows) former_flows_ = std::move(former.fd);
    }
    changing_.clear();
    return {};
}

// Emptied at last: the programs go on asking it, and what it says would be of the past.
Result<void> Resize::drain() {
    if (!former_flows_) return {};
    WEFT_TRY(const auto present, open_pin(root_ + '/' + std::string(flow_map)));
    std::size_t moved = 0;
    std::size_t lost = 0;
    const int err = for_each_batch(former_flows_.get(), sizeof(weft_flow_key), sizeof(weft_flow),
                                   [&](const char* keys, const char* values, std::size_t count) {
                                       for (std::size_t i = 0; i < count; ++i) {
                                           const int done = bpf_map_update_elem(
                                               present.get(), keys + i * sizeof(weft_flow_key),
                                               values + i * sizeof(weft_flow), BPF_NOEXIST);
                                           ++(done == 0 || errno == EEXIST ? moved : lost);
                                       }
                                   });
    if (err != 0) return system_error("read", former_path(root_), err);
    weft_flow_key key{};
    while (bpf_map_get_next_key(former_flows_.get(), nullptr, &key) == 0)
        if (bpf_map_delete_elem(former_flows_.get(), &key) != 0) break;
    if (lost != 0) log_warning("datapath", "{} flows found no room in the resized table", lost);
    log_info("datapath", "{} flows are in the resized table", moved);
    if (::unlink(former_path(root_).c_str()) != 0) return system_error("remove", former_path(root_), errno);
    former_flows_ = {};
    return {};
}

}  // namespace weft::agent::bpf
