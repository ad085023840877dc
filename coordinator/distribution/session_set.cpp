// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/session_set.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/distribution/affected.h"
#include "weft/base/log.h"
#include "weft/base/version.h"
#include "weft/wire/message.h"

namespace weft::coordinator {

namespace asio = boost::asio;
using wire::Command;

namespace {

constexpr std::chrono::milliseconds tick{250};
constexpr unsigned ticks_per_bookmark = 4;
constexpr std::size_t most_changes_to_continue = 100'000;  // above it a snapshot is not more work
constexpr std::size_t changes_at_once = 4096;

Change decoded(const StoredChange& stored, Result<void>& result) {
    Change change{stored.id, {}, {}};
    for (const auto& [bytes, side] :
         {std::pair{&stored.before, &change.before}, {&stored.after, &change.after}}) {
        if (!*bytes) continue;
        if (auto object = decode_object(stored.id, **bytes))
            *side = std::move(*object);
        else
            result = object.error();
    }
    return change;
}

bool same_for_all_hosts(const Key& key) {
    return key.kind != schema::DesiredKind::peer && key.kind != schema::DesiredKind::port &&
           key.kind != schema::DesiredKind::instance;
}

}  // namespace

SessionSet::SessionSet(asio::io_context& context, const Cloud& cloud, Repository& repository,
                       AcknowledgementTable& table)
    : context_(context), cloud_(cloud), repository_(repository), table_(table), desired_(cloud) {
    for (const auto& [id, entry] : cloud.table<schema::Host>())
        if (!entry.object->certificate_serial.empty()) table_.expect(entry.object->id);
}

void SessionSet::publish(Revision revision, std::span<const Change> changes) {
    encoded_.clear();
    std::set<Id> hosts;
    mark_affected(cloud_, changes, [&](Id host, const Key* key) {
        const auto at = sessions_.find(host);
        if (hosts.insert(host).second) {
            table_.owes(host, revision);
            if (at != sessions_.end()) touched_.push_back(at->second);
        }
        if (at == sessions_.end()) return;
        at->second->mark_commit();
        if (key != nullptr) at->second->mark(*key);
    });
    for (const auto& change : changes) {
        if (change.id.kind != Kind::host) continue;
        if (is_null(change.after)) {
            close(change.id);
            table_.forget(change.id);
        }
        if (desired_.refresh()) mark_all_ports();
    }
    affected_.add(revision, changes, {hosts.begin(), hosts.end()});
    flush_later();
}

// The MTU of all instances changed.
void SessionSet::mark_all_ports() {
    for (auto& [host, session] : sessions_) {
        for (const auto& attachment : cloud_.attachments_on_host(host))
            session->mark(port_key(attachment->id));
        touched_.push_back(session);
    }
}

// Once for all revisions that one group commit made durable.
void SessionSet::flush_later() {
    if (flush_posted_ || touched_.empty()) return;
    flush_posted_ = true;
    asio::post(context_, [this] {
        flush_posted_ = false;
        for (const auto& session : std::exchange(touched_, {})) session->flush();
    });
}

std::optional<wire::Frame> SessionSet::put(Id host, const Key& key) {
    const auto object = desired_.object(host, key);
    if (!object) return std::nullopt;
    if (const auto at = encoded_.find(key); at != encoded_.end()) return at->second;
    const auto bytes = std::visit([](const auto& o) { return wire::encode(o); }, *object);
    auto frame = bytes ? wire::pack(Command::put, wire::Put{key.kind, *bytes}) : bytes.error();
    if (!frame) {
        log_error("session", "{} {} is not sent: {}", schema::to_string(key.kind), wire_key(key),
                  frame.error().message());
        return std::nullopt;
    }
    if (same_for_all_hosts(key)) encoded_.emplace(key, *frame);
    return *frame;
}

asio::awaitable<void> SessionSet::serve(wire::Channel::Pointer channel, Id host, wire::Hello hello,
                                        std::uint32_t sequence) {
    close(host);
    const auto session = std::make_shared<HostSession>(channel, host, *this);
    sessions_[host] = session;
    bool snapshot = false;
    prepare(*session, hello, snapshot);
    wire::Hello answer;
    answer.lowest = wire::lowest_protocol;
    answer.highest = wire::highest_protocol;
    answer.program = "weft-coordinator " + std::string(version);
    answer.cluster = repository_.cluster();
    answer.epoch = repository_.epoch();
    answer.revision = cloud_.revision();
    answer.snapshot = snapshot;
    answer.capabilities = {"usage"};
    answer.host = host;
    if (const auto frame = wire::pack(Command::hello, answer, sequence)) channel->send(*frame);
    const auto name = cloud_.find<schema::Host>(host)->name;
    log_info("session", "host {}: {} from revision {}", name, snapshot ? "a snapshot" : "changes",
             hello.revision);
    table_.opened(host);
    session->flush();
    for (;;) {
        const auto frame = co_await channel->read();
        const auto taken = frame ? take(*session, *frame) : Result<void>(frame.error());
        if (taken) continue;
        log_info("session", "host {}: ended: {}", name, taken.error().message());
        break;
    }
    channel->close();
    if (const auto at = sessions_.find(host); at != sessions_.end() && at->second == session) {
        sessions_.erase(at);
        table_.closed(host);
    }
}

void SessionSet::prepare(HostSession& session, const wire::Hello& hello, bool& snapshot) {
    const bool known = hello.cluster == repository_.cluster() && hello.epoch == repository_.epoch() &&
                       hello.revision != 0 && hello.revision <= cloud_.revision();
    snapshot = hello.snapshot || !known || !continue_from(session, hello.revision);
    if (snapshot) session.begin_snapshot(desired_.keys(session.host()));
    session.mark_commit();
}

bool SessionSet::continue_from(HostSession& session, Revision revision) {
    std::vector<Change> changes;
    for (auto from = revision; from < cloud_.revision();) {
        const auto stored = repository_.changes(from, changes_at_once);
        if (!stored || stored->empty() || changes.size() > most_changes_to_continue) return false;
        Result<void> result{};
        for (const auto& change : *stored) changes.push_back(decoded(change, result));
        if (!result) {
            log_error("session", "the change feed: {}", result.error().message());
            return false;
        }
        from = stored->back().revision;
    }
    session.continue_from(revision);
    return mark_affected_since(cloud_, changes, session.host(), [&](const Key& key) { session.mark(key); });
}

Result<void> SessionSet::take(HostSession& session, const wire::Frame& frame) {
    const Id host = session.host();
    table_.heard(host);
    switch (static_cast<Command>(frame.type)) {
        case Command::installed: {
            WEFT_TRY(const auto message, wire::unpack<wire::Installed>(frame, Command::installed));
            table_.installed(host, message);
            return {};
        }
        case Command::report: {
            WEFT_TRY(const auto report, wire::unpack<wire::Report>(frame, Command::report));
            events_.report(host, report);
            return {};
        }
        case Command::renew: {
            WEFT_TRY(const auto request, wire::unpack<wire::RenewRequest>(frame, Command::renew));
            events_.renew(host, request, frame.sequence, session.channel());
            return {};
        }
        case Command::usage_report: {
            WEFT_TRY(const auto report, wire::unpack<wire::UsageReport>(frame, Command::usage_report));
            events_.usage(host, report, session.channel());
            return {};
        }
        case Command::lease: {
            WEFT_TRY(const auto request, wire::unpack<wire::LeaseRequest>(frame, Command::lease));
            const auto answer = events_.lease ? events_.lease(host, request) : wire::LeaseAnswer{};
            WEFT_TRY(const auto packed, wire::pack(Command::lease_answer, answer));
            session.channel()->send(packed);
            return {};
        }
        case Command::instance_report: {
            WEFT_TRY(const auto report, wire::unpack<wire::InstanceReport>(frame, Command::instance_report));
            if (events_.instance) events_.instance(host, report);
            return {};
        }
        case Command::counters:
        case Command::done: {
            const auto concerns = [&](Id record) {
                const auto attachments = cloud_.attachments_of_record(record);
                return std::ranges::any_of(attachments, [&](const auto& a) { return a->host == host; });
            };
            return relay_.take(host, cloud_.find<schema::Host>(host)->name, concerns, frame);
        }
        case Command::trace:
        case Command::ack: return traces_.take(host, frame);
        default: return refused("message " + std::to_string(frame.type) + " is not for hosts to send");
    }
}

void SessionSet::close(Id host) {
    const auto at = sessions_.find(host);
    if (at == sessions_.end()) return;
    at->second->channel()->close();
    sessions_.erase(at);
    table_.closed(host);
}

bool SessionSet::confirm(Id host) {
    const auto at = sessions_.find(host);
    if (at == sessions_.end()) return false;
    at->second->confirm();
    return true;
}

asio::awaitable<wire::Counters> SessionSet::counters(std::string record) {
    std::set<Id> hosts;
    for (const auto& [host, session] : sessions_) hosts.insert(host);
    const auto question = relay_.ask(context_.get_executor(), hosts);
    if (const auto frame = wire::pack(Command::counters, wire::CountersRequest{std::move(record)},
                                      question->sequence, wire::flag_request))
        for (const auto& [host, session] : sessions_) session->channel()->send(*frame);
    boost::system::error_code cancelled;
    if (!hosts.empty())
        co_await question->complete.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    relay_.forget(*question);
    wire::Counters counters;
    counters.records = std::move(question->records);
    for (const auto& [id, entry] : cloud_.table<schema::Host>()) {
        const auto& host = *entry.object;
        if (!host.foreign && (!hosts.contains(host.id) || question->missing.contains(host.id)))
            counters.missing_hosts.push_back(host.name);
    }
    co_return counters;
}

asio::awaitable<Result<wire::TraceHop>> SessionSet::trace(Id host, wire::TraceRequest request) {
    const auto at = sessions_.find(host);
    if (at == sessions_.end()) co_return Error{ErrorCode::unreachable, "the host has no session", {}, 0};
    co_return co_await traces_.ask(host, at->second->channel(), std::move(request));
}

asio::awaitable<void> SessionSet::run() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (unsigned count = 1;; ++count) {
        timer.expires_after(tick);
        co_await timer.async_wait(asio::use_awaitable);
        table_.tick();
        if (count % ticks_per_bookmark != 0) continue;
        for (const auto& [host, session] : sessions_)
            if (session->sent() < cloud_.revision()) {
                session->mark_commit();
                touched_.push_back(session);
            }
        flush_later();
    }
}

}  // namespace weft::coordinator
