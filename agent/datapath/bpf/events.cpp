// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/events.h"

#include <cerrno>

#include "weft/abi/event.h"

namespace weft::agent::bpf {

Result<std::unique_ptr<Events>> Events::open(int map, OnEvent on_event) {
    std::unique_ptr<Events> events{new Events(std::move(on_event))};
    events->ring_.reset(ring_buffer__new(map, &Events::take, events.get(), nullptr));
    if (!events->ring_) return system_error("open", "event ring buffer", errno);
    return events;
}

int Events::take(void* self, void* data, std::size_t size) {
    if (size >= sizeof(weft_event))
        static_cast<Events*>(self)->on_event_(*static_cast<const weft_event*>(data));
    return 0;
}

}  // namespace weft::agent::bpf
