// SPDX-License-Identifier: Apache-2.0
#include "agent/service/dhcp6_message.h"

namespace weft::agent::dhcp6 {
namespace {

constexpr std::size_t header_size = 4;    // of a message, and of an option
constexpr std::size_t address_size = 24;  // of an address option, before the options inside it
constexpr std::size_t prefix_size = 25;   // of a prefix option, likewise
constexpr std::size_t shortest_id = 3;    // DUIDs: a type and a byte
constexpr std::size_t longest_id = 130;

// Calls take(option, value) -> Result<void> for each.
template <class Take>
Result<void> each_option(View field, Take&& take) {
    while (!field.empty()) {
        if (field.size() < header_size || field.size() - header_size < get16(field, 2))
            return damaged("options", "an option goes beyond the end");
        const auto value = field.subspan(header_size, get16(field, 2));
        WEFT_CHECK(take(Option{get16(field, 0)}, value));
        field = field.subspan(header_size + value.size());
    }
    return {};
}

Result<void> nothing(Option, View) { return {}; }

Result<void> parse_id(View value, Bytes& id) {
    if (value.size() < shortest_id || value.size() > longest_id)
        return damaged("DUID", "its length is wrong");
    if (!id.empty()) return damaged("DUID", "there is a second one");
    id.assign(value.begin(), value.end());
    return {};
}

// Whether the sender knows a name for the status does not matter: only servers send one.
Result<void> parse_status(View value, std::optional<Status>& status) {
    if (value.size() < 2) return damaged("status", "shorter than its code");
    status = Status{get16(value, 0)};
    return {};
}

Result<void> parse_lease(View value, std::vector<Lease>& leases) {
    if (value.size() < address_size) return damaged("address", "shorter than its fields");
    leases.push_back({get_v6(value, 0), get32(value, 16), get32(value, 20)});
    return each_option(value.subspan(address_size), nothing);
}

Result<void> parse_prefix(View value, std::vector<Lease>& leases) {
    if (value.size() < prefix_size) return damaged("prefix", "shorter than its fields");
    leases.push_back({get_v6(value, 9), get32(value, 0), get32(value, 4), value[8]});
    return each_option(value.subspan(prefix_size), nothing);
}

Result<void> parse_association(Option kind, View value, std::vector<Association>& associations) {
    const std::size_t fields = kind == Option::ia_ta ? 4 : 12;
    if (value.size() < fields) return damaged("association", "shorter than its fields");
    Association out{.kind = kind, .id = get32(value, 0), .leases = {}, .status = {}};
    if (kind != Option::ia_ta) {
        out.renew = get32(value, 4);
        out.rebind = get32(value, 8);
    }
    WEFT_CHECK(each_option(value.subspan(fields), [&out](Option option, View inside) -> Result<void> {
        if (option == Option::prefix && out.kind == Option::ia_pd) return parse_prefix(inside, out.leases);
        if (option == Option::address && out.kind != Option::ia_pd) return parse_lease(inside, out.leases);
        return option == Option::status ? parse_status(inside, out.status) : Result<void>{};
    }));
    associations.push_back(std::move(out));
    return {};
}

Result<void> parse_requested(View value, std::vector<Option>& requested) {
    if (value.size() % 2 != 0) return damaged("requested options", "half an option");
    for (std::size_t at = 0; at < value.size(); at += 2) requested.push_back(Option{get16(value, at)});
    return {};
}

Result<void> parse_servers(View value, std::vector<Address>& servers) {
    if (value.size() % 16 != 0) return damaged("DNS servers", "not whole addresses");
    for (std::size_t at = 0; at < value.size(); at += 16) servers.push_back(get_v6(value, at));
    return {};
}

Result<void> parse_option(Option option, View value, Message& out) {
    switch (option) {
        case Option::client_id: return parse_id(value, out.client_id);
        case Option::server_id: return parse_id(value, out.server_id);
        case Option::ia_na:
        case Option::ia_ta:
        case Option::ia_pd: return parse_association(option, value, out.associations);
        case Option::requested: return parse_requested(value, out.requested);
        case Option::status: return parse_status(value, out.status);
        case Option::dns: return parse_servers(value, out.dns);
        case Option::rapid_commit:
            if (!value.empty()) return damaged("rapid commit", "longer than nothing");
            out.rapid_commit = true;
            return {};
        case Option::preference:
            if (value.size() != 1) return damaged("preference", "not one byte");
            out.preference = value[0];
            return {};
        default: return {};
    }
}

}  // namespace

Result<Message> parse(View payload) {
    if (payload.size() < header_size) return damaged("length", "shorter than a DHCPv6 message");
    constexpr std::uint8_t relay_forward = 12;
    constexpr std::uint8_t relay_reply = 13;
    if (payload[0] == relay_forward || payload[0] == relay_reply) return refused("a relay is between");
    if (payload[0] < static_cast<std::uint8_t>(Type::solicit) ||
        payload[0] > static_cast<std::uint8_t>(Type::information_request))
        return damaged("type", "no message of clients and servers");
    Message out;
    out.type = Type{payload[0]};
    out.transaction = get32(payload, 0) & 0xffffff;
    WEFT_CHECK(each_option(payload.subspan(header_size),
                           [&out](Option option, View value) { return parse_option(option, value, out); }));
    return out;
}

}  // namespace weft::agent::dhcp6
