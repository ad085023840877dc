// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/commit/draft.h"

#include <algorithm>

#include "coordinator/model/addresses.h"
#include "coordinator/service/commit/claims.h"
#include "coordinator/service/commit/usage_changes.h"
#include "weft/schema/value.h"

namespace weft::coordinator {
namespace {

// The position of the kind in schema::Objects: what refers to others comes after them.
unsigned rank(Kind kind) {
    unsigned at = 0;
    unsigned found = 0;
    schema::for_each_object([&]<class T>(std::type_identity<T>) {
        if (schema::Schema<T>::kind == kind) found = at;
        ++at;
    });
    return found;
}

template <class T>
std::string changed_names(const T& before, const T& after) {
    std::string names;
    schema::for_each_field<T>([&](const auto& field) {
        if (field.name == "generation" ||
            schema::to_value(before.*field.member) == schema::to_value(after.*field.member))
            return;
        names += (names.empty() ? "" : ", ") + std::string(field.name);
    });
    return names;
}

// Empty when nothing but the generation changes.
std::string describe_change(const Change& change) {
    if (is_null(change.before)) return "create " + title(change.after);
    if (is_null(change.after)) return "delete " + title(change.before);
    return std::visit(
        [&]<class P>(const P& after) -> std::string {
            if constexpr (std::is_same_v<P, std::monostate>) {
                return {};
            } else {
                using T = std::remove_const_t<typename P::element_type>;
                const auto names = changed_names(*as<T>(change.before), *after);
                return names.empty() ? names : "change " + title(change.after) + ": " + names;
            }
        },
        change.after);
}

}  // namespace

std::string title(const Object& object) {
    return std::visit(
        []<class P>(const P& pointer) -> std::string {
            if constexpr (std::is_same_v<P, std::monostate>) {
                return "nothing";
            } else {
                std::string kind{schema::Schema<std::remove_const_t<typename P::element_type>>::name};
                if constexpr (requires { pointer->name; })
                    return kind + ' ' + pointer->name;
                else
                    return kind + ' ' + to_string(pointer->id);
            }
        },
        object);
}

std::pair<unsigned, std::uint64_t> Draft::order_of(Id id) { return {rank(id.kind), id.value}; }

void Draft::erase(Id id) {
    auto before = cloud_->find(id);
    if (is_null(before))
        changes_.erase(order_of(id));
    else
        changes_[order_of(id)] = {id, std::move(before), {}};
}

std::vector<Change> Draft::changes() const {
    std::vector<Change> ordered;
    for (const auto& [order, change] : changes_)
        if (!is_null(change.after)) ordered.push_back(change);
    for (auto at = changes_.rbegin(); at != changes_.rend(); ++at)
        if (is_null(at->second.after)) ordered.push_back(at->second);
    return ordered;
}

std::vector<std::string> Draft::describe() const {
    std::vector<std::string> lines;
    for (const auto& change : changes())
        if (auto line = describe_change(change); !line.empty()) lines.push_back(std::move(line));
    return lines;
}

Result<Transaction> Draft::transaction() const {
    Transaction transaction;
    transaction.time_us = now_us_;
    const auto record_of = [&](Id id) {
        auto record = find<schema::Record>(id);
        return record ? record : cloud_->find<schema::Record>(id);
    };
    const auto subnet_of = [&](const schema::Record& record, const Address& address) {
        return subnet_holding(*cloud_, record, address);
    };
    const auto all = changes();
    for (const auto& change : all) {
        Write write{change.id, generation_of(change.before), generation_of(change.after), {}};
        if (!is_null(change.after)) {
            WEFT_TRY(write.blob, encode_object(change.after));
        }
        transaction.writes.push_back(std::move(write));
        const auto before = claims_of(change.before, record_of, subnet_of);
        const auto after = claims_of(change.after, record_of, subnet_of);
        std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                            std::back_inserter(transaction.claims_released));
        std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                            std::back_inserter(transaction.claims_added));
    }
    for (const Id id : relied_on_)
        if (changes_.count(order_of(id)) == 0)
            transaction.relied_on.push_back({id, generation_of(cloud_->find(id))});
    transaction.unused = unused_;
    transaction.usage = usage_changes(*this, all);
    transaction.claims_added.insert(transaction.claims_added.end(), extra_added_.begin(), extra_added_.end());
    transaction.claims_released.insert(transaction.claims_released.end(), extra_released_.begin(),
                                       extra_released_.end());
    return transaction;
}

}  // namespace weft::coordinator
