// SPDX-License-Identifier: Apache-2.0
// The captures of this host in the packet path: which records, and the per-CPU buffers that packets come by,
// which exist only while there is one.
#pragma once

#include <bpf/libbpf.h>

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "weft/abi/capture.h"
#include "weft/base/fd.h"
#include "weft/base/result.h"

namespace weft::agent::bpf {

class Captures {
public:
    // Bytes of the packet, without what is in front of it.
    using OnPacket = std::function<void(const weft_captured&, std::span<const std::uint8_t>)>;

    // Ends what a former agent left. `on_packet` is called from drain() and end() only.
    [[nodiscard]] static Result<std::unique_ptr<Captures>> open(const std::string& root, OnPacket on_packet);

    // Another call for the same record changes what is captured; what was lost stays counted.
    [[nodiscard]] Result<void> begin(std::uint64_t record, std::uint32_t snaplen, std::uint32_t directions);
    void end(std::uint64_t record);
    [[nodiscard]] std::uint64_t lost(std::uint64_t record) const;

    [[nodiscard]] int descriptor() const { return epoll_.get(); }
    void drain();

private:
    struct Free {
        void operator()(perf_buffer* buffer) const { perf_buffer__free(buffer); }
    };

    Captures(Fd wanted, Fd captured, Fd epoll, OnPacket on_packet)
        : wanted_(std::move(wanted)),
          captured_(std::move(captured)),
          epoll_(std::move(epoll)),
          on_packet_(std::move(on_packet)) {}
    [[nodiscard]] Result<void> make_room();
    static void take(void* self, int cpu, void* data, __u32 size);

    Fd wanted_;    // map
    Fd captured_;  // map
    Fd epoll_;     // holds that of the buffers, so that the descriptor stays the same
    OnPacket on_packet_;
    std::unique_ptr<perf_buffer, Free> buffers_;
    std::set<std::uint64_t> records_;
};

}  // namespace weft::agent::bpf
