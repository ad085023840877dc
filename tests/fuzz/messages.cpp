// SPDX-License-Identifier: Apache-2.0
// A stream of frames with the bodies of all messages. What is accepted reads the same after being written.
#include <cstdlib>

#include "weft/wire/message.h"
#include "weft/wire/message/ack.h"
#include "weft/wire/message/attach_request.h"
#include "weft/wire/message/capture.h"
#include "weft/wire/message/hello.h"
#include "weft/wire/message/host_request.h"
#include "weft/wire/message/lease.h"
#include "weft/wire/message/lifecycle_request.h"
#include "weft/wire/message/object_request.h"
#include "weft/wire/message/session.h"
#include "weft/wire/message/status.h"
#include "weft/wire/message/trace.h"
#include "weft/wire/message/usage.h"
#include "weft/wire/message/watch.h"

using namespace weft;
using wire::Command;
using wire::Frame;

namespace {

template <class T>
void check(const Frame& frame) {
    const auto body = wire::decode<T>(frame.payload);
    if (!body) return;
    const auto command = static_cast<Command>(frame.type);
    const auto again = wire::pack(command, *body, frame.sequence, frame.flags);
    if (!again) return;  // grown beyond a frame: padding and defaults that the sender left out
    const auto back = wire::unpack<T>(*again, command);
    if (!back || *back != *body) std::abort();
}

void check(const Frame& frame) {
    switch (static_cast<Command>(frame.type)) {
        case Command::ack: return check<wire::Ack>(frame);
        case Command::done: return;
        case Command::hello: return check<wire::Hello>(frame);
        case Command::create: return check<wire::CreateRequest>(frame);
        case Command::modify: return check<wire::ModifyRequest>(frame);
        case Command::remove: return check<wire::RemoveRequest>(frame);
        case Command::get: return check<wire::GetRequest>(frame);
        case Command::list: return check<wire::ListRequest>(frame);
        case Command::watch: return check<wire::WatchRequest>(frame);
        case Command::object: return check<wire::ObjectAnswer>(frame);
        case Command::change: return check<wire::Change>(frame);
        case Command::attach: return check<wire::AttachRequest>(frame);
        case Command::detach: return check<wire::DetachRequest>(frame);
        case Command::move: return check<wire::MoveRequest>(frame);
        case Command::failover: return check<wire::FailoverRequest>(frame);
        case Command::lifecycle: return check<wire::LifecycleRequest>(frame);
        case Command::instance_report: return check<wire::InstanceReport>(frame);
        case Command::lease: return check<wire::LeaseRequest>(frame);
        case Command::lease_answer: return check<wire::LeaseAnswer>(frame);
        case Command::ready: return check<wire::ReadyRequest>(frame);
        case Command::confirm:
        case Command::token:
        case Command::revoke: return check<wire::HostRequest>(frame);
        case Command::login: return check<wire::LoginRequest>(frame);
        case Command::enroll: return check<wire::EnrollRequest>(frame);
        case Command::renew: return check<wire::RenewRequest>(frame);
        case Command::certificate: return check<wire::Certificate>(frame);
        case Command::status: return check<wire::Status>(frame);
        case Command::counters: check<wire::CountersRequest>(frame); return check<wire::Counters>(frame);
        case Command::trace:
            check<wire::TraceRequest>(frame);
            check<wire::TraceHop>(frame);
            return check<wire::Trace>(frame);
        case Command::capture: return check<wire::CaptureRequest>(frame);
        case Command::captured: return check<wire::Captured>(frame);
        case Command::put: return check<wire::Put>(frame);
        case Command::erase: return check<wire::Erase>(frame);
        case Command::commit: return check<wire::Commit>(frame);
        case Command::installed: return check<wire::Installed>(frame);
        case Command::report: return check<wire::Report>(frame);
        case Command::usage: check<wire::UsageRequest>(frame); return check<wire::Usage>(frame);
        case Command::usage_report: return check<wire::UsageReport>(frame);
        case Command::usage_ack: return check<wire::UsageAck>(frame);
        case Command::monitor: return check<wire::MonitorRequest>(frame);
        case Command::packet_event: return check<wire::PacketEvent>(frame);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    wire::FrameReader reader;
    // In two pieces: where a stream is cut must not matter.
    reader.feed({data, size / 2});
    for (int piece = 0; piece < 2; ++piece) {
        for (;;) {
            const auto frame = reader.next();
            if (!frame) return 0;
            if (!*frame) break;
            check(**frame);
        }
        if (piece == 0) reader.feed({data + size / 2, size - size / 2});
    }
    return 0;
}
