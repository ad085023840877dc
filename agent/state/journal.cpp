// SPDX-License-Identifier: Apache-2.0
#include "agent/state/journal.h"

#include <boost/crc.hpp>

#include "agent/state/object.h"
#include "agent/state/stage.h"
#include "weft/wire/message.h"
#include "weft/wire/message/hello.h"

namespace weft::agent {
namespace {

using wire::Bytes;
using wire::Command;
using wire::Frame;

constexpr std::uint16_t format = 1;

std::uint32_t checksum(std::span<const std::uint8_t> frames, Frame commit) {
    commit.sequence = 0;
    const auto last = wire::build_frame(commit);
    boost::crc_32_type crc;
    crc.process_bytes(frames.data(), frames.size());
    crc.process_bytes(last.data(), last.size());
    return crc.checksum();
}

void append(Bytes& out, const Frame& frame) {
    const auto bytes = wire::build_frame(frame);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

Result<void> append_put(Bytes& out, const Object& object) {
    WEFT_TRY(const auto put, encode_object(object));
    WEFT_TRY(const auto frame, wire::pack(Command::put, put));
    append(out, frame);
    return {};
}

Result<void> append_commit(Bytes& out, std::uint64_t revision) {
    WEFT_TRY(auto frame, wire::pack(Command::commit, wire::Commit{revision, false}));
    frame.sequence = checksum(out, frame);
    append(out, frame);
    return {};
}

// Reads the frames of a journal one by one.
class Recovery {
public:
    explicit Recovery(std::span<const std::uint8_t> bytes) : bytes_(bytes) { reader_.feed(bytes); }

    Result<Recovered> run() {
        while (at_ < bytes_.size()) {
            auto frame = reader_.next();
            if (!frame) return broken(frame.error().text);
            if (!*frame) return broken("the file ends inside a frame");
            if (auto taken = take(**frame); !taken) return broken(taken.error().message());
            at_ += wire::frame_header + (*frame)->payload.size();
            if ((*frame)->type == static_cast<std::uint16_t>(Command::commit)) group_ = at_;
        }
        if (group_ != at_) return broken("the file ends before a commit");
        if (at_ == 0) return broken("the file is empty");
        return std::move(recovered_);
    }

private:
    [[nodiscard]] Error broken(const std::string& why) const {
        return damaged("byte " + std::to_string(at_), why);
    }

    Result<void> take(const Frame& frame) {
        if (at_ == 0) return take_hello(frame);
        if (frame.type == static_cast<std::uint16_t>(Command::commit)) return take_commit(frame);
        WEFT_TRY(const bool staged, stage_.take(frame));
        if (staged) return {};
        return invalid("type", "no message of a journal: " + std::to_string(frame.type));
    }

    Result<void> take_hello(const Frame& frame) {
        WEFT_TRY(const auto hello, wire::unpack<wire::Hello>(frame, Command::hello));
        if (hello.lowest != format)
            return invalid("lowest",
                           "format " + std::to_string(hello.lowest) + ", expected " + std::to_string(format));
        recovered_.identity = {hello.cluster, hello.epoch, 0, hello.host.value};
        return {};
    }

    Result<void> take_commit(const Frame& frame) {
        WEFT_TRY(const auto commit, wire::unpack<wire::Commit>(frame, Command::commit));
        if (frame.sequence != checksum(bytes_.subspan(group_, at_ - group_), frame))
            return invalid("sequence",
                           "the checksum of the group from byte " + std::to_string(group_) + " is wrong");
        auto changes = stage_.take_changes();
        for (auto& object : changes.puts) recovered_.desired.put(std::move(object));
        for (const auto& key : changes.deletes) recovered_.desired.remove(key);
        recovered_.identity.revision = commit.revision;
        return {};
    }

    std::span<const std::uint8_t> bytes_;
    wire::FrameReader reader_;
    std::size_t at_{0};
    std::size_t group_{0};  // where the current group begins
    Stage stage_;
    Recovered recovered_;
};

}  // namespace

Result<Bytes> snapshot_group(const DesiredSet& desired, const Installed& identity) {
    wire::Hello hello;
    hello.lowest = hello.highest = format;
    hello.cluster = identity.cluster;
    hello.epoch = identity.epoch;
    if (identity.host != 0) hello.host = {Kind::host, identity.host};
    WEFT_TRY(const auto first, wire::pack(Command::hello, hello));
    Bytes out;
    append(out, first);
    WEFT_CHECK(for_each_object(desired, [&](const Object& object) { return append_put(out, object); }));
    WEFT_CHECK(append_commit(out, identity.revision));
    return out;
}

Result<Bytes> delta_group(const Changes& changes, std::uint64_t revision) {
    Bytes out;
    for (const auto& object : changes.puts) WEFT_CHECK(append_put(out, object));
    for (const auto& key : changes.deletes) {
        WEFT_TRY(const auto frame, wire::pack(Command::erase, wire::Erase{key.kind, key.key}));
        append(out, frame);
    }
    WEFT_CHECK(append_commit(out, revision));
    return out;
}

Result<Recovered> recover(std::span<const std::uint8_t> bytes) { return Recovery{bytes}.run(); }

}  // namespace weft::agent
