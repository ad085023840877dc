// SPDX-License-Identifier: Apache-2.0
// The reader of the `event` ring buffer.
#pragma once

#include <bpf/libbpf.h>

#include <functional>
#include <memory>

#include "weft/base/result.h"

struct weft_event;

namespace weft::agent::bpf {

class Events {
public:
    using OnEvent = std::function<void(const weft_event&)>;

    // Of the ring buffer `map`. `on_event` is called from drain() only.
    [[nodiscard]] static Result<std::unique_ptr<Events>> open(int map, OnEvent on_event);

    [[nodiscard]] int descriptor() const { return ring_buffer__epoll_fd(ring_.get()); }
    void drain() { (void)ring_buffer__consume(ring_.get()); }

private:
    struct Free {
        void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
    };

    explicit Events(OnEvent on_event) : on_event_(std::move(on_event)) {}
    static int take(void* self, void* data, std::size_t size);

    OnEvent on_event_;
    std::unique_ptr<ring_buffer, Free> ring_;
};

}  // namespace weft::agent::bpf
