// SPDX-License-Identifier: Apache-2.0
#include "agent/service/dhcp6_message.h"

#include <string_view>

namespace weft::agent::dhcp6 {
namespace {

std::string_view text(Status status) {
    switch (status) {
        case Status::no_addresses: return "no address of the record is left";
        case Status::no_binding: return "not the record's";
        case Status::not_on_link: return "not the record's address";
        case Status::no_prefix: return "the record has no prefix to delegate";
        default: return "";
    }
}

// Writes the option's head, lets `fill` write its value, then its length.
template <class Fill>
void put_option(Bytes& out, Option option, Fill&& fill) {
    put16(out, static_cast<std::uint16_t>(option));
    put16(out, 0);
    const auto begin = out.size();
    fill();
    set16(out, begin - 2, static_cast<std::uint32_t>(out.size() - begin));
}

void put_status(Bytes& out, Status status) {
    put_option(out, Option::status, [&] {
        put16(out, static_cast<std::uint16_t>(status));
        for (const char letter : text(status)) put8(out, static_cast<std::uint8_t>(letter));
    });
}

void put_lease(Bytes& out, Option kind, const Lease& lease) {
    const bool prefix = kind == Option::ia_pd;
    put_option(out, prefix ? Option::prefix : Option::address, [&] {
        if (!prefix) put_v6(out, lease.address);
        put32(out, lease.preferred);
        put32(out, lease.valid);
        if (!prefix) return;
        put8(out, lease.length);
        put_v6(out, lease.address);
    });
}

void put_association(Bytes& out, const Association& association) {
    put_option(out, association.kind, [&] {
        put32(out, association.id);
        if (association.kind != Option::ia_ta) {
            put32(out, association.renew);
            put32(out, association.rebind);
        }
        for (const auto& lease : association.leases) put_lease(out, association.kind, lease);
        if (association.status) put_status(out, *association.status);
    });
}

}  // namespace

Bytes to_bytes(const Message& message) {
    Bytes out;
    put32(out, static_cast<std::uint32_t>(message.type) << 24 | message.transaction);
    if (!message.client_id.empty()) put_option(out, Option::client_id, [&] { put(out, message.client_id); });
    if (!message.server_id.empty()) put_option(out, Option::server_id, [&] { put(out, message.server_id); });
    if (message.preference) put_option(out, Option::preference, [&] { put8(out, *message.preference); });
    if (message.status) put_status(out, *message.status);
    if (message.rapid_commit) put_option(out, Option::rapid_commit, [] {});
    if (!message.requested.empty())
        put_option(out, Option::requested, [&] {
            for (const auto option : message.requested) put16(out, static_cast<std::uint16_t>(option));
        });
    if (!message.dns.empty())
        put_option(out, Option::dns, [&] {
            for (const auto& server : message.dns) put_v6(out, server);
        });
    for (const auto& association : message.associations) put_association(out, association);
    return out;
}

}  // namespace weft::agent::dhcp6
