// SPDX-License-Identifier: Apache-2.0
// Hosts: declared by the operator, reported by their agents; foreign ones declared whole (row 6.9).
#include <fmt/format.h>

#include "coordinator/service/capability.h"
#include "coordinator/service/fields.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Host;

constexpr std::uint32_t least_underlay_mtu = 576;  // what every IPv4 host takes (RFC 791)

Result<void> check_underlay(const Context& context, const Host& host) {
    for (std::size_t i = 0; i < host.underlay.size(); ++i) {
        const auto& address = host.underlay[i];
        if (!address || address.is_special())
            return invalid("underlay", "'" + to_string(address) + "' is not a host's own address");
        for (std::size_t j = 0; j < i; ++j)
            if (host.underlay[j] == address)
                return invalid("underlay", to_string(address) + " is given twice");
        const auto other = context.cloud.host_at(address);
        if (other && other->id != host.id)
            return conflict("underlay", to_string(address) + " belongs to host " + other->name);
    }
    return {};
}

// What an agent would report, and what is taken to be so without a word: what every stock endpoint
// understands (RFC 7348).
Result<void> declare_abilities(Host& host) {
    if (host.capabilities.empty()) host.capabilities = {"vxlan/1"};
    WEFT_CHECK(check_capabilities(host.capabilities));
    if (host.underlay_mtu != 0 && (host.underlay_mtu < least_underlay_mtu || host.underlay_mtu > 65535))
        return invalid("underlay-mtu", fmt::format("{} is neither 0 nor {} to 65535 bytes", host.underlay_mtu,
                                                   least_underlay_mtu));
    return {};
}

// An agent's word is not the operator's to give. `fields`: those that the request would set.
Result<void> refuse_abilities(const Host& host, wire::Mask fields) {
    Result<void> outcome{};
    wire::Mask bit = 1;
    schema::for_each_field<Host>([&](const auto& field) {
        if (outcome && (fields & bit) != 0 && field.has(schema::foreign_only))
            outcome =
                invalid(std::string(field.name),
                        "can be declared for a foreign host only: the agent of " + host.name + " reports it");
        bit <<= 1;
    });
    return outcome;
}

}  // namespace

Result<Plan> create_host(const Context& context, const wire::CreateRequest& request) {
    WEFT_CHECK(permit(context.principal, Verb::create, Kind::host));
    WEFT_TRY(auto given, given_fields<Host>(request.object));
    Host& host = given.object;
    WEFT_CHECK(check_underlay(context, host));
    WEFT_CHECK(host.foreign ? declare_abilities(host) : refuse_abilities(host, given.fields));
    if (context.cloud.host(host.name)) return conflict("name", "there is a host " + host.name);
    host.id = new_id(Kind::host);
    Plan plan{context.draft(), "created host " + host.name, host.id};
    plan.draft.put(host);
    return plan;
}

Result<Plan> modify_host(const Context& context, const Host& before, const Bytes& patch) {
    WEFT_TRY(auto after, patched(context, before, patch));
    WEFT_CHECK(check_underlay(context, after));
    WEFT_CHECK(after.foreign ? declare_abilities(after)
                             : refuse_abilities(after, wire::changed_fields(after, before)));
    Draft draft = context.draft();
    if (after.zone != before.zone) {
        if (!context.cloud.attachments_on_host(after.id).empty())
            return conflict("zone", "host " + after.name + " has attachments");
        draft.unused(ClaimKind::attachment_host, after.id);
    }
    return replace(context, std::move(draft), before, after);
}

Result<Plan> remove_host(const Context& context, const Host& host) {
    const auto attachments = context.cloud.attachments_on_host(host.id);
    if (!attachments.empty())
        return conflict(
            "", "host " + host.name + " has attachments, the first is " + to_string(attachments.front()->id));
    const auto instances = context.cloud.instances_on_host(host.id);
    if (!instances.empty())
        return conflict("",
                        "host " + host.name + " has instances, the first is " + to_string(instances.front()));
    for (const auto& [id, entry] : context.cloud.table<schema::Partition>())
        for (const Id dedicated : entry.object->dedicated_hosts)
            if (dedicated == host.id)
                return conflict("", "host " + host.name + " is dedicated to partition " + entry.object->name);
    Plan plan{context.draft(), "deleted host " + host.name};
    WEFT_CHECK(check_unscaled(context, host.id, plan.draft));
    plan.draft.erase(host.id);
    plan.draft.unused(ClaimKind::attachment_host, host.id);
    plan.draft.unused(ClaimKind::instance_host, host.id);
    return plan;
}

}  // namespace weft::coordinator
