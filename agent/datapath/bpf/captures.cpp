// SPDX-License-Identifier: Apache-2.0
#include "agent/datapath/bpf/captures.h"

#include <bpf/bpf.h>
#include <sys/epoll.h>

#include <cerrno>

#include "agent/datapath/bpf/pin.h"

namespace weft::agent::bpf {
namespace {

constexpr std::size_t pages = 256;  // of each CPU's buffer: 1 MiB

}  // namespace

Result<std::unique_ptr<Captures>> Captures::open(const std::string& root, OnPacket on_packet) {
    WEFT_TRY(auto wanted, open_pin(root + '/' + WEFT_MAP_NAME(WEFT_CAPTURE_MAP)));
    WEFT_TRY(auto captured, open_pin(root + '/' + WEFT_MAP_NAME(WEFT_CAPTURED_MAP)));
    Fd epoll{epoll_create1(EPOLL_CLOEXEC)};
    if (!epoll) return system_error("make", "epoll", errno);
    std::uint64_t record = 0;
    while (bpf_map_get_next_key(wanted.get(), nullptr, &record) == 0)
        if (bpf_map_delete_elem(wanted.get(), &record) != 0)
            return system_error("clear", WEFT_MAP_NAME(WEFT_CAPTURE_MAP), errno);
    return std::unique_ptr<Captures>{
        new Captures(std::move(wanted), std::move(captured), std::move(epoll), std::move(on_packet))};
}

Result<void> Captures::make_room() {
    if (buffers_) return {};
    buffers_.reset(perf_buffer__new(captured_.get(), pages, &Captures::take, nullptr, this, nullptr));
    if (!buffers_) return system_error("make", "buffers for captured packets", errno);
    epoll_event event{};
    event.events = EPOLLIN;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, perf_buffer__epoll_fd(buffers_.get()), &event) == 0) return {};
    const int err = errno;
    buffers_.reset();
    return system_error("follow", "buffers for captured packets", err);
}

Result<void> Captures::begin(std::uint64_t record, std::uint32_t snaplen, std::uint32_t directions) {
    WEFT_CHECK(make_room());
    const weft_capture wanted{lost(record), snaplen, directions};
    if (bpf_map_update_elem(wanted_.get(), &record, &wanted, BPF_ANY) != 0) {
        const int err = errno;
        if (records_.empty()) buffers_.reset();
        if (err == E2BIG) return Error{ErrorCode::exhausted, "too many captures on this host", {}, err};
        return system_error("write", WEFT_MAP_NAME(WEFT_CAPTURE_MAP), err);
    }
    records_.insert(record);
    return {};
}

void Captures::end(std::uint64_t record) {
    drain();
    (void)bpf_map_delete_elem(wanted_.get(), &record);
    records_.erase(record);
    if (records_.empty()) buffers_.reset();
}

std::uint64_t Captures::lost(std::uint64_t record) const {
    weft_capture wanted{};
    return bpf_map_lookup_elem(wanted_.get(), &record, &wanted) == 0 ? wanted.lost : 0;
}

void Captures::drain() {
    if (buffers_) (void)perf_buffer__consume(buffers_.get());
}

void Captures::take(void* self, int /*cpu*/, void* data, __u32 size) {
    const auto* head = static_cast<const weft_captured*>(data);
    if (size < sizeof(*head) || size - sizeof(*head) < std::size_t{head->offset} + head->captured) return;
    const auto* bytes = static_cast<const std::uint8_t*>(data) + sizeof(*head) + head->offset;
    static_cast<Captures*>(self)->on_packet_(*head, {bytes, head->captured});
}

}  // namespace weft::agent::bpf
