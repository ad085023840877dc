// SPDX-License-Identifier: Apache-2.0
#include "agent/service/dhcp6_server.h"

#include <array>

#include "agent/service/subnet6.h"

namespace weft::agent::dhcp6 {
namespace {

using Answer = Result<std::optional<Message>>;

constexpr std::uint8_t at_once = 255;           // preference: the client waits for no other server
constexpr std::size_t most_addresses = 32;      // what fits beside the rest
constexpr std::size_t largest = 1280 - 40 - 8;  // of IPv6's least MTU

// DUID-LL of an Ethernet address (11.4).
Bytes duid(const Mac& mac) {
    std::array<std::uint8_t, 10> out{0, 3, 0, 1};
    std::ranges::copy(mac.bytes, out.begin() + 4);
    return {out.begin(), out.end()};
}

std::vector<Address> own_addresses(const schema::Port& port) {
    std::vector<Address> out;
    for (const auto& address : port.addresses)
        if (address.is_v6() && out.size() < most_addresses) out.push_back(address);
    return out;
}

class Server {
public:
    Server(const Message& request, const schema::Port& port, std::uint32_t lease)
        : request_(request), port_(port), lease_(lease), own_(own_addresses(port)) {}

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
        const auto* holder = find_holder();
        for (const auto& asked : request_.associations)
            out.associations.push_back(associate(asked, &asked == holder));
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

    // To release and decline (18.3.7, 18.3.8): the addresses stay the record's.
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
    [[nodiscard]] bool owns(const Lease& lease) const {
        return std::ranges::find(own_, lease.address) != own_.end();
    }
    [[nodiscard]] bool owns_all(const Association& association) const {
        return std::ranges::all_of(association.leases, [this](const Lease& lease) { return owns(lease); });
    }

    // All addresses go to one association: which has one already, or else the first.
    [[nodiscard]] const Association* find_holder() const {
        const Association* first = nullptr;
        for (const auto& association : request_.associations) {
            if (association.kind != Option::ia_na) continue;
            if (std::ranges::any_of(association.leases, [this](const Lease& lease) { return owns(lease); }))
                return &association;
            if (first == nullptr) first = &association;
        }
        return first;
    }

    [[nodiscard]] Association associate(const Association& asked, bool holds) const {
        Association out{.kind = asked.kind, .id = asked.id, .leases = {}, .status = {}};
        const bool renewing = request_.type == Type::renew || request_.type == Type::rebind;
        if (asked.kind == Option::ia_pd) {
            out.status = Status::no_prefix;
        } else if (!holds || own_.empty()) {
            out.status = Status::no_addresses;
        } else if (request_.type == Type::request && !owns_all(asked)) {
            out.status = Status::not_on_link;
        } else {
            out.renew = lease_ / 2;
            out.rebind = lease_ / 5 * 4;
            for (const auto& address : own_) out.leases.push_back({address, lease_, lease_});
        }
        // What it has and is not to use any more (18.3.4).
        for (const auto& lease : asked.leases)
            if (renewing && (!holds || !owns(lease))) out.leases.push_back({lease.address, 0, 0});
        return out;
    }

    const Message& request_;
    const schema::Port& port_;
    std::uint32_t lease_;
    std::vector<Address> own_;
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
