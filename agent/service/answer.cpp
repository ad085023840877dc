// SPDX-License-Identifier: Apache-2.0
#include "agent/service/answer.h"

#include "agent/service/datagram.h"
#include "agent/service/dhcp4_server.h"
#include "agent/service/dhcp6_server.h"
#include "agent/service/router_advertisement.h"
#include "agent/service/router_solicitation.h"
#include "agent/service/subnet6.h"

namespace weft::agent {
namespace {

using Answer = Result<std::optional<Reply>>;

// To all nodes when the sender has no address yet.
Answer answer_solicitation(const Packet& question, const schema::Port& port) {
    WEFT_CHECK(parse_router_solicitation(question));
    const auto message = router_advertisement(port);
    if (message.empty()) return refused("the record's subnet has no IPv6 range");
    return std::optional(
        Reply{to_frame(advertise(port, question.destination_mac, question.source, message)), true});
}

Answer answer_dhcp4(const Datagram& question, const schema::Port& port, std::uint32_t lease) {
    WEFT_TRY(const auto request, dhcp4::parse(question.payload));
    WEFT_TRY(const auto reply, dhcp4::answer(request, port, lease));
    if (!reply) return std::optional<Reply>{};
    return std::optional(Reply{
        to_frame(Datagram{question.destination_mac, port.router_mac, port.router, dhcp4::destination(*reply),
                          dhcp4::server_port, dhcp4::client_port, dhcp4::to_bytes(*reply)}),
        false});
}

Answer answer_dhcp6(const Datagram& question, const schema::Port& port, std::uint32_t lease) {
    if (!question.source) return refused("the client has no address to answer to");
    WEFT_TRY(const auto request, dhcp6::parse(question.payload));
    WEFT_TRY(const auto reply, dhcp6::answer(request, port, lease));
    if (!reply) return std::optional<Reply>{};
    return std::optional(Reply{
        to_frame(Datagram{question.destination_mac, port.router_mac, link_local(port.router_mac),
                          question.source, dhcp6::server_port, dhcp6::client_port, dhcp6::to_bytes(*reply)}),
        false});
}

}  // namespace

Answer answer(const Packet& question, bool summed, const schema::Port& port, std::uint32_t lease) {
    if (is_router_solicitation(question)) return answer_solicitation(question, port);
    const auto datagram = parse_datagram(question, summed);
    if (!datagram) return refused("no whole datagram");
    return question.destination.is_v4() ? answer_dhcp4(*datagram, port, lease)
                                        : answer_dhcp6(*datagram, port, lease);
}

}  // namespace weft::agent
