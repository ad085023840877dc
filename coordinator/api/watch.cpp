// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/watch.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "coordinator/api/answer.h"

namespace weft::coordinator::api {

namespace asio = boost::asio;
using wire::Command;

namespace {

constexpr std::size_t changes_at_once = 1024;

Object decoded(Id id, const std::optional<Bytes>& bytes) {
    if (!bytes) return {};
    auto object = decode_object(id, *bytes);
    return object ? std::move(*object) : Object{};
}

}  // namespace

Result<void> Watch::start(Ledger& ledger) {
    if (request_.from != 0) {
        WEFT_CHECK(add_feed(ledger.repository(), ledger.cloud().revision()));
        pump();
        return {};
    }
    busy_ = true;
    asio::co_spawn(channel_->executor(), send_present(), asio::detached);
    return {};
}

Result<void> Watch::add_feed(Repository& repository, Revision to) {
    for (auto from = request_.from; from < to;) {
        WEFT_TRY(const auto changes, repository.changes(from, changes_at_once));
        if (changes.empty()) break;
        for (const auto& change : changes)
            if (change.revision <= to)
                add(change.revision,
                    {change.id, decoded(change.id, change.before), decoded(change.id, change.after)});
        from = changes.back().revision;
    }
    return {};
}

std::optional<Bytes> Watch::shown(const Object& object) const {
    if (is_null(object)) return std::nullopt;
    return service_.show(principal_, request_.kind, request_.filters, object);
}

void Watch::add(Revision revision, const Change& change) {
    if (change.id.kind != request_.kind) return;
    wire::Change notice;
    notice.kind = change.id.kind;
    notice.revision = revision;
    if (auto after = shown(change.after)) {
        notice.object = std::move(*after);
    } else if (auto before = shown(change.before)) {
        notice.object = std::move(*before);
        notice.deleted = true;
    } else {
        return;
    }
    if (pending_.size() >= most_pending && !pending_.contains(change.id)) {
        pending_.clear();
        order_.clear();
        lagged_ = true;
    }
    if (!pending_.contains(change.id)) order_.push_back(change.id);
    pending_.insert_or_assign(change.id, std::move(notice));
}

void Watch::pump() {
    if (busy_) return;
    while (!order_.empty() && !channel_->closed()) {
        if (channel_->queued() > most_queued) {
            busy_ = true;
            asio::co_spawn(
                channel_->executor(),
                [self = shared_from_this()]() -> asio::awaitable<void> {
                    co_await self->channel_->drained(most_queued / 2);
                    self->busy_ = false;
                    self->pump();
                },
                asio::detached);
            return;
        }
        auto node = pending_.extract(order_.front());
        order_.pop_front();
        node.mapped().lagged = std::exchange(lagged_, false);
        answer(*channel_, Command::change, node.mapped(), sequence_);
    }
}

asio::awaitable<void> Watch::send_present() {
    const auto self = shared_from_this();
    wire::ListRequest request;
    request.kind = request_.kind;
    request.filters = request_.filters;
    for (;;) {
        const auto page = service_.list(principal_, request);
        if (!page) {
            refuse(*channel_, page.error(), sequence_);
            break;
        }
        for (const auto& object : page->objects)
            answer(*channel_, Command::change,
                   wire::Change{object.kind, false, object.object, object.revision, false}, sequence_);
        if (!page->more || channel_->closed()) break;
        request.after = to_string(page->last);
        co_await channel_->drained(most_queued);
    }
    busy_ = false;
    pump();
}

}  // namespace weft::coordinator::api
