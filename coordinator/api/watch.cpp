// SPDX-License-Identifier: Apache-2.0
#include "coordinator/api/watch.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "coordinator/api/answer.h"
#include "coordinator/api/turn.h"

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

Result<void> Watch::start() {
    busy_ = true;
    if (request_.from == 0) {
        asio::co_spawn(channel_->executor(), send_present(), asio::detached);
        return {};
    }
    if (const auto newest = ledger_.cloud().revision(); request_.from > newest)
        return not_found("there is no revision " + std::to_string(request_.from) + " yet; the newest is " +
                         std::to_string(newest));
    from_feed_ = true;
    fed_ = request_.from;
    WEFT_TRY(auto changes, ledger_.repository().changes(fed_, changes_at_once));
    asio::co_spawn(channel_->executor(), send_feed(std::move(changes)), asio::detached);
    return {};
}

std::optional<Bytes> Watch::shown(const Object& object) const {
    if (is_null(object)) return std::nullopt;
    return service_.show(principal_, request_.kind, request_.filters, object);
}

void Watch::add(Revision revision, std::span<const Change> changes) {
    if (from_feed_ || revision <= fed_) return;
    for (const auto& change : changes) take(revision, change);
    for (const auto& change : changes) take_record_of(revision, change);
}

// What is shown of a record follows from its attachments: with one it comes to what is watched, or leaves it.
void Watch::take_record_of(Revision revision, const Change& change) {
    if (change.id.kind != Kind::attachment || request_.kind != Kind::record) return;
    const auto former = as<schema::Attachment>(change.before);
    const auto attachment = former ? former : as<schema::Attachment>(change.after);
    const auto record = attachment ? ledger_.cloud().find<schema::Record>(attachment->record) : nullptr;
    if (!record) return;
    if (auto now = shown(Object{record}))
        put(record->id, {Kind::record, false, std::move(*now), revision, false});
    else if (auto was = service_.show_former(principal_, request_.filters, record, change.id, former))
        put(record->id, {Kind::record, true, std::move(*was), revision, false});
}

void Watch::take(Revision revision, const Change& change) {
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
    put(change.id, std::move(notice));
}

void Watch::put(Id id, wire::Change notice) {
    if (const auto at = place_.find(id); at != place_.end()) {
        pending_.erase(at->second);
        place_.erase(at);
    } else if (pending_.size() >= most_pending) {
        pending_.clear();
        place_.clear();
        lagged_ = true;
        on_overflow();
    }
    place_[id] = pending_.insert(pending_.end(), {id, std::move(notice)});
}

void Watch::pump() {
    if (busy_) return;
    while (!pending_.empty() && !channel_->closed()) {
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
        send_first();
    }
}

void Watch::send_first() {
    auto& [id, change] = pending_.front();
    change.lagged = std::exchange(lagged_, false);
    answer(*channel_, Command::change, change, sequence_);
    place_.erase(id);
    pending_.pop_front();
}

// As fast as the client reads, until the feed has nothing newer: a client that lagged far can catch up.
asio::awaitable<void> Watch::send_feed(std::vector<StoredChange> changes) {
    const auto self = shared_from_this();
    while (!changes.empty() && !channel_->closed()) {
        fed_ = changes.back().revision;
        for (const auto& stored : changes) {
            const Change change{stored.id, decoded(stored.id, stored.before),
                                decoded(stored.id, stored.after)};
            take(stored.revision, change);
            take_record_of(stored.revision, change);
        }
        while (!pending_.empty()) send_first();
        co_await others(channel_->executor());
        co_await channel_->drained(most_queued / 2);
        auto more = ledger_.repository().changes(fed_, changes_at_once);
        if (!more) co_return refuse(*channel_, more.error(), sequence_);
        changes = std::move(*more);
    }
    from_feed_ = false;
    busy_ = false;
}

// What changes meanwhile is pending, and follows. So each object is shown as of the first revision: whoever
// goes on from there misses nothing, though it may have been read later.
asio::awaitable<void> Watch::send_present() {
    const auto self = shared_from_this();
    const auto revision = ledger_.cloud().revision();
    wire::ListRequest request;
    request.kind = request_.kind;
    request.filters = request_.filters;
    for (bool goes_on = false; !channel_->closed(); goes_on = true) {
        const auto page = service_.list(principal_, request, goes_on);
        if (!page) {
            refuse(*channel_, page.error(), sequence_);
            break;
        }
        for (const auto& object : page->objects)
            answer(*channel_, Command::change,
                   wire::Change{object.kind, false, object.object, revision, false}, sequence_);
        if (!page->more) {
            wire::Ack all;
            all.text = "all that was there is shown";
            all.revision = revision;
            answer(*channel_, Command::ack, all, sequence_);
            break;
        }
        request.after = to_string(page->last);
        co_await others(channel_->executor());
        co_await channel_->drained(most_queued);
    }
    busy_ = false;
    pump();
}

}  // namespace weft::coordinator::api
