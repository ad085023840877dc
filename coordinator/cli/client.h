// SPDX-License-Identifier: Apache-2.0
// The requests of a client, each answered or failed as a Result: an acknowledgement that carries an error
// becomes that error.
#pragma once

#include <functional>
#include <vector>

#include "coordinator/cli/connection.h"
#include "weft/schema/value.h"
#include "weft/wire/command.h"
#include "weft/wire/message/ack.h"
#include "weft/wire/message/attach_request.h"
#include "weft/wire/message/capture.h"
#include "weft/wire/message/lifecycle_request.h"
#include "weft/wire/message/object_request.h"
#include "weft/wire/message/status.h"
#include "weft/wire/message/trace.h"
#include "weft/wire/message/usage.h"
#include "weft/wire/message/watch.h"

namespace weft::cli {

class Client {
public:
    using Timeout = Connection::Timeout;
    // How long an answer to a question may take; a change gets its own timeout and this as a reserve.
    static constexpr Timeout patience{10000};

    explicit Client(Connection connection) : connection_(std::move(connection)) {}

    [[nodiscard]] Result<wire::Ack> create(const wire::CreateRequest& request);
    [[nodiscard]] Result<wire::Ack> modify(const wire::ModifyRequest& request);
    [[nodiscard]] Result<wire::Ack> remove(const wire::RemoveRequest& request);
    [[nodiscard]] Result<wire::Ack> attach(const wire::AttachRequest& request);
    [[nodiscard]] Result<wire::Ack> detach(const wire::DetachRequest& request);
    [[nodiscard]] Result<wire::Ack> move(const wire::MoveRequest& request);
    [[nodiscard]] Result<wire::Ack> failover(const wire::FailoverRequest& request);
    [[nodiscard]] Result<wire::Ack> lifecycle(const wire::LifecycleRequest& request);
    [[nodiscard]] Result<wire::Ack> ready(const wire::ReadyRequest& request);
    // Command::confirm, token or revoke.
    [[nodiscard]] Result<wire::Ack> host(wire::Command command, const std::string& ref);

    [[nodiscard]] Result<schema::Value> get(Kind kind, const std::string& ref);
    [[nodiscard]] Result<std::vector<schema::Value>> list(Kind kind, const schema::Tags& filters = {});
    [[nodiscard]] Result<std::vector<schema::Value>> list(const wire::ListRequest& request);
    // The id of `ref`: an id as it is, a name or id prefix by asking.
    [[nodiscard]] Result<std::string> resolve(Kind kind, const std::string& ref);
    [[nodiscard]] Result<wire::Status> status();
    [[nodiscard]] Result<wire::Counters> counters(const std::string& record);
    [[nodiscard]] Result<wire::Usage> usage(const wire::UsageRequest& request);
    [[nodiscard]] Result<wire::Trace> trace(const wire::TraceRequest& request);
    // Calls fn for each notification until the connection ends (its error) or fn returns false.
    [[nodiscard]] Result<void> watch(const wire::WatchRequest& request,
                                     const std::function<bool(const wire::Change&)>& fn);
    // The same, until fn returns false or a signal comes; fn is told of what is still on its way.
    [[nodiscard]] Result<void> monitor(const wire::MonitorRequest& request,
                                       const std::function<bool(const wire::PacketEvent&)>& fn);
    // Of a capture: when it runs, and for each packet; false ends it.
    struct CaptureEvents {
        std::function<Result<void>()> started;
        std::function<bool(const wire::Captured&)> packet;
    };
    // Until the end of `duration` (0: none), an interrupting signal, or `packet` says so. How many packets
    // were lost.
    [[nodiscard]] Result<std::uint64_t> capture(const wire::CaptureRequest& request, Timeout duration,
                                                const CaptureEvents& events);

private:
    Connection connection_;

    template <class Body>
    Result<wire::Frame> ask(wire::Command command, const Body& body, Timeout timeout);
    // Calls fn for each part of a multipart answer, or for the one answer.
    template <class Body, class Fn>
    Result<void> parts(wire::Frame request, wire::Command expected, Fn&& fn);
    template <class Body>
    Result<wire::Ack> change(wire::Command command, const Body& body, Timeout timeout);
};

}  // namespace weft::cli
