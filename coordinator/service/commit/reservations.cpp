// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/commit/reservations.h"

#include <algorithm>

#include "coordinator/model/addresses.h"

namespace weft::coordinator {
namespace {

template <class T>
void add_new(Id partition, const std::vector<T>& before, const std::vector<T>& after,
             std::vector<std::pair<Id, T>>& out) {
    for (const auto& one : after)
        if (std::ranges::find(before, one) == before.end()) out.emplace_back(partition, one);
}

bool holds(const std::pair<Id, Prefix>& prefix, const std::pair<Id, Address>& address) {
    return prefix.first == address.first && prefix.second.contains(address.second);
}

bool meet(const std::vector<std::pair<Id, Prefix>>& prefixes,
          const std::vector<std::pair<Id, Address>>& addresses) {
    return std::ranges::any_of(prefixes, [&](const auto& prefix) {
        return std::ranges::any_of(addresses, [&](const auto& address) { return holds(prefix, address); });
    });
}

bool overlap(const std::vector<std::pair<Id, Prefix>>& a, const std::vector<std::pair<Id, Prefix>>& b) {
    return std::ranges::any_of(a, [&](const auto& one) {
        return std::ranges::any_of(b, [&](const auto& other) {
            return one.first == other.first && one.second.overlaps(other.second);
        });
    });
}

}  // namespace

Reservations::Taken Reservations::taken(std::span<const Change> changes) {
    static const schema::Record none{};
    Taken out;
    for (const auto& change : changes) {
        if (const auto pool = as<schema::AddressPool>(change.before); pool && !pool->partition) {
            const auto left = as<schema::AddressPool>(change.after);
            add_new({}, left ? left->ranges : std::vector<Prefix>{}, pool->ranges, out.prefixes);
        }
        const auto after = as<schema::Record>(change.after);
        if (!after) continue;
        const auto former = as<schema::Record>(change.before);
        const auto& before = former && former->partition == after->partition ? *former : none;
        add_new(after->partition, held_addresses(before), held_addresses(*after), out.addresses);
        add_new(after->partition, held_prefixes(before), held_prefixes(*after), out.prefixes);
        for (const auto& pair : after->public_addresses)
            if (std::ranges::find(before.public_addresses, pair) == before.public_addresses.end())
                out.addresses.emplace_back(Id{}, pair.public_address);
    }
    return out;
}

bool Reservations::fits(const Taken& taken) const {
    if (prefixes_ == 0 && taken.prefixes.empty()) return true;
    return std::ranges::none_of(under_way_, [&](const Taken& other) {
        return meet(taken.prefixes, other.addresses) || meet(other.prefixes, taken.addresses) ||
               overlap(taken.prefixes, other.prefixes);
    });
}

Reservations::Ticket Reservations::begin(Taken taken) {
    prefixes_ += taken.prefixes.size();
    return under_way_.insert(under_way_.end(), std::move(taken));
}

void Reservations::end(Ticket ticket) {
    prefixes_ -= ticket->prefixes.size();
    under_way_.erase(ticket);
}

}  // namespace weft::coordinator
