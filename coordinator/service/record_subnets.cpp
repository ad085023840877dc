// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/record_subnets.h"

#include <algorithm>

#include "coordinator/service/resolve.h"
#include "coordinator/service/subnet_rules.h"

namespace weft::coordinator {
namespace {

using schema::AddressPool;
using schema::Record;
using schema::Subnet;

std::string zone_text(const std::string& zone) { return zone.empty() ? "any zone" : "zone " + zone; }

Result<void> check_further(const Record& record, const Subnet& subnet) {
    if (subnet.id == record.subnet)
        return invalid("subnets", "subnet " + subnet.name + " is its first one already");
    if (std::ranges::count(record.subnets, subnet.id) > 1)
        return invalid("subnets", "subnet " + subnet.name + " is given twice");
    if (subnet.partition != record.partition)
        return invalid("subnets", "subnet " + subnet.name + " is in another partition");
    if (subnet.zone != record.zone)
        return invalid("subnets", "subnet " + subnet.name + " is in " + zone_text(subnet.zone) +
                                      ", the record in " + zone_text(record.zone));
    return {};
}

// Of the record's partition; another's, or none at all, is an error naming the field.
template <class T>
Result<Ptr<T>> pool_of(const Context& context, const Record& record, Id pool, std::string_view field) {
    if (!pool) return Ptr<T>{};
    auto found = context.cloud.find<T>(pool);
    if (!found || found->partition != record.partition)
        return invalid(std::string(field),
                       "its partition has no " + std::string(field) + ' ' + to_string(pool));
    return found;
}

bool reaches_into(const AddressPool& pool, const Subnet& subnet) {
    return std::ranges::any_of(pool.ranges,
                               [&](const Prefix& part) { return range_of(subnet, part).cidr != Prefix{}; });
}

// From the pool, unless that has ranges in others of the record's subnets alone.
Result<std::vector<Address>> choose_in(const Context& context, const Subnets& subnets, const Subnet& subnet,
                                       const Ptr<AddressPool>& pool) {
    const auto elsewhere = [&](const auto& other) { return reaches_into(*pool, *other); };
    if (!pool || (!reaches_into(*pool, subnet) && std::ranges::any_of(subnets, elsewhere)))
        return context.chooser.addresses(context.cloud, subnet);
    return context.chooser.addresses(context.cloud, subnet, *pool);
}

std::vector<Address> those_in(const Subnet& subnet, const std::vector<Address>& addresses) {
    std::vector<Address> out;
    std::ranges::copy_if(addresses, std::back_inserter(out),
                         [&](const Address& address) { return range_of(subnet, address).cidr != Prefix{}; });
    return out;
}

std::string all_cidrs(const Subnets& subnets) {
    std::string out;
    for (const auto& subnet : subnets) out += (out.empty() ? "" : " or ") + cidrs_text(*subnet);
    return out;
}

// What lies in a subnet that is taken away.
template <class T>
Result<void> check_left(const Context& context, const Record& before, const Record& record,
                        const std::vector<T>& kept) {
    for (const Id id : before.subnets) {
        const auto subnet = uses(record, id) ? nullptr : context.cloud.find<Subnet>(id);
        for (const auto& one : kept)
            if (subnet && range_of(*subnet, one).cidr)
                return conflict("subnets", to_string(one) + " is of subnet " + subnet->name +
                                               ", which the record needs as long as it has that");
    }
    return {};
}

Result<void> check_address(const Context& context, const Subnets& subnets, const Record& record,
                           const Address& address) {
    const auto text = to_string(address);
    const auto subnet = holding(subnets, address);
    if (!subnet) return invalid("addresses", "'" + text + "' is not inside " + all_cidrs(subnets));
    const auto range = range_of(*subnet, address);
    if (address == range.router) return invalid("addresses", text + " is the router of " + subnet->name);
    if (!is_assignable(*subnet, address))
        return invalid("addresses",
                       text + " is the network or broadcast address of " + to_string(range.cidr));
    if (std::count(record.addresses.begin(), record.addresses.end(), address) > 1)
        return invalid("addresses", text + " is given twice");
    if (const auto prefix = context.cloud.delegated_around(subnet->id, address))
        return conflict("addresses", text + " is inside " + to_string(prefix) + ", which is delegated");
    const auto taken = context.cloud.record_at(subnet->id, address);
    if (taken && taken->id != record.id)
        return conflict("addresses", text + " is taken by record " +
                                         (may_see(context.cloud, context.principal, Object{taken})
                                              ? taken->name
                                              : std::string("of another principal")));
    return {};
}

}  // namespace

Result<Subnets> further_subnets(const Context& context, const Record& before, const Record& record,
                                Draft& draft) {
    Subnets further;
    for (const Id id : record.subnets) {
        const bool had = std::ranges::count(before.subnets, id) != 0;
        auto subnet = had ? context.cloud.find<Subnet>(id) : nullptr;
        if (!subnet) {
            WEFT_TRY(subnet, resolve<Subnet>(context.cloud, context.principal, to_string(id), "subnets"));
            draft.rely(subnet->id);
        }
        WEFT_CHECK(check_further(record, *subnet));
        further.push_back(subnet);
    }
    return further;
}

Result<void> take_addresses(const Context& context, const Subnets& subnets, const Record& before,
                            Record& record, Draft& draft) {
    WEFT_TRY(const auto pool, pool_of<schema::Pool>(context, record, record.pool, "pool"));
    WEFT_TRY(const auto addresses,
             pool_of<AddressPool>(context, record, record.address_pool, "address-pool"));
    if (pool) draft.rely(pool->id);
    if (addresses) draft.rely(addresses->id);
    const bool all = record.addresses.empty();
    for (const auto& subnet : subnets) {
        if (!those_in(*subnet, record.addresses).empty()) continue;
        auto some = all ? std::vector<Address>{} : those_in(*subnet, before.addresses);
        if (some.empty()) {
            WEFT_TRY(some, choose_in(context, subnets, *subnet, addresses));
        }
        const bool first = subnet == subnets.front();
        record.addresses.insert(first ? record.addresses.begin() : record.addresses.end(), some.begin(),
                                some.end());
    }
    return {};
}

Result<void> check_addresses(const Context& context, const Subnets& subnets, const Record& before,
                             const Record& record) {
    WEFT_CHECK(check_left(context, before, record, record.addresses));
    WEFT_CHECK(check_left(context, before, record, record.prefixes));
    for (const auto& address : record.addresses) WEFT_CHECK(check_address(context, subnets, record, address));
    return {};
}

}  // namespace weft::coordinator
