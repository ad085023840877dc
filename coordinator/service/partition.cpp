// SPDX-License-Identifier: Apache-2.0
// Partitions (row 1.14).
#include <algorithm>

#include "coordinator/model/addresses.h"
#include "coordinator/model/routing.h"
#include "coordinator/service/fields.h"
#include "coordinator/service/groups.h"
#include "coordinator/service/routes.h"
#include "coordinator/service/subnet_rules.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Partition;
using schema::Subnet;

Result<void> check_dedicated(const Context& context, const Partition& partition) {
    for (const Id host : partition.dedicated_hosts)
        if (!context.cloud.find<schema::Host>(host))
            return invalid("dedicated-hosts", "there is no host " + to_string(host));
    for (const auto& attachment : context.cloud.attachments_in_partition(partition.id))
        if (attachment->host && !partition.dedicated_hosts.empty() &&
            std::count(partition.dedicated_hosts.begin(), partition.dedicated_hosts.end(),
                       attachment->host) == 0)
            return conflict("dedicated-hosts", to_string(attachment->id) + " is on " +
                                                   to_string(attachment->host) + ", which is not among them");
    return {};
}

Result<void> check_peers(const Context& context, const Partition& partition, const std::vector<Id>& before) {
    for (std::size_t i = 0; i < partition.peers.size(); ++i) {
        const Id peer = partition.peers[i];
        const auto field = "peers[" + std::to_string(i) + "]";
        if (peer == partition.id) return invalid(field, "a partition is no peer of its own");
        if (std::count(partition.peers.begin(), partition.peers.end(), peer) > 1)
            return invalid(field, to_string(peer) + " is given twice");
        const bool standing = std::ranges::find(before, peer) != before.end();
        if (!standing && !context.cloud.find<Partition>(peer))
            return invalid(field, "there is no partition " + to_string(peer));
    }
    return {};
}

Result<std::vector<Subnet>> first_subnets(const Partition& partition, const std::vector<Bytes>& given) {
    if (given.empty()) return invalid("subnets", "a partition needs at least one");
    std::vector<Ptr<Subnet>> complete;
    for (const auto& bytes : given) {
        auto fields = given_fields<Subnet>(bytes, "partition");
        if (!fields) return invalid("subnets." + fields.error().field, fields.error().text);
        Subnet& subnet = fields->object;
        if (subnet.acl) return invalid("subnets.acl", "a new partition has no ACLs yet");
        if (subnet.route_table)
            return invalid("subnets.route-table", "a new partition has its main table only");
        if (subnet.partition) return invalid("subnets.partition", "is left out: it is the new one");
        subnet.partition = partition.id;
        if (auto fits = check_subnet(partition, subnet, complete); !fits) {
            auto error = fits.error();
            error.code = ErrorCode::invalid;  // the request contradicts itself
            error.field = "subnets." + error.field;
            return error;
        }
        complete_subnet(subnet);
        complete.push_back(std::make_shared<Subnet>(subnet));
    }
    std::vector<Subnet> subnets;
    for (const auto& subnet : complete) subnets.push_back(*subnet);
    return subnets;
}

}  // namespace

Result<Plan> create_partition(const Context& context, const wire::CreateRequest& request) {
    WEFT_TRY(auto given, given_fields<Partition>(request.object));
    Partition& partition = given.object;
    if (partition.owner.empty()) partition.owner = context.principal.name;
    WEFT_CHECK(context.permit_new(partition, "owner"));
    WEFT_CHECK(check_cidrs(partition.cidrs));
    if (context.cloud.partition(partition.owner, partition.name))
        return conflict("name", partition.owner + " has a partition " + partition.name);
    if (context.cloud.gni_used(partition.gni))
        return conflict("gni", std::to_string(partition.gni) + " is in use");
    partition.id = new_id(Kind::partition);
    WEFT_CHECK(check_dedicated(context, partition));
    if (partition.gni == 0) {
        WEFT_TRY(partition.gni, context.chooser.gni(context.cloud));
    }
    WEFT_TRY(auto subnets, first_subnets(partition, request.subnets));
    // The phantom router of the first subnet, where weft's own services answer.
    if (!partition.dns) partition.dns = subnets.front().router;

    WEFT_CHECK(check_peers(context, partition, {}));

    Plan plan{context.draft(), "created partition " + partition.name, partition.id};
    for (const Id host : partition.dedicated_hosts) plan.draft.rely(host);
    plan.draft.put(partition);
    plan.draft.put(default_group(partition));
    plan.draft.put(main_table(partition));
    for (const auto& subnet : subnets) plan.draft.put(subnet);
    plan.notes.push_back("GNI " + std::to_string(partition.gni) + ", route table " +
                         std::to_string(partition.gni) + ", DNS " + to_string(partition.dns) + ", group " +
                         std::string(default_group_name) + ", no gateways");
    return plan;
}

Result<Plan> modify_partition(const Context& context, const Partition& before, const Bytes& patch) {
    WEFT_TRY(const auto after, patched(context, before, patch));
    WEFT_CHECK(check_cidrs(after.cidrs));
    for (const auto& subnet : context.cloud.subnets(after.id))
        for (const auto& range : ranges_of(*subnet)) {
            const auto holds = [&](const Prefix& cidr) { return cidr.contains(range.cidr); };
            if (std::none_of(after.cidrs.begin(), after.cidrs.end(), holds))
                return conflict(
                    "cidrs", "subnet " + subnet->name + " (" + to_string(range.cidr) + ") would be outside");
        }
    WEFT_CHECK(check_dedicated(context, after));
    const auto same_name = context.cloud.partition(after.owner, after.name);
    if (same_name && same_name->id != after.id)
        return conflict("name", after.owner + " has a partition " + after.name);
    WEFT_CHECK(check_peers(context, after, before.peers));
    if (after.cidrs != before.cidrs) WEFT_CHECK(check_apart(context.cloud, after));
    Draft draft = context.draft();
    for (const Id host : after.dedicated_hosts) draft.rely(host);
    if (after.cidrs != before.cidrs)
        for (const auto& ids : {context.cloud.route_targets(after.id), context.cloud.route_origins(after.id)})
            for (const Id peer : ids)
                if (context.cloud.find<Partition>(peer)) draft.rely(peer);
    WEFT_TRY(auto plan, replace(context, std::move(draft), before, after));
    for (const Id from : context.cloud.route_origins(after.id))
        if (consents(context.cloud, after.id, from) &&
            std::ranges::find(after.peers, from) == after.peers.end())
            plan.notes.push_back("routes of " + title(context.cloud.find(from)) +
                                 " lead nowhere from now on: it is no peer any more");
    return plan;
}

Result<Plan> remove_partition(const Context& context, const Partition& partition) {
    const auto subnets = context.cloud.subnets(partition.id);
    for (const auto& subnet : subnets)
        if (!context.options.force || context.cloud.subnet_has_records(subnet->id))
            return conflict("", "partition " + partition.name + " has subnet " + subnet->name +
                                    (context.options.force ? ", which has records"
                                                           : "; delete its subnets first, or force"));
    const auto groups = context.cloud.groups(partition.id);
    const auto acls = context.cloud.acls(partition.id);
    const auto tables = context.cloud.route_tables(partition.id);
    const auto pools = context.cloud.pools(partition.id);
    const auto address_pools = context.cloud.address_pools(partition.id);
    if (!context.options.force) {
        for (const auto& table : tables)
            if (table->name != main_table_name)
                return conflict("", "partition " + partition.name + " has route table " + table->name +
                                        "; delete its route tables first, or force");
        for (const auto& group : groups)
            if (group->name != default_group_name)
                return conflict("", "partition " + partition.name + " has group " + group->name +
                                        "; delete its groups first, or force");
        if (!acls.empty())
            return conflict("", "partition " + partition.name + " has acl " + acls.front()->name +
                                    "; delete its ACLs first, or force");
        if (!pools.empty() || !address_pools.empty())
            return conflict("", "partition " + partition.name + " has " +
                                    (pools.empty() ? "address-pool " + address_pools.front()->name
                                                   : "pool " + pools.front()->name) +
                                    "; delete its pools first, or force");
    }
    Plan plan{context.draft(), "deleted partition " + partition.name};
    for (const auto& subnet : subnets) WEFT_CHECK(check_unscaled(context, subnet->id, plan.draft));
    for (const auto& pool : pools) WEFT_CHECK(check_unscaled(context, pool->id, plan.draft));
    for (const auto& group : groups) {
        plan.draft.erase(group->id);
        plan.draft.unused(ClaimKind::group_use, group->id);
    }
    for (const auto& acl : acls) plan.draft.erase(acl->id);
    for (const auto& table : tables) plan.draft.erase(table->id);
    for (const auto& pool : pools) plan.draft.erase(pool->id);
    for (const auto& pool : address_pools) plan.draft.erase(pool->id);
    for (const auto& subnet : subnets) {
        plan.draft.erase(subnet->id);
        plan.draft.unused(ClaimKind::address, subnet->id);
    }
    plan.draft.erase(partition.id);
    for (const auto kind : {ClaimKind::subnet_name, ClaimKind::group_name, ClaimKind::acl_name,
                            ClaimKind::table_name, ClaimKind::pool_name, ClaimKind::address_pool_name})
        plan.draft.unused(kind, partition.id);
    return plan;
}

}  // namespace weft::coordinator
