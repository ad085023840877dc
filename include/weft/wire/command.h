// SPDX-License-Identifier: Apache-2.0
// Every message type (nlmsghdr.type) with the struct of its payload (message/). Numbers are appended, never
// reused.
//
// A request carries flag_request; all its answers carry its sequence. An answer is one `ack`, or `object`s
// with flag_multi ended by `done`. A notification has sequence 0, or that of the `watch` or `monitor` that
// asked for it.
//
//   any connection, first      hello Hello -> hello Hello
//   without a certificate      enroll EnrollRequest -> certificate Certificate | ack
//                              login LoginRequest -> ack; then as a client
//   clients                    create, modify, remove, attach, detach, move, failover, lifecycle, confirm,
//                              revoke -> ack Ack
//                              token TokenRequest -> ack Ack (text: the token)
//                              get GetRequest -> object ObjectAnswer | ack
//                              list ListRequest -> object* done | ack
//                              watch WatchRequest -> change Change* (until the connection ends)
//                              ready ReadyRequest -> ack        status -> status Status
//                              counters CountersRequest -> counters Counters
//                              trace TraceRequest -> trace Trace | ack
//                              usage UsageRequest -> usage Usage | ack
//   coordinator to agent       put Put*, erase Erase*, commit Commit;  counters CountersRequest;
//                              trace TraceRequest
//   agent to coordinator       installed Installed (at each commit and every second), report Report,
//                              counters Counters, trace TraceHop, renew RenewRequest -> certificate
//                              Certificate, usage_report UsageReport -> usage_ack UsageAck,
//                              lease LeaseRequest -> lease_answer LeaseAnswer
//                              instance_report InstanceReport (when it changes, and all in each session)
//   agent's local socket       monitor MonitorRequest -> packet_event PacketEvent*;  status, counters as
//   above
//                              capture CaptureRequest -> ack Captured* (until the next capture) | ack
#pragma once

#include <cstdint>

namespace weft::wire {

enum class Command : std::uint16_t {
    ack = 2,   // NLMSG_ERROR
    done = 3,  // NLMSG_DONE
    hello = 16,
    create = 32,
    modify = 33,
    remove = 34,
    get = 35,
    list = 36,
    watch = 37,
    object = 38,
    change = 39,
    attach = 40,
    detach = 41,
    move = 42,
    ready = 43,
    login = 45,
    confirm = 48,
    token = 49,
    enroll = 50,
    renew = 51,
    certificate = 52,
    revoke = 53,
    status = 54,
    counters = 55,
    trace = 56,
    usage = 58,
    put = 64,
    erase = 65,
    commit = 66,
    installed = 67,
    report = 68,
    usage_report = 69,
    usage_ack = 70,
    lifecycle = 71,
    instance_report = 72,
    lease = 80,
    lease_answer = 81,
    failover = 82,
    monitor = 96,
    packet_event = 97,
    capture = 98,
    captured = 99,
};

inline constexpr std::uint16_t lowest_protocol = 1;
inline constexpr std::uint16_t highest_protocol = 1;

}  // namespace weft::wire
