// SPDX-License-Identifier: Apache-2.0
// launch, suspend, resume and stop (row 2.13): one path, whoever asks. The state says what the instance is to
// be. Its driver, or with none whoever runs it, follows; with one the operation ends when it has.
#include "coordinator/service/resolve.h"
#include "coordinator/service/verbs.h"

namespace weft::coordinator {
namespace {

using schema::Instance;
using schema::InstanceState;
using schema::Operation;
using wire::Lifecycle;

// The state that the request makes of the present one; none: it is so already.
Result<std::optional<InstanceState>> next_state(Lifecycle verb, const Instance& instance) {
    const auto cannot = [&](const std::string& instead) -> Error {
        return conflict("instance", "instance " + instance.name + " is " +
                                        std::string(to_string(instance.state)) + instead);
    };
    const auto state = instance.state;
    if (state == InstanceState::terminated) return cannot(", which is final");
    const bool started = state == InstanceState::running || state == InstanceState::booting;
    switch (verb) {
        case Lifecycle::launch:
            if (started) return std::optional<InstanceState>{};
            if (state == InstanceState::suspended) return cannot(": resume it");
            return std::optional{InstanceState::booting};
        case Lifecycle::suspend:
            if (state == InstanceState::suspended) return std::optional<InstanceState>{};
            if (state != InstanceState::running) return cannot(": only what runs can be suspended");
            return std::optional{InstanceState::suspended};
        case Lifecycle::resume:
            if (started) return std::optional<InstanceState>{};
            if (state == InstanceState::stopped) return cannot(": launch it");
            return std::optional{InstanceState::booting};
        case Lifecycle::stop:
            if (state == InstanceState::stopped) return std::optional<InstanceState>{};
            return std::optional{InstanceState::stopped};
    }
    return invalid("verb", "launch, suspend, resume or stop was expected");
}

Id under_way(const Cloud& cloud, Id instance) {
    for (const Id id : cloud.open_operations())
        if (const auto operation = cloud.find<Operation>(id);
            operation && operation->kind == schema::OperationKind::lifecycle &&
            operation->instance == instance)
            return id;
    return {};
}

std::string said(Lifecycle verb, const Instance& instance) {
    switch (verb) {
        case Lifecycle::launch: return "launching instance " + instance.name;
        case Lifecycle::suspend: return "suspending instance " + instance.name;
        case Lifecycle::resume: return "resuming instance " + instance.name;
        case Lifecycle::stop: return "stopping instance " + instance.name;
    }
    return {};
}

}  // namespace

Id follow_lifecycle(const Context& context, const Instance& after, bool detach, Draft& draft) {
    Operation operation;
    operation.id = new_id(Kind::operation);
    operation.kind = schema::OperationKind::lifecycle;
    operation.step = to_string(after.state);
    operation.instance = after.id;
    operation.to_host = after.host;
    operation.principal = context.principal.name;
    operation.target = after.state == InstanceState::booting ? InstanceState::running : after.state;
    operation.detach = detach;
    draft.put(operation);
    return operation.id;
}

Result<Plan> lifecycle(const Context& context, const wire::LifecycleRequest& request) {
    WEFT_TRY(const auto before,
             resolve<Instance>(context.cloud, context.principal, request.instance, "instance"));
    WEFT_CHECK(context.permit(Verb::modify, Object{before}, "state"));
    WEFT_CHECK(check_generation(context.options, Object{before}));
    if (request.detach && request.verb != Lifecycle::stop) return invalid("detach", "goes with stop alone");
    WEFT_TRY(const auto state, next_state(request.verb, *before));
    const bool detach = request.verb == Lifecycle::stop && (request.detach || before->detach_on_stop) &&
                        !context.cloud.attachments_of_instance(before->id).empty();
    if (!state && !detach)
        return already(context,
                       {context.draft(),
                        "instance " + before->name + " is already " + std::string(to_string(before->state)),
                        before->id, under_way(context.cloud, before->id)});
    Plan plan{context.draft(), said(request.verb, *before), before->id};
    auto after = *before;
    after.state = state.value_or(before->state);
    after.error.clear();
    // What the driver says of this request comes after it.
    if (state) after.reported = schema::DriverState::unknown;
    if (state && request.verb == Lifecycle::launch) after.launch_time = context.now_us;
    plan.draft.put(after);
    if (!after.driver.empty() || detach)
        plan.operation = follow_lifecycle(context, after, detach, plan.draft);
    if (!after.host) plan.notes.push_back("instance " + after.name + " has no host yet");
    return plan;
}

}  // namespace weft::coordinator
