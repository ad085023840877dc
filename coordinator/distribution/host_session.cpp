// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/host_session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "weft/base/log.h"
#include "weft/wire/message.h"
#include "weft/wire/message/session.h"

namespace weft::coordinator {

namespace asio = boost::asio;
using wire::Command;

namespace {

template <class T>
void send(wire::Channel& channel, Command command, const T& body) {
    if (const auto frame = wire::pack(command, body))
        channel.send(*frame);
    else
        log_error("session", "message {} is not sent: {}", static_cast<unsigned>(command),
                  frame.error().message());
}

}  // namespace

void HostSession::begin_snapshot(std::set<Key> keys) {
    dirty_ = std::move(keys);
    snapshot_ = true;
    commit_due_ = true;
}

void HostSession::confirm() {
    confirm_ = true;
    commit_due_ = true;
    flush();
}

void HostSession::flush() {
    if (waiting_ || channel_->closed()) return;
    while (position_ < batch_.size() || !dirty_.empty() || commit_due_) {
        if (position_ == batch_.size()) start_batch();
        if (!send_batch()) return wait_until_drained();
    }
}

void HostSession::start_batch() {
    batch_.assign(dirty_.begin(), dirty_.end());
    dirty_.clear();
    position_ = 0;
    batch_revision_ = frames_.revision();
    commit_due_ = false;
}

bool HostSession::send_batch() {
    for (; position_ < batch_.size(); ++position_) {
        if (channel_->queued() > most_queued) return false;
        const auto& key = batch_[position_];
        if (const auto frame = frames_.put(host_, key))
            channel_->send(*frame);
        else if (!snapshot_)
            erases_.push_back(key);
    }
    for (auto key = erases_.rbegin(); key != erases_.rend(); ++key)
        send(*channel_, Command::erase, wire::Erase{key->kind, wire_key(*key)});
    erases_.clear();
    batch_.clear();
    position_ = 0;
    snapshot_ = false;
    sent_ = batch_revision_;
    send(*channel_, Command::commit, wire::Commit{batch_revision_, std::exchange(confirm_, false)});
    return true;
}

void HostSession::wait_until_drained() {
    waiting_ = true;
    asio::co_spawn(
        channel_->executor(),
        [self = shared_from_this()]() -> asio::awaitable<void> {
            co_await self->channel_->drained(most_queued / 2);
            self->waiting_ = false;
            self->flush();
        },
        asio::detached);
}

}  // namespace weft::coordinator
