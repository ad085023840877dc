// SPDX-License-Identifier: Apache-2.0
#include "agent/service/dhcp4_server.h"

#include "weft/schema/port_subnet.h"

namespace weft::agent::dhcp4 {
namespace {

using Answer = Result<std::optional<Message>>;

constexpr std::uint32_t all_ones = 0xffffffff;

// Those of further subnets the instance sets up itself, as all but the first.
Address first_v4(const schema::Port& port) {
    for (const auto& address : port.addresses)
        if (address.is_v4() && schema::subnet_holding(port, Prefix::host(address)) == 0) return address;
    return {};
}

std::uint32_t mask(std::uint32_t length) { return length == 0 ? 0 : all_ones << (32 - length); }

Bytes number(std::uint32_t value) {
    Bytes out;
    put32(out, value);
    return out;
}

Bytes number(const Address& address) { return number(address.v4_value()); }

// RFC 3442: the router on the link, everything else by it. A client that takes these ignores option 3.
Bytes routes_past_the_subnet(const Address& router) {
    Bytes out;
    put8(out, 32);
    put_v4(out, router);
    put32(out, 0);
    put8(out, 0);
    put_v4(out, router);
    return out;
}

Message reply_to(const Message& request, Type type, const schema::Port& port) {
    Message reply;
    reply.operation = boot_reply;
    reply.transaction = request.transaction;
    reply.broadcast = request.broadcast;
    reply.hardware = request.hardware;
    reply.options[Option::message_type] = {static_cast<std::uint8_t>(type)};
    reply.options[Option::server_id] = number(port.router);
    // RFC 6842: also in a refusal.
    if (const auto id = request.options.find(Option::client_id);
        id != request.options.end() && id->second.size() <= 255)
        reply.options.insert(*id);
    return reply;
}

void add_configuration(Message& reply, const Address& address, const schema::Port& port) {
    const auto netmask = mask(port.prefix_length);
    reply.options[Option::subnet_mask] = number(netmask);
    reply.options[Option::router] = number(port.router);
    if (port.dns.is_v4()) reply.options[Option::dns] = number(port.dns);
    if (port.mtu != 0) put16(reply.options[Option::mtu], port.mtu);
    if (((address.v4_value() ^ port.router.v4_value()) & netmask) != 0)
        reply.options[Option::classless_routes] = routes_past_the_subnet(port.router);
}

Message grant(const Message& request, Type type, const Address& address, const schema::Port& port,
              std::uint32_t lease) {
    auto reply = reply_to(request, type, port);
    reply.yours = address;
    if (type == Type::ack) reply.client = request.client;
    reply.options[Option::lease_time] = number(lease);
    reply.options[Option::renewal_time] = number(lease / 2);
    reply.options[Option::rebinding_time] = number(lease / 8 * 7);
    add_configuration(reply, address, port);
    return reply;
}

// RFC 2131, 4.3.2: selecting, rebooting, or renewing and rebinding, told apart by what the client filled in.
Answer request_answer(const Message& request, const Address& address, const schema::Port& port,
                      std::uint32_t lease) {
    const bool selecting = request.options.contains(Option::server_id);
    if (selecting && request.address(Option::server_id) != port.router) return std::optional<Message>{};
    const bool names_one = request.options.contains(Option::requested_address);
    const auto asked = names_one ? request.address(Option::requested_address) : request.client;
    if (!asked) return damaged("ciaddr", "a request for no address");
    if (asked != address) return std::optional(reply_to(request, Type::nak, port));
    return std::optional(grant(request, Type::ack, address, port, lease));
}

Answer inform_answer(const Message& request, const Address& address, const schema::Port& port) {
    if (request.client != address) return refused("it informs of an address that is not the record's");
    auto reply = reply_to(request, Type::ack, port);
    reply.client = request.client;
    add_configuration(reply, address, port);
    return std::optional(std::move(reply));
}

}  // namespace

Answer answer(const Message& request, const schema::Port& port, std::uint32_t lease) {
    if (request.operation != boot_request) return damaged("op", "not a client's message");
    if (request.relay) return refused("a relay is between");
    if (request.hardware != port.station()) return refused("the hardware address is not the record's");
    const auto address = first_v4(port);
    if (!address || !port.router.is_v4()) return refused("the record has no IPv4 address");
    switch (request.type()) {
        case Type::discover: return std::optional(grant(request, Type::offer, address, port, lease));
        case Type::request: return request_answer(request, address, port, lease);
        case Type::inform: return inform_answer(request, address, port);
        case Type::decline:
        case Type::release: return std::optional<Message>{};
        default: return damaged("type", "no message that clients send");
    }
}

Address destination(const Message& reply) {
    if (reply.type() == Type::nak) return Address::v4(all_ones);
    if (reply.client) return reply.client;
    return reply.broadcast ? Address::v4(all_ones) : reply.yours;
}

}  // namespace weft::agent::dhcp4
