// SPDX-License-Identifier: Apache-2.0
// create, modify and remove: from the kind of a request to the noun's file.
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

Error no_such_verb(std::string_view verb, Kind kind) {
    return {ErrorCode::unsupported,
            std::string(verb) + " is not possible for kind '" + std::string(to_string(kind)) + "'", "kind",
            0};
}

}  // namespace

Result<Plan> create(const Context& context, const wire::CreateRequest& request) {
    if (!request.subnets.empty() && request.kind != Kind::partition)
        return invalid("subnets", "only a partition is created with subnets");
    if (!request.instance.empty() && request.kind != Kind::record)
        return invalid("instance", "only a record is created attached");
    if (request.instance.empty() &&
        !(request.device.empty() && request.netns.empty() && request.rules.empty()))
        return invalid("instance", "is missing: a device or rules are for an attachment");
    switch (request.kind) {
        case Kind::partition: return create_partition(context, request);
        case Kind::security_group: return create_group(context, request);
        case Kind::network_acl: return create_acl(context, request);
        case Kind::route_table: return create_route_table(context, request);
        case Kind::pool: return create_pool(context, request);
        case Kind::address_pool: return create_address_pool(context, request);
        case Kind::subnet: return create_subnet(context, request);
        case Kind::host: return create_host(context, request);
        case Kind::instance: return create_instance(context, request);
        case Kind::record: return create_record(context, request);
        case Kind::access_key: return create_key(context, request);
        case Kind::scaling_rule: return create_scaling_rule(context, request);
        default: return no_such_verb("create", request.kind);
    }
}

Result<Plan> modify(const Context& context, const wire::ModifyRequest& request) {
    if (request.kind == Kind::operation || request.kind == Kind::tag)
        return no_such_verb("modify", request.kind);
    WEFT_TRY(const auto object, resolve(context.cloud, context.principal, request.kind, request.ref));
    WEFT_CHECK(permit_some(context.cloud, context.principal, Verb::modify, object));
    WEFT_CHECK(check_generation(context.options, object));
    if (const auto p = as<schema::Partition>(object)) return modify_partition(context, *p, request.patch);
    if (const auto g = as<schema::SecurityGroup>(object)) return modify_group(context, *g, request.patch);
    if (const auto n = as<schema::NetworkAcl>(object)) return modify_acl(context, *n, request.patch);
    if (const auto t = as<schema::RouteTable>(object)) return modify_route_table(context, *t, request.patch);
    if (const auto p = as<schema::Pool>(object)) return modify_pool(context, *p, request.patch);
    if (const auto p = as<schema::AddressPool>(object))
        return modify_address_pool(context, *p, request.patch);
    if (const auto s = as<schema::Subnet>(object)) return modify_subnet(context, *s, request.patch);
    if (const auto h = as<schema::Host>(object)) return modify_host(context, *h, request.patch);
    if (const auto i = as<schema::Instance>(object)) return modify_instance(context, *i, request.patch);
    if (const auto r = as<schema::Record>(object)) return modify_record(context, *r, request.patch);
    if (const auto a = as<schema::Attachment>(object)) return modify_attachment(context, *a, request.patch);
    if (const auto k = as<schema::AccessKey>(object)) return modify_key(context, *k, request.patch);
    if (const auto s = as<schema::ScalingRule>(object))
        return modify_scaling_rule(context, *s, request.patch);
    return no_such_verb("modify", request.kind);
}

Result<Plan> remove(const Context& context, const wire::RemoveRequest& request) {
    if (request.kind == Kind::operation || request.kind == Kind::tag || request.kind == Kind::attachment)
        return no_such_verb("remove", request.kind);
    WEFT_TRY(const auto object, resolve(context.cloud, context.principal, request.kind, request.ref));
    WEFT_CHECK(context.permit(Verb::remove, object));
    WEFT_CHECK(check_generation(context.options, object));
    if (const auto p = as<schema::Partition>(object)) return remove_partition(context, *p);
    if (const auto g = as<schema::SecurityGroup>(object)) return remove_group(context, *g);
    if (const auto n = as<schema::NetworkAcl>(object)) return remove_acl(context, *n);
    if (const auto t = as<schema::RouteTable>(object)) return remove_route_table(context, *t);
    if (const auto p = as<schema::Pool>(object)) return remove_pool(context, *p);
    if (const auto p = as<schema::AddressPool>(object)) return remove_address_pool(context, *p);
    if (const auto s = as<schema::Subnet>(object)) return remove_subnet(context, *s);
    if (const auto h = as<schema::Host>(object)) return remove_host(context, *h);
    if (const auto i = as<schema::Instance>(object)) return remove_instance(context, *i);
    if (const auto r = as<schema::Record>(object)) return remove_record(context, *r);
    if (const auto k = as<schema::AccessKey>(object)) return remove_key(context, *k);
    if (const auto s = as<schema::ScalingRule>(object)) return remove_scaling_rule(context, *s);
    return no_such_verb("remove", request.kind);
}

}  // namespace weft::coordinator
