// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/principal.h"

namespace weft::coordinator {
namespace {

struct Owns {
    const Cloud& cloud;
    const std::string& name;

    [[nodiscard]] bool partition(Id id) const {
        const auto found = cloud.find<schema::Partition>(id);
        return found && found->owner == name;
    }

    bool operator()(std::monostate) const { return false; }
    bool operator()(const Ptr<schema::Partition>& p) const { return p->owner == name; }
    bool operator()(const Ptr<schema::SecurityGroup>& g) const { return partition(g->partition); }
    bool operator()(const Ptr<schema::SecurityTag>& t) const { return partition(t->partition); }
    bool operator()(const Ptr<schema::NetworkAcl>& a) const { return partition(a->partition); }
    bool operator()(const Ptr<schema::RouteTable>& t) const { return partition(t->partition); }
    bool operator()(const Ptr<schema::Subnet>& s) const { return partition(s->partition); }
    bool operator()(const Ptr<schema::Host>&) const { return false; }
    bool operator()(const Ptr<schema::Instance>& i) const { return i->owner == name; }
    bool operator()(const Ptr<schema::Record>& r) const { return r->owner == name; }
    bool operator()(const Ptr<schema::Attachment>& a) const {
        const auto record = cloud.find<schema::Record>(a->record);
        const auto instance = cloud.find<schema::Instance>(a->instance);
        return (record && record->owner == name) || (instance && instance->owner == name);
    }
    bool operator()(const Ptr<schema::Operation>& o) const { return o->principal == name; }
    bool operator()(const Ptr<schema::AccessKey>& k) const { return k->user == name; }
};

}  // namespace

Result<void> may_request(const Principal& principal) {
    if (principal.role == Role::operator_ || principal.role == Role::customer) return {};
    return refused((principal.name.empty() ? "an unknown principal" : principal.name) +
                   " may not send requests");
}

bool owns(const Cloud& cloud, const Principal& principal, const Object& object) {
    if (is_null(object)) return false;
    if (principal.is_operator()) return true;
    return principal.role == Role::customer && !principal.name.empty() &&
           std::visit(Owns{cloud, principal.name}, object);
}

Result<void> operator_only(const Principal& principal, const std::string& what) {
    if (principal.is_operator()) return {};
    return refused("only the operator may " + what);
}

}  // namespace weft::coordinator
