// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/scaling_place.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "coordinator/service/placement.h"
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"
#include "weft/wire/codec.h"

namespace weft::coordinator {
namespace {

using schema::Host;
using schema::Instance;
using schema::Record;
using schema::ScalingRule;

// A tap on its host, whose name nobody else has: for drivers that make no namespace.
std::string tap_of(const Instance& instance) {
    constexpr std::size_t digits = 12;  // a device's name has up to 15 characters
    const auto id = to_string(instance.id);
    return "tap" + id.substr(id.size() - digits);
}

std::string device_of(const Instance& instance) {
    return instance.netns.empty() ? tap_of(instance) : std::string{};
}

Record record_in(const Cloud& cloud, const schema::Subnet& subnet) {
    Record record;
    record.subnet = subnet.id;
    record.partition = subnet.partition;
    record.zone = subnet.zone;
    if (const auto partition = cloud.find<schema::Partition>(subnet.partition))
        record.owner = partition->owner;
    return record;
}

std::vector<Ptr<Host>> allowed_hosts(const Cloud& cloud, const ScalingRule& rule) {
    std::vector<Ptr<Host>> out;
    if (rule.hosts.empty())
        for (const auto& [id, entry] : cloud.table<Host>()) out.push_back(entry.object);
    for (const Id id : rule.hosts)
        if (auto host = cloud.find<Host>(id)) out.push_back(std::move(host));
    return out;
}

// Empty: an instance can be launched there.
std::string why_not(const Acknowledgements& hosts, const Host& host) {
    if (host.foreign) return "runs no agent";
    const auto session = hosts.session(host.id);
    if (!answers(session)) return std::string(to_string(session));
    return unusable(hosts, host);
}

struct Candidates {
    std::vector<Ptr<Host>> hosts;  // best first
    std::string others;            // why the rest are none
};

Candidates candidates(const Cloud& cloud, const Acknowledgements& hosts, const ScalingRule& rule,
                      const HostFailures& failures) {
    std::map<Id, unsigned> own;
    for (const auto& instance : cloud.instances_of_rule(rule.id)) ++own[instance->host];
    using Rank = std::tuple<unsigned, unsigned, std::size_t, std::string_view>;
    std::vector<std::pair<Rank, Ptr<Host>>> usable;
    Candidates out;
    for (const auto& host : allowed_hosts(cloud, rule)) {
        if (const auto why = why_not(hosts, *host); !why.empty()) {
            out.others += (out.others.empty() ? "" : "; ") + host->name + ": " + why;
            continue;
        }
        const auto failed = failures.find(host->id);
        usable.emplace_back(Rank{failed == failures.end() ? 0 : failed->second, own[host->id],
                                 cloud.instances_on_host(host->id).size(), host->name},
                            host);
    }
    std::ranges::sort(usable, {}, [](const auto& one) { return one.first; });
    for (auto& [rank, host] : usable) out.hosts.push_back(std::move(host));
    return out;
}

// Names of namespaces are the host's, and two owners may have instances of one name there.
std::string netns_of(const ScalingRule& rule, const std::string& suffix) {
    return rule.driver == "netns" ? "weft-" + to_string(rule.id) + suffix : std::string{};
}

// "-1" and so on: the first with which neither name is in use. One of them may be when the other is not,
// after a new name of the rule or of an instance.
std::string free_suffix(const Cloud& cloud, const ScalingRule& rule) {
    std::set<std::string> used;
    for (const auto& instance : cloud.instances_of_rule(rule.id)) used.insert(instance->netns);
    used.erase(std::string{});
    for (unsigned number = 1;; ++number) {
        auto suffix = '-' + std::to_string(number);
        if (!cloud.instance(rule.owner, rule.name + suffix) && !used.contains(netns_of(rule, suffix)))
            return suffix;
    }
}

Instance of_template(const Cloud& cloud, const ScalingRule& rule) {
    const auto suffix = free_suffix(cloud, rule);
    Instance instance;
    instance.name = rule.name + suffix;
    instance.owner = rule.owner;
    instance.driver = rule.driver;
    instance.parameters = rule.parameters;
    instance.netns = netns_of(rule, suffix);
    return instance;
}

}  // namespace

Principal acting_for(const ScalingRule& rule) { return {rule.owner, Role::customer, {}, {}, rule.id}; }

Result<void> may_use(const Cloud& cloud, const ScalingRule& rule) {
    const auto principal = acting_for(rule);
    const auto deny = [&](const std::string& field, const std::string& what) {
        return Error{ErrorCode::refused, "its owner, " + rule.owner + ", may not " + what, field, 0};
    };
    if (rule.pool) {
        const auto pool = cloud.find<schema::Pool>(rule.pool);
        if (!pool || !may_see(cloud, principal, Object{pool}))
            return deny("pool", "use pool " + (pool ? pool->name : to_string(rule.pool)));
        return {};
    }
    const auto subnet = cloud.find<schema::Subnet>(rule.subnet);
    if (!subnet || !permit_new(cloud, principal, record_in(cloud, *subnet)))
        return deny("subnet", "create records in subnet " + (subnet ? subnet->name : to_string(rule.subnet)));
    return {};
}

Result<wire::CreateRequest> another_instance(const Cloud& cloud, const Acknowledgements& hosts,
                                             const ScalingRule& rule, const HostFailures& failures) {
    WEFT_CHECK(may_use(cloud, rule));
    Chooser chooser;
    const auto principal = acting_for(rule);
    const wire::Options options;
    const Context context{cloud, hosts, chooser, principal, options, 0};
    const auto [usable, others] = candidates(cloud, hosts, rule, failures);
    if (usable.empty())
        return Error{ErrorCode::exhausted,
                     "no host can have an instance now" + (others.empty() ? "" : ": " + others), "hosts", 0};
    const auto pool = cloud.find<schema::Pool>(rule.pool);
    const auto subnet = cloud.find<schema::Subnet>(rule.subnet);
    if (subnet)
        if (auto address = chooser.addresses(cloud, *subnet); !address) return address.error();
    Result<void> last{};
    auto instance = of_template(cloud, rule);
    for (const auto& host : usable) {
        instance.host = host->id;
        if (pool) {
            const auto record = free_record(context, *pool, instance);
            last = record ? Result<void>{} : record.error();
        } else {
            last = check_placement(cloud, record_in(cloud, *subnet), *host);
        }
        if (!last) continue;
        WEFT_TRY(auto bytes, wire::encode(instance));
        return wire::CreateRequest{Kind::instance, std::move(bytes), {}, {}, {}, {}, {}};
    }
    return last.error();
}

wire::AttachRequest from_pool(const ScalingRule& rule, const Instance& instance) {
    wire::AttachRequest request;
    request.pool = to_string(rule.pool);
    request.instance = to_string(instance.id);
    request.device = device_of(instance);
    // It goes back, whatever it says for instances launched by hand.
    request.has_delete_on_terminate = true;
    return request;
}

Result<wire::CreateRequest> new_record(const Cloud& cloud, const ScalingRule& rule,
                                       const Instance& instance) {
    Record record;
    record.subnet = rule.subnet;
    record.delete_on_terminate = true;
    record.security_groups = rule.security_groups;
    const auto subnet = cloud.find<schema::Subnet>(rule.subnet);
    if (subnet && !cloud.record(subnet->partition, instance.name)) record.name = instance.name;
    WEFT_TRY(auto bytes, wire::encode(record));
    return wire::CreateRequest{Kind::record,           std::move(bytes),    {}, {},
                               to_string(instance.id), device_of(instance), {}};
}

}  // namespace weft::coordinator
