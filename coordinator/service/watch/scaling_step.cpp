// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/watch/scaling_step.h"

#include <algorithm>
#include <tuple>

#include "coordinator/model/workload.h"

namespace weft::coordinator {
namespace {

using schema::Instance;
using schema::InstanceState;
using schema::ScalingRule;
using What = ScalingStep::What;

constexpr std::uint64_t patience_us = 10'000'000;

Ptr<schema::Operation> operation_of(const Cloud& cloud, Id instance) {
    for (const Id id : cloud.open_operations())
        if (auto operation = cloud.find<schema::Operation>(id); operation && operation->instance == instance)
            return operation;
    return nullptr;
}

bool is_over(const Cloud& cloud, const Instance& instance) {
    return !has_workload(instance) && cloud.attachments_of_instance(instance.id).empty() &&
           !operation_of(cloud, instance.id);
}

// Its name and its record are soon free for another one.
bool is_ending(const Cloud& cloud, const Instance& instance, std::uint64_t now_us) {
    const auto operation = operation_of(cloud, instance.id);
    return operation && now_us < operation->create_time + patience_us;
}

// It was made, and whoever made it ended before it was launched.
bool is_new(const Instance& instance) {
    return instance.launch_time == 0 && instance.state == InstanceState::stopped;
}

// Who stopped or suspended it by hand wants it so: it counts.
std::string failure(const Instance& instance, const HostLoss& loss) {
    if (instance.state == InstanceState::stopped && !instance.error.empty())
        return "instance " + instance.name + " failed: " + instance.error;
    if (const auto why = loss(instance.host); !why.empty())
        return "instance " + instance.name + " is lost: " + why;
    return {};
}

bool is_up(const Instance& instance) {
    return instance.state == InstanceState::running || instance.state == InstanceState::booting;
}

}  // namespace

std::vector<Ptr<Instance>> oldest_first(std::vector<Ptr<Instance>> instances) {
    // Of those made at the same time, web-9 is older than web-10.
    std::ranges::sort(instances, {}, [](const Ptr<Instance>& instance) {
        return std::tuple{instance->create_time, instance->name.size(), instance->name};
    });
    return instances;
}

ScalingStep next_scaling_step(const Cloud& cloud, const ScalingRule& rule, const HostLoss& loss,
                              std::uint64_t now_us) {
    std::vector<Ptr<Instance>> present, ending;
    for (auto& instance : oldest_first(cloud.instances_of_rule(rule.id))) {
        if (instance->state != InstanceState::terminated)
            present.push_back(std::move(instance));
        else if (is_over(cloud, *instance))
            return {What::forget, instance};
        else
            ending.push_back(std::move(instance));
    }
    for (const auto& instance : present)
        if (auto why = failure(*instance, loss); !why.empty())
            return {What::terminate, instance, std::move(why)};
    if (present.size() > rule.desired) return {What::terminate, present.back()};
    for (const auto& instance : present)
        if (is_new(*instance))
            return {cloud.attachments_of_instance(instance->id).empty() ? What::attach : What::launch,
                    instance};
    if (present.size() < rule.desired) {
        const bool soon = std::ranges::any_of(ending, [&](const auto& instance) {
            return loss(instance->host).empty() && is_ending(cloud, *instance, now_us);
        });
        return {soon ? What::wait : What::create};
    }
    bool booting = false;
    for (const auto& instance : present) {
        booting = booting || instance->state == InstanceState::booting;
        if (is_up(*instance) && cloud.attachments_of_instance(instance->id).empty())
            return {What::attach, instance, "instance " + instance->name + " lost its record"};
    }
    return {booting ? What::wait : What::settled};
}

}  // namespace weft::coordinator
