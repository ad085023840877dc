// SPDX-License-Identifier: Apache-2.0
// Ends when the instance's driver has said that it is what it was asked to be, or that it cannot; then what
// is to be detached is, by the steps of every detach.
#include "coordinator/model/workload.h"
#include "coordinator/service/operation/operation.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::DriverState;
using schema::Instance;
using schema::InstanceState;
using schema::Operation;
using schema::OperationState;

bool reached(const Instance& instance, InstanceState target) {
    if (instance.state != target) return false;
    return target == InstanceState::running || !has_workload(instance) ||
           instance.reported != DriverState::unknown;
}

}  // namespace

Next next_lifecycle(const Operation& operation, const Cloud& cloud, const HostView& hosts,
                    std::uint64_t now_us) {
    if (!operation.attachments.empty()) return next_detach(operation, cloud, hosts, now_us);
    Draft draft{cloud, now_us};
    const auto instance = cloud.find<Instance>(operation.instance);
    const std::string wanted{to_string(operation.target)};
    if (!instance) return end_operation(std::move(draft), operation, wanted + ": the instance is gone", {});
    const bool on_the_way =
        instance->state == InstanceState::booting && operation.target == InstanceState::running;
    if (instance->state != operation.target && !on_the_way)
        return end_operation(std::move(draft), operation,
                             wanted + ": " +
                                 (instance->error.empty() ? "it is " : instance->error + "; it is ") +
                                 std::string(to_string(instance->state)),
                             {});
    if (operation.target == InstanceState::terminated ? has_workload(*instance)
                                                      : !reached(*instance, operation.target))
        return Blocked{};
    Operation after = operation;
    const auto attachments = cloud.attachments_of_instance(instance->id);
    if (!operation.detach || attachments.empty()) return end_operation(std::move(draft), after, {}, wanted);
    take_over(draft, after, attachments);
    if (after.attachments.empty()) return end_operation(std::move(draft), after, {}, wanted);
    draft.put(after);
    return Advance{std::move(draft)};
}

}  // namespace weft::coordinator
