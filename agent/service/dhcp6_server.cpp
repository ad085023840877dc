// SPDX-License-Identifier: Apache-2.0
#include "agent/service/dhcp6_server.h"

#include <array>

#include "agent/service/subnet6.h"

namespace weft::agent::dhcp6 {
namespace {

using Answer = Result<std::optional<Message>>;

constexpr std::uint8_t at_once = 255;           // preference: the client waits for no other server
constexpr std::size_t most_addresses = 32;      // what fits beside the rest
constexpr std::size_t most_prefixes = 8;        // the same
constexpr std::size_t largest = 1280 - 40 - 8;  // of IPv6's least MTU

// DUID-LL of an Ethernet address (11.4).
Bytes duid(const Mac& mac) {
    std::array<std::uint8_t, 10> out{0, 3, 0, 1};
    std::ranges::copy(mac.bytes, out.begin() + 4);
    return {out.begin(), out.end()};
}

std::vector<Lease> own_addresses(const schema::Port& port, std::uint32_t time) {
    std::vector<Lease> out;
    for (const auto& address : port.addresses)
        if (address.is_v6() && out.size() < most_addresses) out.push_back({address, time, time});
    return out;
}

std::vector<Lease> own_prefixes(const schema::Port& port, std::uint32_t time) {
    std::vector<Lease> out;
    for (const auto& prefix : port.prefixes)
        if (prefix.address().is_v6() && out.size() < most_prefixes)
            out.push_back({prefix.address(), time, time, static_cast<std::uint8_t>(prefix.length())});
    return out;
}

class Server {
public:
    Server(const Message& request, const schema::Port& port, std::uint32_t lease)
        : request_(request),
          port_(port),
          lease_(lease),
          addresses_(own_addresses(port, lease)),
          prefixes_(own_prefixes(port, lease)) {}

    [[nodiscard]] Message reply(Type type) const {
        Message out;
        out.type = type;
        out.transaction = request_.transaction;
        out.client_id = request_.client_id;
        out.server_id = duid(port_.router_mac);
        return out;
    }

    // With the addresses and the configuration: to solicit, request, renew, rebind.
    [[nodiscard]] Message grant(Type type) const {
        auto out = configured(type);
        if (type == Type::advertise) out.preference = at_once;
        const auto* of_addresses = find_holder(Option::ia_na);
        const auto* of_prefixes = find_holder(Option::ia_pd);
        for (const auto& asked : request_.associations)
            out.associations.push_back(associate(asked, &asked == of_addresses || &asked == of_prefixes));
        return out;
    }

    // With the configuration alone (18.3.6).
    [[nodiscard]] Message configured(Type type) const {
        auto out = reply(type);
        if (port_.dns.is_v6() && std::ranges::count(request_.requested, Option::dns) != 0)
            out.dns = {port_.dns};
        return out;
    }

    // 18.3.3. On the record's link there is nothing but the record.
    [[nodiscard]] std::optional<Message> confirm() const {
        std::size_t confirmed = 0;
        bool all_own = true;
        for (const auto& association : request_.associations) {
            confirmed += association.leases.size();
            all_own = all_own && owns_all(association);
        }
        if (confirmed == 0) return std::nullopt;
        auto out = reply(Type::reply);
        out.status = all_own ? Status::success : Status::not_on_link;
        return out;
    }

    // To release and decline (18.3.7, 18.3.8): addresses and prefixes stay the record's.
    [[nodiscard]] Message acknowledge() const {
        auto out = reply(Type::reply);
        out.status = Status::success;
        for (const auto& asked : request_.associations)
            if (asked.leases.empty() || !owns_all(asked))
                out.associations.push_back(
                    {.kind = asked.kind, .id = asked.id, .leases = {}, .status = Status::no_binding});
        return out;
    }

private:
    [[nodiscard]] const std::vector<Lease>& own(Option kind) const {
        return kind == Option::ia_pd ? prefixes_ : addresses_;
    }
    [[nodiscard]] bool owns(Option kind, const Lease& lease) const {
        return std::ranges::any_of(own(kind), [&](const Lease& one) {
            return one.address == lease.address && one.length == lease.length;
        });
    }
    [[nodiscard]] bool owns_all(const Association& association) const {
        return std::ranges::all_of(association.leases,
                                   [&](const Lease& lease) { return owns(association.kind, lease); });
    }

    // All addresses go to one association, all prefixes to another: which has one already, or else the first.
    [[nodiscard]] const Association* find_holder(Option kind) const {
        const Association* first = nullptr;
        for (const auto& association : request_.associations) {
            if (association.kind != kind) continue;
            if (std::ranges::any_of(association.leases,
                                    [&](const Lease& lease) { return owns(kind, lease); }))
                return &association;
            if (first == nullptr) first = &association;
        }
        return first;
    }

    [[nodiscard]] Association associate(const Association& asked, bool holds) const {
        Association out{.kind = asked.kind, .id = asked.id, .leases = {}, .status = {}};
        const bool renewing = request_.type == Type::renew || request_.type == Type::rebind;
        const auto& own_ones = own(asked.kind);
        if (!holds || own_ones.empty()) {
            out.status = asked.kind == Option::ia_pd ? Status::no_prefix : Status::no_addresses;
        } else if (asked.kind == Option::ia_na && request_.type == Type::request && !owns_all(asked)) {
            out.status = Status::not_on_link;
        } else {
            out.renew = lease_ / 2;
            out.rebind = lease_ / 5 * 4;
            out.leases = own_ones;
        }
        // What it has and is not to use any more (18.3.4).
        for (const auto& lease : asked.leases)
            if (renewing && (!holds || !owns(asked.kind, lease)))
                out.leases.push_back({lease.address, 0, 0, lease.length});
        return out;
    }

    const Message& request_;
    const schema::Port& port_;
    std::uint32_t lease_;
    std::vector<Lease> addresses_;
    std::vector<Lease> prefixes_;
};

// Section 16: which ids a message must have, and must not.
Result<void> check(const Message& request) {
    const bool to_one = request.type == Type::request || request.type == Type::renew ||
                        request.type == Type::release || request.type == Type::decline;
    const bool to_all =
        request.type == Type::solicit || request.type == Type::confirm || request.type == Type::rebind;
    const bool asks = request.type == Type::information_request;
    if (!to_one && !to_all && !asks) return damaged("type", "no message that clients send");
    if (!asks && request.client_id.empty()) return damaged("client id", "missing");
    if (to_one && request.server_id.empty()) return damaged("server id", "missing");
    if (to_all && !request.server_id.empty()) return damaged("server id", "in a message to all servers");
    if (asks && !request.associations.empty()) return damaged("association", "where none belongs");
    return {};
}

std::optional<Message> answer_of(const Server& server, const Message& request) {
    switch (request.type) {
        case Type::solicit: {
            auto out = server.grant(request.rapid_commit ? Type::reply : Type::advertise);
            out.rapid_commit = request.rapid_commit;
            return out;
        }
        case Type::confirm: return server.confirm();
        case Type::release:
        case Type::decline: return server.acknowledge();
        case Type::information_request: return server.configured(Type::reply);
        default: return server.grant(Type::reply);
    }
}

}  // namespace

Answer answer(const Message& request, const schema::Port& port, std::uint32_t lease) {
    if (!subnet6_of(port).router) return refused("the record's subnet has no IPv6 range");
    WEFT_CHECK(check(request));
    if (!request.server_id.empty() && request.server_id != duid(port.router_mac))
        return std::optional<Message>{};
    auto out = answer_of(Server(request, port, lease), request);
    if (out && to_bytes(*out).size() > largest) return refused("it asks for more than an answer holds");
    return out;
}

}  // namespace weft::agent::dhcp6
