// SPDX-License-Identifier: Apache-2.0
// What one host is sent: the desired objects that may differ from what it has, puts before erases, then a
// commit. Only keys are kept; values are taken from the cloud when they are sent, so a slow host gets the
// latest of each and skips what was in between.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "coordinator/distribution/key.h"
#include "coordinator/model/object.h"
#include "weft/wire/channel.h"

namespace weft::coordinator {

// Where a session takes values from.
class DesiredFrames {
public:
    virtual ~DesiredFrames() = default;
    // A `put`, or nothing when the host must not hold the object.
    [[nodiscard]] virtual std::optional<wire::Frame> put(Id host, const Key& key) = 0;
    [[nodiscard]] virtual Revision revision() const = 0;
};

class HostSession : public std::enable_shared_from_this<HostSession> {
public:
    // Not yet handed to the kernel for one host: above it nothing is added.
    static constexpr std::size_t most_queued = 256U << 10;

    HostSession(wire::Channel::Pointer channel, Id host, DesiredFrames& frames)
        : channel_(std::move(channel)), host_(host), frames_(frames) {}

    [[nodiscard]] Id host() const noexcept { return host_; }
    [[nodiscard]] const wire::Channel::Pointer& channel() const noexcept { return channel_; }
    // Revision of the last commit sent.
    [[nodiscard]] Revision sent() const noexcept { return sent_; }

    // Everything: what is not put until the first commit, the host shall not hold.
    void begin_snapshot(std::set<Key> keys);
    // The host has everything up to `revision`.
    void continue_from(Revision revision) { sent_ = revision; }

    void mark(const Key& key) { dirty_.insert(key); }
    // A commit is due even without changes.
    void mark_commit() { commit_due_ = true; }
    // The next commit, sent now, carries the operator's confirmation.
    void confirm();
    // Sends what is due, unless the host does not read as fast as it is written to; then later.
    void flush();

private:
    void start_batch();
    // False when the host has to read first.
    [[nodiscard]] bool send_batch();
    void wait_until_drained();

    wire::Channel::Pointer channel_;
    Id host_;
    DesiredFrames& frames_;
    std::set<Key> dirty_;
    bool commit_due_{false};
    bool confirm_{false};
    bool waiting_{false};
    Revision sent_{0};

    // What is being sent.
    std::vector<Key> batch_;
    std::size_t position_{0};
    std::vector<Key> erases_;
    Revision batch_revision_{0};
    bool snapshot_{false};
};

}  // namespace weft::coordinator
