// SPDX-License-Identifier: Apache-2.0
// The programs once more, for crafted packets only (row 8.3): they read the pinned maps that user space
// fills, and write flows, counters and drops into maps of their own, so that a trace leaves nothing behind.
#pragma once

#include <bpf/libbpf.h>

#include <memory>
#include <string>

#include "agent/datapath/datapath.h"

namespace weft::agent::bpf {

class Tracer {
public:
    // After a Load: the maps are pinned below `root`.
    [[nodiscard]] static Result<Tracer> make(const std::string& root, const std::string& objects);

    [[nodiscard]] Result<TraceRun> run(TraceHook hook, const std::string& frame, std::uint32_t ifindex) const;

private:
    struct Close {
        void operator()(bpf_object* object) const { bpf_object__close(object); }
    };
    using Object = std::unique_ptr<bpf_object, Close>;

    [[nodiscard]] static Result<Object> open(const std::string& root, const std::string& path);
    [[nodiscard]] Result<void> prepare(bpf_object* object) const;

    std::string root_;
    Object instance_;
    Object fabric_;
};

}  // namespace weft::agent::bpf
