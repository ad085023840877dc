// SPDX-License-Identifier: Apache-2.0
// All hosts' sessions: follows the cloud revision by revision, marks what each host must be sent, hears what
// it installed (design: the picture). One thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <span>
#include <unordered_map>

#include "coordinator/distribution/acknowledgement_table.h"
#include "coordinator/distribution/affected_log.h"
#include "coordinator/distribution/counters_relay.h"
#include "coordinator/distribution/desired.h"
#include "coordinator/distribution/host_session.h"
#include "coordinator/distribution/trace_relay.h"
#include "coordinator/store/repository.h"
#include "weft/wire/message/hello.h"
#include "weft/wire/message/lease.h"
#include "weft/wire/message/session.h"
#include "weft/wire/message/usage.h"

namespace weft::coordinator {

// What a host says that is not about what it installed.
struct HostEvents {
    std::function<void(Id host, const wire::Report& report)> report;
    std::function<void(Id host, const wire::RenewRequest& request, std::uint32_t sequence,
                       wire::Channel::Pointer channel)>
        renew;
    std::function<void(Id host, const wire::UsageReport& report, wire::Channel::Pointer channel)> usage;
    std::function<wire::LeaseAnswer(Id host, const wire::LeaseRequest& request)> lease{};
    std::function<void(Id host, const wire::InstanceReport& report)> instance{};
};

class SessionSet final : public DesiredFrames {
public:
    // All must outlive it.
    SessionSet(boost::asio::io_context& context, const Cloud& cloud, Repository& repository,
               AcknowledgementTable& table);

    void on_events(HostEvents events) { events_ = std::move(events); }
    // The cloud has this revision now.
    void publish(Revision revision, std::span<const Change> changes);

    // From the host's accepted hello to the end of its connection: answers the hello with `sequence`, sends
    // what the host lacks, then follows. An older session of the same host ends.
    boost::asio::awaitable<void> serve(wire::Channel::Pointer channel, Id host, wire::Hello hello,
                                       std::uint32_t sequence);
    // Ends the host's session, if there is one.
    void close(Id host);
    // The operator accepts what the host's guard holds back. False: it has no session.
    [[nodiscard]] bool confirm(Id host);

    [[nodiscard]] const AffectedLog& affected() const noexcept { return affected_; }
    // Asks all hosts with a session; those that do not answer within a second are named, foreign ones not.
    boost::asio::awaitable<wire::Counters> counters(std::string record);

    // What the host would do with a packet. unreachable: it has no session.
    boost::asio::awaitable<Result<wire::TraceHop>> trace(Id host, wire::TraceRequest request);

    // Periodic work: bookmarks, silent hosts. Runs until the io_context stops.
    boost::asio::awaitable<void> run();

    [[nodiscard]] std::optional<wire::Frame> put(Id host, const Key& key) override;
    [[nodiscard]] Revision revision() const override { return cloud_.revision(); }

private:
    using Session = std::shared_ptr<HostSession>;

    void prepare(HostSession& session, const wire::Hello& hello, bool& snapshot);
    [[nodiscard]] bool continue_from(HostSession& session, Revision revision);
    [[nodiscard]] Result<void> take(HostSession& session, const wire::Frame& frame);
    void mark_all_ports();
    void flush_later();

    boost::asio::io_context& context_;
    const Cloud& cloud_;
    Repository& repository_;
    AcknowledgementTable& table_;
    HostEvents events_;
    Desired desired_;
    std::unordered_map<Id, Session> sessions_;
    std::vector<Session> touched_;
    bool flush_posted_{false};
    std::map<Key, wire::Frame> encoded_;  // of objects that are the same for all hosts; of one revision
    AffectedLog affected_;
    CountersRelay relay_;
    TraceRelay traces_;
};

}  // namespace weft::coordinator
