// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/permit.h"

#include <algorithm>

namespace weft::coordinator {
namespace {

using permission::Who;

struct Relations {
    const Cloud& cloud;
    const Principal& principal;

    [[nodiscard]] bool is(const std::string& name) const {
        return principal.role == Role::customer && !name.empty() && name == principal.name;
    }
    [[nodiscard]] unsigned owner(const std::string& name) const {
        return is(name) ? permission::owner : permission::nobody;
    }
    [[nodiscard]] unsigned listed(const std::vector<std::string>& entries, unsigned who) const {
        return is_listed(entries, principal) ? who : unsigned{permission::nobody};
    }
    [[nodiscard]] unsigned inside(Id partition) const {
        const auto found = cloud.find<schema::Partition>(partition);
        return found ? owner(found->owner) : 0;
    }
    [[nodiscard]] unsigned record(const schema::Record& r) const {
        return owner(r.owner) | listed(r.attachers, permission::attachers) |
               listed(r.detachers.empty() ? r.attachers : r.detachers, permission::detachers) |
               listed(r.ip_setters, permission::ip_setters) | listed(r.modifiers, permission::modifiers);
    }
    [[nodiscard]] unsigned instance_of(const schema::Attachment& a) const {
        const auto instance = cloud.find<schema::Instance>(a.instance);
        return instance && is(instance->owner) ? permission::instance_owner : permission::nobody;
    }

    unsigned operator()(std::monostate) const { return 0; }
    unsigned operator()(const Ptr<schema::Partition>& p) const { return owner(p->owner); }
    unsigned operator()(const Ptr<schema::SecurityGroup>& g) const { return inside(g->partition); }
    unsigned operator()(const Ptr<schema::SecurityTag>& t) const { return inside(t->partition); }
    unsigned operator()(const Ptr<schema::NetworkAcl>& a) const { return inside(a->partition); }
    unsigned operator()(const Ptr<schema::RouteTable>& t) const { return inside(t->partition); }
    unsigned operator()(const Ptr<schema::Pool>& p) const { return inside(p->partition); }
    // Public ones are the operator's.
    unsigned operator()(const Ptr<schema::AddressPool>& p) const { return inside(p->partition); }
    unsigned operator()(const Ptr<schema::Subnet>& s) const { return inside(s->partition); }
    unsigned operator()(const Ptr<schema::Host>&) const { return 0; }
    unsigned operator()(const Ptr<schema::Instance>& i) const {
        unsigned who = owner(i->owner) | listed(i->attachers, permission::attachers);
        for (const auto& attachment : cloud.attachments_of_instance(i->id))
            if (const auto attached = cloud.find<schema::Record>(attachment->record);
                attached && is(attached->owner))
                who |= permission::record_owner;
        if (principal.scaling_rule && i->scaling_rule == principal.scaling_rule)
            who |= permission::scaling_rule;
        return who;
    }
    unsigned operator()(const Ptr<schema::Record>& r) const {
        unsigned who = record(*r);
        for (const auto& attachment : cloud.attachments_of_record(r->id)) who |= instance_of(*attachment);
        return who;
    }
    unsigned operator()(const Ptr<schema::Attachment>& a) const {
        const auto attached = cloud.find<schema::Record>(a->record);
        return (attached ? record(*attached) : 0) | instance_of(*a);
    }
    unsigned operator()(const Ptr<schema::Operation>& o) const { return owner(o->principal); }
    unsigned operator()(const Ptr<schema::AccessKey>& k) const { return owner(k->user); }
    unsigned operator()(const Ptr<schema::ScalingRule>& r) const { return owner(r->owner); }
};

Kind kind_of(const Object& object) {
    return std::visit(
        []<class P>(const P&) {
            if constexpr (std::is_same_v<P, std::monostate>)
                return Kind::none;
            else
                return schema::Schema<std::remove_const_t<typename P::element_type>>::kind;
        },
        object);
}

Error not_for(const permission::Permission& row, std::string_view field) {
    auto error = refused("only " + permission::in_words(row.who) + " may " + std::string(row.does));
    error.field = field;
    return error;
}

unsigned role_bits(const Principal& principal) {
    if (principal.is_operator()) return permission::the_operator;
    return principal.role == Role::customer ? permission::customer : permission::nobody;
}

Result<void> judge(unsigned who, Verb verb, Kind noun, std::string_view field) {
    const auto* row = permission::find(verb, noun, field);
    if (row == nullptr)
        return Error{ErrorCode::unsupported,
                     std::string(permission::to_string(verb)) + " is not possible for kind '" +
                         std::string(to_string(noun)) + "'",
                     "kind", 0};
    if ((row->who & who) != 0) return {};
    return not_for(*row, field);
}

}  // namespace

unsigned relations(const Cloud& cloud, const Principal& principal, const Object& object) {
    if (is_null(object)) return permission::nobody;
    if (principal.role == Role::host) {
        const auto host = as<schema::Host>(object);
        return host && host->id == principal.host ? permission::the_host : permission::nobody;
    }
    const auto bits = role_bits(principal);
    // The operator may do everything: what else it is does not matter.
    return bits == permission::customer ? bits | std::visit(Relations{cloud, principal}, object) : bits;
}

bool may_see(const Cloud& cloud, const Principal& principal, const Object& object) {
    const auto* row = permission::find(Verb::see, kind_of(object));
    return row != nullptr && (row->who & relations(cloud, principal, object)) != 0;
}

Result<void> permit(const Cloud& cloud, const Principal& principal, Verb verb, const Object& object,
                    std::string_view field) {
    return judge(relations(cloud, principal, object), verb, kind_of(object), field);
}

Result<void> permit_some(const Cloud& cloud, const Principal& principal, Verb verb, const Object& object) {
    const auto who = relations(cloud, principal, object);
    const auto noun = kind_of(object);
    const auto lets = [&](const permission::Permission& row) {
        return row.verb == verb && row.noun == noun && (row.who & who) != 0;
    };
    if (std::ranges::any_of(permission::table(), lets)) return {};
    return judge(who, verb, noun, {});
}

Result<void> permit(const Principal& principal, Verb verb, Kind noun) {
    return judge(role_bits(principal), verb, noun, {});
}

}  // namespace weft::coordinator
