// SPDX-License-Identifier: Apache-2.0
// One load of the programs: opened, verified against the pinned maps, chained and pinned; attaching is for
// others.
#pragma once

#include <bpf/libbpf.h>

#include <map>
#include <memory>
#include <string>

#include "agent/datapath/bpf/resize.h"
#include "weft/base/result.h"

namespace weft::agent::bpf {

struct Program {
    std::string name;
    int fd{-1};           // valid while the Load is
    std::uint32_t id{0};  // the kernel's
};

class Load {
public:
    // Objects from `objects`/*.bpf.o. Maps that are pinned below `root` are used, the others are made and
    // pinned. Sizes are given by short name ("mapping" for weft_mapping_v1); pinned maps of another size
    // change theirs (resize.h). A program that the verifier refuses is an error with its log.
    [[nodiscard]] static Result<Load> make(const std::string& root, const std::string& objects,
                                           const std::map<std::string, std::uint32_t>& sizes);

    [[nodiscard]] const Program& instance_tx() const { return instance_tx_; }
    [[nodiscard]] const Program& fabric_rx() const { return fabric_rx_; }
    [[nodiscard]] const Program& fabric_rx_xdp() const { return fabric_rx_xdp_; }
    [[nodiscard]] const Program& punt_rx() const { return punt_rx_; }

    // Once nothing of any other load is attached any more: unpins those, and ends what resizing began.
    [[nodiscard]] Result<void> settle();

private:
    struct Close {
        void operator()(bpf_object* object) const { bpf_object__close(object); }
    };
    using Object = std::unique_ptr<bpf_object, Close>;

    [[nodiscard]] Result<Object> open(const std::string& path,
                                      const std::map<std::string, std::uint32_t>& sizes);
    [[nodiscard]] Result<void> pin(const Object& object) const;
    [[nodiscard]] Result<void> chain() const;

    std::string root_;
    std::uint32_t number_{0};
    Resize resize_;
    Object instance_;
    Object fabric_;
    Object fabric_xdp_;
    Object punt_;
    Program instance_tx_;
    Program fabric_rx_;
    Program fabric_rx_xdp_;
    Program punt_rx_;
};

// Prepares a map of an opened object that is to be pinned below `root`: one that is there keeps its size and
// must have the same layout; a new one gets its size from `sizes`, by short name. Others are left alone.
[[nodiscard]] Result<void> use_pinned(const std::string& root, bpf_map* map,
                                      const std::map<std::string, std::uint32_t>& sizes);
// Fills the chain of a loaded instance_tx object; its descriptor.
[[nodiscard]] Result<int> fill_chain(const bpf_object* instance);

// "mapping" of "weft_mapping_v1".
[[nodiscard]] std::string short_name(const std::string& map);

}  // namespace weft::agent::bpf
