// SPDX-License-Identifier: Apache-2.0
#include "agent/session/session.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/session/acknowledge.h"
#include "agent/session/hello.h"
#include "weft/base/log.h"
#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"

namespace weft::agent {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using wire::Command;

namespace {

constexpr std::chrono::seconds period{1};
constexpr std::chrono::seconds report_period{60};
constexpr std::size_t most_queued = 1U << 18;  // a coordinator that does not read gets no repetitions

}  // namespace

Session::Session(wire::Channel::Pointer channel, Target& target, Renewal& renewal)
    : channel_(std::move(channel)), target_(target), renewal_(renewal), timer_(channel_->executor()) {}

asio::awaitable<Result<void>> Session::open() {
    const auto here = target_.installed();
    told_ = target_.report();
    wire::Hello own;
    own.cluster = here.cluster;
    own.epoch = here.epoch;
    own.revision = here.revision;
    own.snapshot = target_.wants_snapshot();
    own.capabilities = told_.capabilities;
    own.underlay = told_.underlay;
    own.underlay_mtu = told_.underlay_mtu;
    own.nics = told_.nics;
    const bool snapshot_asked = own.snapshot;
    WEFT_CO_TRY(const auto peer, co_await greet(channel_, std::move(own)));
    if (peer.cluster == 0 || !peer.host) co_return invalid("hello", "names no cluster or no host");
    identity_ = {peer.cluster, peer.epoch, 0, peer.host.value};
    takes_usage_ = std::ranges::find(peer.capabilities, "usage") != peer.capabilities.end();
    if (peer.snapshot) {
        stage_.begin_snapshot();
    } else {
        const Installed theirs{peer.cluster, peer.epoch, here.revision, peer.host.value};
        if (snapshot_asked || theirs != here)
            co_return conflict("hello", "the coordinator continues from a state that is not this host's");
    }
    log_info("session", "open with {}: {} from revision {}", peer.program,
             peer.snapshot ? "a snapshot" : "changes", here.revision);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Session::run() {
    const auto self = shared_from_this();
    report_at_ = steady_clock::now();  // a report follows the hello: it also says what is wrong
    asio::co_spawn(
        channel_->executor(), [self] { return self->tell_periodically(); }, asio::detached);
    for (;;) {
        auto frame = co_await channel_->read();
        Result<void> taken = frame ? take(*frame) : Result<void>{frame.error()};
        if (taken && !renewed_) continue;
        close();
        co_return taken;
    }
}

asio::awaitable<void> Session::tell_periodically() {
    const auto self = shared_from_this();
    while (!channel_->closed()) {
        send_installed();
        send_leases();
        send_report(steady_clock::now());
        send_usage(steady_clock::now());
        send_instances();
        renew();
        boost::system::error_code woken;
        timer_.expires_after(period);
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

void Session::tell() { timer_.cancel(); }

void Session::close() {
    channel_->close();
    timer_.cancel();
}

void Session::send_installed() {
    if (channel_->queued() < most_queued) send(Command::installed, acknowledge(target_.outcome()));
}

void Session::send_report(steady_clock::time_point now) {
    const auto& report = target_.report();
    if ((report == told_ && now < report_at_) || channel_->queued() >= most_queued) return;
    told_ = report;
    report_at_ = now + report_period;
    send(Command::report, report);
}

// All of it once a session: this coordinator's store may lack what another one acknowledged.
void Session::send_usage(steady_clock::time_point now) {
    if (!takes_usage_ || channel_->queued() >= most_queued) return;
    const bool due = target_.take_usage_due();
    if (usage_told_ && !due && now < usage_at_) return;
    for (const auto& report : target_.usage(!usage_told_)) send(Command::usage_report, report);
    usage_told_ = true;
    usage_at_ = now + target_.usage_interval();
}

void Session::send_leases() {
    if (channel_->queued() >= most_queued) return;
    for (const auto& request : target_.lease_requests()) send(Command::lease, request);
}

// Each once, and again when it says something else.
void Session::send_instances() {
    for (const auto& report : target_.instances()) {
        if (channel_->queued() >= most_queued) return;
        auto& told = told_instances_[report.instance];
        if (told == report) continue;
        send(Command::instance_report, report);
        told = report;
    }
}

void Session::renew() {
    if (const auto request = renewal_.due()) send(Command::renew, *request, ++sequence_, wire::flag_request);
}

template <class T>
void Session::send(Command command, const T& body, std::uint32_t sequence, std::uint16_t flags) {
    if (const auto frame = wire::pack(command, body, sequence, flags))
        channel_->send(*frame);
    else
        log_error("session", "message {} is not sent: {}", static_cast<unsigned>(command),
                  frame.error().message());
}

void Session::refuse(std::uint32_t sequence, const Error& error) {
    wire::Ack ack;
    ack.code = static_cast<std::uint16_t>(error.code);
    ack.text = error.text;
    ack.field = error.field;
    send(Command::ack, ack, sequence);
}

Result<void> Session::take(const wire::Frame& frame) {
    WEFT_TRY(const bool staged, stage_.take(frame));
    if (staged) return {};
    switch (static_cast<Command>(frame.type)) {
        case Command::commit: return take_commit(frame);
        case Command::counters: take_counters(frame); return {};
        case Command::trace: take_trace(frame); return {};
        case Command::certificate: take_certificate(frame); return {};
        case Command::lease_answer: {
            WEFT_TRY(const auto answer, wire::unpack<wire::LeaseAnswer>(frame, Command::lease_answer));
            target_.lease_answered(answer);
            return {};
        }
        case Command::usage_ack: {
            WEFT_TRY(const auto ack, wire::unpack<wire::UsageAck>(frame, Command::usage_ack));
            target_.usage_acknowledged(ack.number);
            return {};
        }
        case Command::ack: {
            WEFT_TRY(const auto ack, wire::unpack<wire::Ack>(frame, Command::ack));
            if (ack.code != 0) log_warning("session", "the coordinator refuses: {}", ack.text);
            return {};
        }
        default:
            if ((frame.flags & wire::flag_request) != 0)
                refuse(frame.sequence, {ErrorCode::unsupported, "not a message to an agent", "type", 0});
            return {};
    }
}

Result<void> Session::take_commit(const wire::Frame& frame) {
    WEFT_TRY(const auto commit, wire::unpack<wire::Commit>(frame, Command::commit));
    if (stage_.in_snapshot()) {
        auto identity = identity_;
        identity.revision = commit.revision;
        target_.snapshot(stage_.take_snapshot(), identity);
    } else {
        target_.delta(stage_.take_changes(), commit.revision);
    }
    if (commit.confirm) target_.confirm();
    send_installed();
    send_leases();
    return {};
}

void Session::take_counters(const wire::Frame& frame) {
    const auto request = wire::unpack<wire::CountersRequest>(frame, Command::counters);
    if (!request) return refuse(frame.sequence, request.error());
    const auto parts = target_.counters(request->record);
    if (!parts) return refuse(frame.sequence, parts.error());
    if (parts->size() == 1) return send(Command::counters, parts->front(), frame.sequence);
    for (const auto& part : *parts) send(Command::counters, part, frame.sequence, wire::flag_multi);
    channel_->send(wire::empty_frame(Command::done, frame.sequence, wire::flag_multi));
}

void Session::take_trace(const wire::Frame& frame) {
    const auto request = wire::unpack<wire::TraceRequest>(frame, Command::trace);
    if (!request) return refuse(frame.sequence, request.error());
    const auto hop = target_.trace(*request);
    if (!hop) return refuse(frame.sequence, hop.error());
    send(Command::trace, *hop, frame.sequence);
}

void Session::take_certificate(const wire::Frame& frame) {
    const auto answer = wire::unpack<wire::Certificate>(frame, Command::certificate);
    const auto accepted = answer ? renewal_.accept(*answer) : Result<void>{answer.error()};
    renewed_ = accepted.has_value();
    if (!accepted) log_error("session", "a new certificate is not taken: {}", accepted.error().message());
}

}  // namespace weft::agent
