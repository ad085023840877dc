// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/client.h"

#include "weft/wire/message.h"
#include "weft/wire/message/host_request.h"
#include "weft/wire/object.h"

namespace weft::cli {
namespace {

using wire::Command;

bool is(const wire::Frame& frame, Command command) {
    return frame.type == static_cast<std::uint16_t>(command);
}

// Fails when the frame is an acknowledgement of a failure.
Result<void> check(const wire::Frame& frame) {
    if (!is(frame, Command::ack)) return {};
    WEFT_TRY(const auto ack, wire::decode<wire::Ack>(frame.payload));
    if (ack.code != 0) return Error{static_cast<ErrorCode>(ack.code), ack.text, ack.field, 0};
    return {};
}

Client::Timeout patience_of(const wire::Options& options) {
    return Client::patience +
           (options.wait == wire::Wait::store ? Client::Timeout{0} : Client::Timeout{options.timeout_ms});
}

}  // namespace

template <class Body>
Result<wire::Frame> Client::ask(Command command, const Body& body, Timeout timeout) {
    WEFT_TRY(auto frame, wire::pack(command, body));
    WEFT_TRY(auto answer, connection_.read(connection_.send(std::move(frame)), timeout));
    WEFT_CHECK(check(answer));
    return answer;
}

template <class Body>
Result<wire::Ack> Client::change(Command command, const Body& body, Timeout timeout) {
    WEFT_TRY(const auto answer, ask(command, body, timeout));
    return wire::unpack<wire::Ack>(answer, Command::ack);
}

template <class Body, class Fn>
Result<void> Client::parts(wire::Frame request, Command expected, Fn&& fn) {
    const auto sequence = connection_.send(std::move(request));
    for (;;) {
        WEFT_TRY(const auto frame, connection_.read(sequence, patience));
        if (is(frame, Command::done)) return {};
        WEFT_CHECK(check(frame));
        WEFT_TRY(auto part, wire::unpack<Body>(frame, expected));
        fn(part);
        if ((frame.flags & wire::flag_multi) == 0) return {};
    }
}

Result<wire::Ack> Client::create(const wire::CreateRequest& request) {
    return change(Command::create, request, patience_of(request.options));
}
Result<wire::Ack> Client::modify(const wire::ModifyRequest& request) {
    return change(Command::modify, request, patience_of(request.options));
}
Result<wire::Ack> Client::remove(const wire::RemoveRequest& request) {
    return change(Command::remove, request, patience_of(request.options));
}
Result<wire::Ack> Client::attach(const wire::AttachRequest& request) {
    return change(Command::attach, request, patience_of(request.options));
}
Result<wire::Ack> Client::detach(const wire::DetachRequest& request) {
    return change(Command::detach, request, patience_of(request.options));
}
Result<wire::Ack> Client::move(const wire::MoveRequest& request) {
    return change(Command::move, request, patience_of(request.options));
}
Result<wire::Ack> Client::failover(const wire::FailoverRequest& request) {
    return change(Command::failover, request, patience_of(request.options));
}
Result<wire::Ack> Client::lifecycle(const wire::LifecycleRequest& request) {
    return change(Command::lifecycle, request, patience_of(request.options));
}
Result<wire::Ack> Client::ready(const wire::ReadyRequest& request) {
    return change(Command::ready, request, patience_of(request.options));
}
Result<wire::Ack> Client::host(Command command, const std::string& ref) {
    return change(command, wire::HostRequest{ref}, patience);
}

Result<schema::Value> Client::get(Kind kind, const std::string& ref) {
    WEFT_TRY(const auto frame, ask(Command::get, wire::GetRequest{kind, ref}, patience));
    WEFT_TRY(const auto answer, wire::unpack<wire::ObjectAnswer>(frame, Command::object));
    return wire::object_value(answer.kind, answer.object);
}

Result<std::vector<schema::Value>> Client::list(Kind kind, const schema::Tags& filters) {
    wire::ListRequest request;
    request.kind = kind;
    request.filters = filters;
    return list(request);
}

Result<std::vector<schema::Value>> Client::list(const wire::ListRequest& request) {
    WEFT_TRY(auto frame, wire::pack(Command::list, request));
    std::vector<schema::Value> out;
    Result<void> read{};
    WEFT_CHECK(parts<wire::ObjectAnswer>(std::move(frame), Command::object, [&](const auto& answer) {
        auto value = wire::object_value(answer.kind, answer.object);
        if (value)
            out.push_back(std::move(*value));
        else if (read)
            read = value.error();
    }));
    if (!read) return read.error();
    return out;
}

Result<std::string> Client::resolve(Kind kind, const std::string& ref) {
    if (const auto id = parse_id(ref); id && id->kind == kind) return ref;
    WEFT_TRY(const auto object, get(kind, ref));
    return *object.find("id")->get<std::string>();
}

Result<wire::Status> Client::status() {
    wire::Status whole;
    WEFT_CHECK(parts<wire::Status>(wire::empty_frame(Command::status), Command::status, [&](auto& part) {
        auto hosts = std::move(whole.hosts);
        hosts.insert(hosts.end(), part.hosts.begin(), part.hosts.end());
        whole = std::move(part);
        whole.hosts = std::move(hosts);
    }));
    return whole;
}

Result<wire::Counters> Client::counters(const std::string& record) {
    wire::Counters whole;
    WEFT_TRY(auto frame, wire::pack(Command::counters, wire::CountersRequest{record}));
    WEFT_CHECK(parts<wire::Counters>(std::move(frame), Command::counters, [&](auto& part) {
        whole.records.insert(whole.records.end(), part.records.begin(), part.records.end());
        whole.missing_hosts.insert(whole.missing_hosts.end(), part.missing_hosts.begin(),
                                   part.missing_hosts.end());
    }));
    return whole;
}

Result<wire::Usage> Client::usage(const wire::UsageRequest& request) {
    wire::Usage whole;
    WEFT_TRY(auto frame, wire::pack(Command::usage, request));
    WEFT_CHECK(parts<wire::Usage>(std::move(frame), Command::usage, [&](auto& part) {
        whole.records.insert(whole.records.end(), part.records.begin(), part.records.end());
    }));
    return whole;
}

Result<wire::Trace> Client::trace(const wire::TraceRequest& request) {
    WEFT_TRY(const auto frame, ask(Command::trace, request, patience));
    return wire::unpack<wire::Trace>(frame, Command::trace);
}

Result<void> Client::watch(const wire::WatchRequest& request,
                           const std::function<bool(const wire::Change&)>& fn) {
    WEFT_TRY(auto frame, wire::pack(Command::watch, request));
    const auto sequence = connection_.send(std::move(frame));
    for (;;) {
        WEFT_TRY(const auto event, connection_.read(sequence, Timeout{0}));
        WEFT_CHECK(check(event));
        if (is(event, Command::ack)) continue;
        WEFT_TRY(const auto change, wire::unpack<wire::Change>(event, Command::change));
        if (!fn(change)) return {};
    }
}

Result<void> Client::monitor(const wire::MonitorRequest& request,
                             const std::function<bool(const wire::PacketEvent&)>& fn) {
    WEFT_TRY(auto frame, wire::pack(Command::monitor, request));
    const auto sequence = connection_.send(std::move(frame));
    const auto end = wire::empty_frame(Command::done, sequence, wire::flag_request);
    connection_.send_at_signal(end);
    for (bool going = true;;) {
        WEFT_TRY(const auto answer, connection_.read(sequence, Timeout{0}));
        WEFT_CHECK(check(answer));
        if (is(answer, Command::ack)) continue;
        if (is(answer, Command::done)) return {};
        WEFT_TRY(const auto event, wire::unpack<wire::PacketEvent>(answer, Command::packet_event));
        if (fn(event) || !going) continue;
        going = false;
        connection_.send_as(end);
    }
}

Result<std::uint64_t> Client::capture(const wire::CaptureRequest& request, Timeout duration,
                                      const CaptureEvents& events) {
    WEFT_TRY(auto frame, wire::pack(Command::capture, request));
    const auto sequence = connection_.send(std::move(frame));
    WEFT_TRY(const auto started, connection_.read(sequence, patience));
    WEFT_CHECK(check(started));
    WEFT_CHECK(events.started());
    const auto stop = [this] {
        wire::CaptureRequest end;
        end.stop = true;
        if (auto last = wire::pack(Command::capture, end)) connection_.send(std::move(*last));
    };
    const auto interrupt = connection_.on_interrupt(duration, stop);
    for (bool wanted = true;;) {
        WEFT_TRY(const auto event, connection_.read(sequence, Timeout{0}));
        WEFT_TRY(const auto packet, wire::unpack<wire::Captured>(event, Command::captured));
        if (packet.length == 0) return packet.lost;
        if (!wanted || (wanted = events.packet(packet))) continue;
        interrupt();
    }
}

}  // namespace weft::cli
