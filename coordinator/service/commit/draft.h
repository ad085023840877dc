// SPDX-License-Identifier: Apache-2.0
// What a verb or an operation's step wants to change: typed, against the cloud as it is now. Becomes a
// transaction whose claims follow from the objects, and the changes the cloud applies once it is durable.
#pragma once

#include <map>

#include "coordinator/model/cloud.h"
#include "coordinator/store/repository.h"

namespace weft::coordinator {

class Draft {
public:
    Draft(const Cloud& cloud, std::uint64_t now_us) : cloud_(&cloud), now_us_(now_us) {}

    // Creates or replaces; generation and, at creation, create time are set here.
    template <class T>
    void put(T object) {
        const Id id = object.id;
        if (const auto before = cloud_->find<T>(id)) {
            object.generation = before->generation + 1;
            object.create_time = before->create_time;
        } else {
            object.generation = 1;
            object.create_time = now_us_;
        }
        changes_[order_of(id)] = {id, cloud_->find(id), Ptr<T>{std::make_shared<T>(std::move(object))}};
    }
    void erase(Id id);
    // The object must still have the generation it has now when this commits.
    void rely(Id id) { relied_on_.push_back(id); }
    // Nothing may hold a claim of this kind in the scope of `id` when this commits.
    void unused(ClaimKind kind, Id id) { unused(kind, to_string(id)); }
    void unused(ClaimKind kind, std::string scope) { unused_.push_back({kind, std::move(scope)}); }
    void add_claim(Claim claim) { extra_added_.push_back(std::move(claim)); }
    void release_claim(Claim claim) { extra_released_.push_back(std::move(claim)); }

    // With the changes of this draft; null when it is erased.
    template <class T>
    [[nodiscard]] Ptr<T> find(Id id) const {
        const auto at = changes_.find(order_of(id));
        return at == changes_.end() ? cloud_->find<T>(id) : as<T>(at->second.after);
    }
    [[nodiscard]] bool empty() const noexcept {
        return changes_.empty() && extra_added_.empty() && extra_released_.empty();
    }
    // Without the changes of this draft.
    [[nodiscard]] const Cloud& cloud() const noexcept { return *cloud_; }
    [[nodiscard]] std::uint64_t now_us() const noexcept { return now_us_; }
    // Creations and replacements from partitions down to operations, then deletions the other way.
    [[nodiscard]] std::vector<Change> changes() const;
    // "create record r1", "change record r1: addresses, mac", "delete record r1".
    [[nodiscard]] std::vector<std::string> describe() const;
    // Without audit rows and token. Fails when an object is too large to store.
    [[nodiscard]] Result<Transaction> transaction() const;

private:
    const Cloud* cloud_;
    std::uint64_t now_us_;
    std::map<std::pair<unsigned, std::uint64_t>, Change> changes_;
    std::vector<Id> relied_on_;
    std::vector<Unused> unused_;
    std::vector<Claim> extra_added_, extra_released_;

    [[nodiscard]] static std::pair<unsigned, std::uint64_t> order_of(Id id);
};

// "record web-1", "attachment att-00...": kind and name, or id where it has no name.
[[nodiscard]] std::string title(const Object& object);

}  // namespace weft::coordinator
