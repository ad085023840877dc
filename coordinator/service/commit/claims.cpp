// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/commit/claims.h"

#include <algorithm>

#include "coordinator/model/addresses.h"
#include "coordinator/model/routing.h"
#include "coordinator/model/scaled.h"

namespace weft::coordinator {
namespace {

struct Collect {
    const RecordLookup& record_of;
    const SubnetLookup& subnet_of;
    std::vector<Claim> claims{};

    void add(ClaimKind kind, std::string scope, std::string key, Id holder) {
        claims.push_back({kind, std::move(scope), std::move(key), holder});
    }

    void operator()(std::monostate) {}
    void operator()(const Ptr<schema::Partition>& p) {
        add(ClaimKind::partition_name, p->owner, p->name, p->id);
        add(ClaimKind::gni, {}, std::to_string(p->gni), p->id);
    }
    void operator()(const Ptr<schema::Subnet>& s) {
        add(ClaimKind::subnet_name, to_string(s->partition), s->name, s->id);
        add(ClaimKind::mac, to_string(s->partition), to_string(s->router_mac), s->id);
        if (s->route_table) add(ClaimKind::table_use, to_string(s->route_table), to_string(s->id), s->id);
        if (s->acl) add(ClaimKind::acl_use, to_string(s->acl), to_string(s->id), s->id);
    }
    void operator()(const Ptr<schema::SecurityGroup>& g) {
        add(ClaimKind::group_name, to_string(g->partition), g->name, g->id);
        for (const auto& rule : g->rules)
            if (rule.group && rule.group != g->id)
                add(ClaimKind::group_use, to_string(rule.group), to_string(g->id), g->id);
    }
    void operator()(const Ptr<schema::SecurityTag>& t) {
        add(ClaimKind::tag_number, {}, std::to_string(t->number), t->id);
        if (t->groups.empty()) return;
        std::string set;
        for (const Id group : t->groups) {
            set += to_string(group);
            add(ClaimKind::group_use, to_string(group), to_string(t->id), t->id);
        }
        add(ClaimKind::tag_set, to_string(t->partition), std::move(set), t->id);
    }
    void operator()(const Ptr<schema::NetworkAcl>& a) {
        add(ClaimKind::acl_name, to_string(a->partition), a->name, a->id);
    }
    void operator()(const Ptr<schema::RouteTable>& t) {
        add(ClaimKind::table_name, to_string(t->partition), t->name, t->id);
        add(ClaimKind::table_number, {}, std::to_string(t->number), t->id);
        for (const auto& route : t->routes)
            if (route.record) add(ClaimKind::route_use, to_string(route.record), to_string(t->id), t->id);
    }
    void operator()(const Ptr<schema::Pool>& p) {
        add(ClaimKind::pool_name, to_string(p->partition), p->name, p->id);
    }
    void operator()(const Ptr<schema::AddressPool>& p) {
        add(ClaimKind::address_pool_name, to_string(p->partition), p->name, p->id);
    }
    void operator()(const Ptr<schema::Host>& h) {
        add(ClaimKind::host_name, {}, h->name, h->id);
        for (const auto& address : h->underlay)
            add(ClaimKind::underlay_address, {}, to_string(address), h->id);
    }
    void operator()(const Ptr<schema::Instance>& i) {
        add(ClaimKind::instance_name, i->owner, i->name, i->id);
        if (i->host) add(ClaimKind::instance_host, to_string(i->host), to_string(i->id), i->id);
        for (const Id host : i->hosts)
            add(ClaimKind::instance_host, to_string(host), to_string(i->id), i->id);
        if (i->scaling_rule)
            add(ClaimKind::scaling_instance, to_string(i->scaling_rule), to_string(i->id), i->id);
    }
    void operator()(const Ptr<schema::Record>& r) {
        add(ClaimKind::record_name, to_string(r->partition), r->name, r->id);
        add(ClaimKind::mac, to_string(r->partition), to_string(r->mac), r->id);
        for (const auto& address : held_addresses(*r))
            add(ClaimKind::address, to_string(subnet_of(*r, address)), to_string(address), r->id);
        for (const auto& pair : r->public_addresses)
            add(ClaimKind::public_address, {}, to_string(pair.public_address), r->id);
        if (const auto number = own_table(*r))
            add(ClaimKind::table_number, {}, std::to_string(number), r->id);
        for (const auto& route : r->routes)
            if (route.record) add(ClaimKind::route_use, to_string(route.record), to_string(r->id), r->id);
        if (r->pool) add(ClaimKind::pool_use, to_string(r->pool), to_string(r->id), r->id);
        if (r->address_pool)
            add(ClaimKind::address_pool_use, to_string(r->address_pool), to_string(r->id), r->id);
        if (r->tag != 0) add(ClaimKind::tag_use, std::to_string(r->tag), to_string(r->id), r->id);
    }
    void operator()(const Ptr<schema::Attachment>& a) {
        add(ClaimKind::attachment, to_string(a->record), to_string(a->instance), a->id);
        const auto record = record_of(a->record);
        if (record && record->exclusive) add(ClaimKind::exclusive, to_string(a->record), {}, a->id);
        add(ClaimKind::instance_attachment, to_string(a->instance), to_string(a->id), a->id);
        if (a->host) add(ClaimKind::attachment_host, to_string(a->host), to_string(a->id), a->id);
    }
    void operator()(const Ptr<schema::Operation>&) {}
    void operator()(const Ptr<schema::AccessKey>&) {}
    void operator()(const Ptr<schema::ScalingRule>& r) {
        add(ClaimKind::scaling_rule_name, r->owner, r->name, r->id);
        for (const Id used : uses(*r)) add(ClaimKind::scaling_use, to_string(used), to_string(r->id), r->id);
    }
};

}  // namespace

std::vector<Claim> claims_of(const Object& object, const RecordLookup& record_of,
                             const SubnetLookup& subnet_of) {
    Collect collect{record_of, subnet_of};
    std::visit(collect, object);
    std::sort(collect.claims.begin(), collect.claims.end());
    const auto end = std::unique(collect.claims.begin(), collect.claims.end());
    collect.claims.erase(end, collect.claims.end());
    return std::move(collect.claims);
}

}  // namespace weft::coordinator
