// SPDX-License-Identifier: Apache-2.0
// The verbs, one noun or verb a file. Each authorises, validates with the offending field, and answers what
// it would change; nothing is changed here.
#pragma once

#include "coordinator/service/plan.h"
#include "weft/wire/message/attach_request.h"
#include "weft/wire/message/lifecycle_request.h"
#include "weft/wire/message/object_request.h"

namespace weft::coordinator {

// By request.kind.
[[nodiscard]] Result<Plan> create(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> modify(const Context& context, const wire::ModifyRequest& request);
[[nodiscard]] Result<Plan> remove(const Context& context, const wire::RemoveRequest& request);

[[nodiscard]] Result<Plan> create_partition(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_group(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_acl(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_route_table(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_pool(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_address_pool(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_subnet(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_host(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_instance(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_record(const Context& context, const wire::CreateRequest& request);
// Plan::secret is what goes with the key, told this once.
[[nodiscard]] Result<Plan> create_key(const Context& context, const wire::CreateRequest& request);
[[nodiscard]] Result<Plan> create_scaling_rule(const Context& context, const wire::CreateRequest& request);

[[nodiscard]] Result<Plan> modify_partition(const Context& context, const schema::Partition& partition,
                                            const Bytes& patch);
[[nodiscard]] Result<Plan> modify_group(const Context& context, const schema::SecurityGroup& group,
                                        const Bytes& patch);
[[nodiscard]] Result<Plan> modify_acl(const Context& context, const schema::NetworkAcl& acl,
                                      const Bytes& patch);
[[nodiscard]] Result<Plan> modify_route_table(const Context& context, const schema::RouteTable& table,
                                              const Bytes& patch);
[[nodiscard]] Result<Plan> modify_pool(const Context& context, const schema::Pool& pool, const Bytes& patch);
[[nodiscard]] Result<Plan> modify_address_pool(const Context& context, const schema::AddressPool& pool,
                                               const Bytes& patch);
[[nodiscard]] Result<Plan> modify_subnet(const Context& context, const schema::Subnet& subnet,
                                         const Bytes& patch);
[[nodiscard]] Result<Plan> modify_host(const Context& context, const schema::Host& host, const Bytes& patch);
[[nodiscard]] Result<Plan> modify_instance(const Context& context, const schema::Instance& instance,
                                           const Bytes& patch);
[[nodiscard]] Result<Plan> modify_record(const Context& context, const schema::Record& record,
                                         const Bytes& patch);
[[nodiscard]] Result<Plan> modify_attachment(const Context& context, const schema::Attachment& attachment,
                                             const Bytes& patch);
[[nodiscard]] Result<Plan> modify_key(const Context& context, const schema::AccessKey& key,
                                      const Bytes& patch);
[[nodiscard]] Result<Plan> modify_scaling_rule(const Context& context, const schema::ScalingRule& rule,
                                               const Bytes& patch);

[[nodiscard]] Result<Plan> remove_partition(const Context& context, const schema::Partition& partition);
[[nodiscard]] Result<Plan> remove_group(const Context& context, const schema::SecurityGroup& group);
[[nodiscard]] Result<Plan> remove_acl(const Context& context, const schema::NetworkAcl& acl);
[[nodiscard]] Result<Plan> remove_route_table(const Context& context, const schema::RouteTable& table);
[[nodiscard]] Result<Plan> remove_pool(const Context& context, const schema::Pool& pool);
[[nodiscard]] Result<Plan> remove_address_pool(const Context& context, const schema::AddressPool& pool);
[[nodiscard]] Result<Plan> remove_subnet(const Context& context, const schema::Subnet& subnet);
[[nodiscard]] Result<Plan> remove_host(const Context& context, const schema::Host& host);
[[nodiscard]] Result<Plan> remove_instance(const Context& context, const schema::Instance& instance);
[[nodiscard]] Result<Plan> remove_record(const Context& context, const schema::Record& record);
[[nodiscard]] Result<Plan> remove_key(const Context& context, const schema::AccessKey& key);
[[nodiscard]] Result<Plan> remove_scaling_rule(const Context& context, const schema::ScalingRule& rule);

[[nodiscard]] Result<Plan> attach(const Context& context, const wire::AttachRequest& request);
[[nodiscard]] Result<Plan> detach(const Context& context, const wire::DetachRequest& request);
[[nodiscard]] Result<Plan> move(const Context& context, const wire::MoveRequest& request);
[[nodiscard]] Result<Plan> failover(const Context& context, const wire::FailoverRequest& request);
[[nodiscard]] Result<Plan> lifecycle(const Context& context, const wire::LifecycleRequest& request);

// Puts the operation that ends when the instance has become what `after` says; `detach`: and then has no
// records.
[[nodiscard]] Id follow_lifecycle(const Context& context, const schema::Instance& after, bool detach,
                                  Draft& draft);

// What follows when all of them are detached.
struct Afterwards {
    Id then_delete{};       // record or instance
    bool terminate{false};  // and each record whose attachment says delete-on-terminate (row 2.9)
};
// Detaches these, all in one operation. Refused where a partition asks active instances to keep a record.
[[nodiscard]] Result<Plan> detach_all(const Context& context,
                                      const std::vector<Ptr<schema::Attachment>>& attachments,
                                      const Afterwards& afterwards);

// An active instance keeps a record where a partition of those it loses asks for that (row 2.10). What it
// keeps may be on the way to it, but not away from it.
[[nodiscard]] Result<void> check_keeps_record(const Context& context,
                                              const std::vector<Ptr<schema::Attachment>>& lost, Draft& draft);

// The error names the rule, as in "rules[3].ports".
[[nodiscard]] Result<void> check_attachment_rules(const std::vector<schema::SecurityRule>& rules);

// Lets the operation detach these: by next_detach, which it then goes by. Those that no host has heard of go
// at once.
void take_over(Draft& draft, schema::Operation& operation,
               const std::vector<Ptr<schema::Attachment>>& attachments);

// Adds to the plan that the record, which the draft may be making, is attached to the instance as the request
// says (row 2.1).
[[nodiscard]] Result<void> attach_to(const Context& context, const schema::Record& record,
                                     const schema::Instance& instance, const wire::AttachRequest& request,
                                     Plan& plan);
// Neither does a scaling rule refer to the object, which is about to be deleted, nor when the draft commits.
[[nodiscard]] Result<void> check_unscaled(const Context& context, Id object, Draft& draft);
// The error names the field `driver`.
[[nodiscard]] Result<void> check_driver_name(const std::string& driver);
// A detached record of the pool that fits the instance's host; exhausted when there is none (row 1.10).
[[nodiscard]] Result<Ptr<schema::Record>> free_record(const Context& context, const schema::Pool& pool,
                                                      const schema::Instance& instance);

// Deletes the record unless something holds it: an attachment that the draft leaves, or a route that names
// it.
void erase_unless_held(Draft& draft, Id record);
// The same if its attachment, which is gone, says that it goes with the instance (row 2.9).
void erase_terminated(Draft& draft, const schema::Attachment& attachment);

// Deletes a record or an instance, provided that nothing is attached to it when the draft commits.
void erase_unattached(Draft& draft, Id object);

// The plan of a changed object: nothing to write when it is as it was.
template <class T>
[[nodiscard]] Result<Plan> replace(const Context& context, Draft draft, const T& before, const T& after) {
    if (after == before)
        return already(context,
                       {context.draft(), title(context.cloud.find(after.id)) + " is already so", after.id});
    draft.put(after);
    return Plan{std::move(draft), "changed " + title(context.cloud.find(after.id)), after.id};
}

}  // namespace weft::coordinator
