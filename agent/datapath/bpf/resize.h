// SPDX-License-Identifier: Apache-2.0
// Pinned maps to which agent.yaml now gives another size, while programs use them. A map that the agent alone
// writes is copied and replaced. The table of flows, which changes with every packet, stays a second lookup
// of the new programs until the rest of it has moved. Beside the pins, for as long as it takes:
//   <map>-new              a map in the making; left over: forgotten
//   weft_flow_v<n>-former  the former table of flows; left over: goes on to be moved
#pragma once

#include <bpf/libbpf.h>

#include <map>
#include <set>
#include <string>

#include "weft/base/fd.h"
#include "weft/base/result.h"

namespace weft::agent::bpf {

class Resize {
public:
    // `sizes` by short name, as in loader.h.
    [[nodiscard]] static Result<Resize> begin(std::string root, std::map<std::string, std::uint32_t> sizes);

    // Of an object before it is loaded: its maps become the new ones, its former table of flows the old one.
    // A map that holds more than would fit, or into which the packet path writes, keeps its size, and the log
    // says why.
    [[nodiscard]] Result<void> redirect(bpf_object* object);
    // After all are loaded, before they are attached: the new maps take the pins.
    [[nodiscard]] Result<void> take_over();
    // When nothing that writes the former table of flows is attached any more: what is left of it moves.
    [[nodiscard]] Result<void> drain();

private:
    struct Former {
        Fd fd;
        std::uint32_t key_size{0};
        std::uint32_t value_size{0};
        std::uint32_t max_entries{0};
    };

    [[nodiscard]] static Result<Former> open(const std::string& path);
    // Why the map keeps its size; empty: it does not.
    [[nodiscard]] std::string refusal(const bpf_map* map, const Former& present, std::uint32_t size) const;
    [[nodiscard]] Result<void> redirect(bpf_map* map);
    [[nodiscard]] Result<void> hand_over(const std::string& name, const Former& former) const;

    std::string root_;
    std::map<std::string, std::uint32_t> sizes_;
    std::map<std::string, Former> changing_;  // by name
    std::set<std::string> kept_;              // those that keep their size
    Fd former_flows_;
};

}  // namespace weft::agent::bpf
