// SPDX-License-Identifier: Apache-2.0
// What the programs sampled, as a reader of the ring sees it.
#pragma once

#include <bpf/libbpf.h>

#include <cstring>
#include <stdexcept>
#include <vector>

#include "tests/harness/bpf/world.h"
#include "weft/abi/event.h"

namespace weft::test {

class Samples {
public:
    explicit Samples(World& world)
        : ring_(ring_buffer__new(world.programs.map(WEFT_MAP_NAME(WEFT_EVENT_MAP)), take, this, nullptr)) {
        if (ring_ == nullptr) throw std::runtime_error("no ring buffer");
        ring_buffer__consume(ring_);
        events_.clear();
    }
    ~Samples() { ring_buffer__free(ring_); }
    Samples(const Samples&) = delete;
    Samples& operator=(const Samples&) = delete;

    // All since this object was made.
    const std::vector<weft_event>& read() {
        ring_buffer__consume(ring_);
        return events_;
    }

private:
    static int take(void* self, void* data, std::size_t size) {
        weft_event event{};
        if (size != sizeof(event)) throw std::runtime_error("an event of another size");
        std::memcpy(&event, data, sizeof(event));
        static_cast<Samples*>(self)->events_.push_back(event);
        return 0;
    }

    std::vector<weft_event> events_;
    ring_buffer* ring_;
};

inline void set_event_rate(World& world, std::uint32_t rate, std::uint32_t burst) {
    world.change<weft_config>(WEFT_MAP_NAME(WEFT_CONFIG_MAP), __u32{0}, [&](weft_config& c) {
        c.event_rate = rate;
        c.event_burst = burst;
    });
}

struct Lost {
    std::uint64_t rate{0};
    std::uint64_t ring{0};
};

inline Lost lost_events(World& world, __u32 sort) {
    std::vector<weft_event_bucket> buckets(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    world.get_raw(WEFT_MAP_NAME(WEFT_EVENT_BUCKET_MAP), &sort, buckets.data());
    Lost sum;
    for (const auto& b : buckets) {
        sum.rate += b.lost_rate;
        sum.ring += b.lost_ring;
    }
    return sum;
}

}  // namespace weft::test
