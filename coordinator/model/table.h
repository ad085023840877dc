// SPDX-License-Identifier: Apache-2.0
// The objects of one kind, by id in order: pages of a list are stable.
#pragma once

#include "coordinator/model/object.h"
#include "coordinator/model/sorted.h"

namespace weft::coordinator {

template <class T>
class Table {
public:
    struct Entry {
        Ptr<T> object;
        Revision revision{0};  // that wrote it
    };
    using Entries = SortedMap<std::uint64_t, Entry>;

    [[nodiscard]] Ptr<T> find(Id id) const {
        const auto at = entries_.find(id.value);
        return at == entries_.end() || id.kind != schema::Schema<T>::kind ? nullptr : at->second.object;
    }
    // 0 when it does not exist.
    [[nodiscard]] Revision revision(Id id) const {
        const auto at = entries_.find(id.value);
        return at == entries_.end() ? 0 : at->second.revision;
    }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] auto begin() const { return entries_.begin(); }
    [[nodiscard]] auto end() const { return entries_.end(); }
    [[nodiscard]] auto after(Id id) const { return entries_.upper_bound(id.value); }
    [[nodiscard]] auto from(Id id) const { return entries_.lower_bound(id.value); }

    void put(Ptr<T> object, Revision revision) {
        const auto key = object->id.value;
        entries_.put({key, {std::move(object), revision}});
    }
    void erase(Id id) { entries_.erase(id.value); }

private:
    Entries entries_;
};

}  // namespace weft::coordinator
