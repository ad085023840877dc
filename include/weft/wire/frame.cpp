// SPDX-License-Identifier: Apache-2.0
#include "weft/wire/frame.h"

#include <linux/netlink.h>

#include <cstring>
#include <string>

namespace weft::wire {

static_assert(sizeof(nlmsghdr) == frame_header);

Bytes build_frame(const Frame& frame) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(frame_header + frame.payload.size());
    header.nlmsg_type = frame.type;
    header.nlmsg_flags = frame.flags;
    header.nlmsg_seq = frame.sequence;
    Bytes out(header.nlmsg_len);
    std::memcpy(out.data(), &header, sizeof(header));
    if (!frame.payload.empty())
        std::memcpy(out.data() + frame_header, frame.payload.data(), frame.payload.size());
    return out;
}

void FrameReader::feed(std::span<const std::uint8_t> bytes) {
    if (start_ > 0) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
        start_ = 0;
    }
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<Frame>> FrameReader::next() {
    const std::size_t available = buffer_.size() - start_;
    if (available < frame_header) return std::optional<Frame>{};
    nlmsghdr header{};
    std::memcpy(&header, buffer_.data() + start_, sizeof(header));
    if (header.nlmsg_len < frame_header || header.nlmsg_len > limit_)
        return invalid("length", "a frame of " + std::to_string(header.nlmsg_len) + " bytes: expected " +
                                     std::to_string(frame_header) + ".." + std::to_string(limit_));
    if (available < header.nlmsg_len) return std::optional<Frame>{};
    const auto first = buffer_.begin() + static_cast<std::ptrdiff_t>(start_);
    Frame frame{header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq,
                Bytes(first + static_cast<std::ptrdiff_t>(frame_header),
                      first + static_cast<std::ptrdiff_t>(header.nlmsg_len))};
    start_ += header.nlmsg_len;
    return std::optional{std::move(frame)};
}

}  // namespace weft::wire
