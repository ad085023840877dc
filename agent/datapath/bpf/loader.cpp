// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/loader.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "agent/datapath/bpf/log.h"
#include "agent/datapath/bpf/pin.h"
#include "weft/abi/chain.h"
#include "weft/abi/types.h"

namespace weft::agent::bpf {
namespace {

constexpr const char* chain_name = WEFT_MAP_NAME(WEFT_CHAIN_MAP);

constexpr std::pair<const char*, std::uint32_t> chain_slots[] = {
    {"instance_out", WEFT_CHAIN_OUT},
    {"instance_service", WEFT_CHAIN_SERVICE},
    {"instance_icmp_error", WEFT_CHAIN_ICMP_ERROR},
    {"instance_punt", WEFT_CHAIN_PUNT},
};

Result<Program> find_program(const bpf_object* object, const char* name) {
    const auto* program = bpf_object__find_program_by_name(object, name);
    if (program == nullptr) return not_found(fmt::format("program {} in {}", name, bpf_object__name(object)));
    bpf_prog_info info{};
    __u32 length = sizeof(info);
    if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length) != 0)
        return system_error("read", name, errno);
    return Program{name, bpf_program__fd(program), info.id};
}

}  // namespace

Result<void> use_pinned(const std::string& root, bpf_map* map,
                        const std::map<std::string, std::uint32_t>& sizes) {
    const std::string name = bpf_map__name(map);
    if (bpf_map__pin_path(map) == nullptr) return {};
    const auto pinned = open_pin(root + '/' + name);
    if (!pinned && pinned.error().code != ErrorCode::not_found) return pinned.error();
    if (!pinned) {
        if (const auto size = sizes.find(short_name(name)); size != sizes.end())
            bpf_map__set_max_entries(map, size->second);
        return {};
    }
    bpf_map_info info{};
    __u32 length = sizeof(info);
    if (bpf_obj_get_info_by_fd(pinned->get(), &info, &length) != 0) return system_error("read", name, errno);
    if (info.type != bpf_map__type(map) || info.key_size != bpf_map__key_size(map) ||
        info.value_size != bpf_map__value_size(map))
        return Error{ErrorCode::unsupported,
                     fmt::format("the pinned map {}/{} has another layout than these programs", root, name),
                     {},
                     0};
    bpf_map__set_max_entries(map, info.max_entries);
    return {};
}

Result<int> fill_chain(const bpf_object* instance) {
    const int array = bpf_object__find_map_fd_by_name(instance, chain_name);
    if (array < 0) return not_found(fmt::format("map {}", chain_name));
    for (const auto& [name, slot] : chain_slots) {
        WEFT_TRY(const auto program, find_program(instance, name));
        if (bpf_map_update_elem(array, &slot, &program.fd, BPF_ANY) != 0)
            return system_error("chain", name, errno);
    }
    return array;
}

std::string short_name(const std::string& map) {
    constexpr std::string_view prefix = "weft_";
    const auto version = map.rfind("_v");
    return map.starts_with(prefix) && version != std::string::npos && version > prefix.size()
               ? map.substr(prefix.size(), version - prefix.size())
               : map;
}

Result<Load::Object> Load::open(const std::string& path, const std::map<std::string, std::uint32_t>& sizes) {
    const Log log;
    bpf_object_open_opts options{};
    options.sz = sizeof(options);
    options.pin_root_path = root_.c_str();
    Object object{bpf_object__open_file(path.c_str(), &options)};
    if (!object) return log.error("open", path, errno);
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object.get()) WEFT_CHECK(use_pinned(root_, map, sizes));
    WEFT_CHECK(resize_.redirect(object.get()));
    if (const int err = bpf_object__load(object.get()); err != 0) return log.error("load", path, -err);
    return object;
}

Result<void> Load::pin(const Object& object) const {
    const auto directory = load_directory(root_, number_);
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object.get()) {
        const auto path = directory + '/' + bpf_program__name(program);
        if (bpf_obj_pin(bpf_program__fd(program), path.c_str()) != 0) return system_error("pin", path, errno);
    }
    return {};
}

Result<void> Load::chain() const {
    WEFT_TRY(const int array, fill_chain(instance_.get()));
    const auto path = load_directory(root_, number_) + '/' + chain_name;
    if (bpf_obj_pin(array, path.c_str()) != 0) return system_error("pin", path, errno);
    return {};
}

Result<Load> Load::make(const std::string& root, const std::string& objects,
                        const std::map<std::string, std::uint32_t>& sizes) {
    WEFT_CHECK(make_pin_root(root));
    Load load;
    load.root_ = root;
    for (const auto number : pinned_loads(root)) load.number_ = std::max(load.number_, number);
    ++load.number_;
    WEFT_TRY(load.resize_, Resize::begin(root, sizes));
    WEFT_TRY(load.instance_, load.open(objects + "/instance_tx.bpf.o", sizes));
    WEFT_TRY(load.fabric_, load.open(objects + "/fabric_rx.bpf.o", sizes));
    WEFT_TRY(load.fabric_xdp_, load.open(objects + "/fabric_rx_xdp.bpf.o", sizes));
    WEFT_TRY(load.punt_, load.open(objects + "/punt_rx.bpf.o", sizes));
    WEFT_TRY(load.instance_tx_, find_program(load.instance_.get(), "instance_tx"));
    WEFT_TRY(load.fabric_rx_, find_program(load.fabric_.get(), "fabric_rx"));
    WEFT_TRY(load.fabric_rx_xdp_, find_program(load.fabric_xdp_.get(), "fabric_rx_xdp"));
    WEFT_TRY(load.punt_rx_, find_program(load.punt_.get(), "punt_rx"));

    const auto directory = load_directory(root, load.number_);
    if (::mkdir(directory.c_str(), 0700) != 0) return system_error("mkdir", directory, errno);
    WEFT_CHECK(load.chain());
    WEFT_CHECK(load.pin(load.instance_));
    WEFT_CHECK(load.pin(load.fabric_));
    WEFT_CHECK(load.pin(load.fabric_xdp_));
    WEFT_CHECK(load.pin(load.punt_));
    WEFT_CHECK(load.resize_.take_over());
    return load;
}

Result<void> Load::settle() {
    std::error_code ignored;
    for (const auto number : pinned_loads(root_))
        if (number != number_) std::filesystem::remove_all(load_directory(root_, number), ignored);
    return resize_.drain();
}

}  // namespace weft::agent::bpf
