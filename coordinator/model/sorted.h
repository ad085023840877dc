// SPDX-License-Identifier: Apache-2.0
// A set or map in order whose entries lie side by side in blocks of a few KB: a million entries take little
// more memory than they are long, and sorting them at once is far quicker than adding one after the other.
// Iterators and pointers end with the next change.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace weft::coordinator {

// `Traits`: the types Entry and Key, and key(entry), which orders the entries and is each one's own.
template <class Traits>
class Sorted {
public:
    using Entry = typename Traits::Entry;
    using Key = typename Traits::Key;

    class const_iterator {
    public:
        using iterator_category = std::bidirectional_iterator_tag;
        using value_type = Entry;
        using difference_type = std::ptrdiff_t;
        using pointer = const Entry*;
        using reference = const Entry&;

        const_iterator() = default;
        reference operator*() const { return (*block_)[at_]; }
        pointer operator->() const { return &**this; }
        const_iterator& operator++() {
            if (++at_ == block_->size()) {
                ++block_;
                at_ = 0;
            }
            return *this;
        }
        const_iterator operator++(int) {
            auto before = *this;
            ++*this;
            return before;
        }
        const_iterator& operator--() {
            if (at_ == 0) {
                --block_;
                at_ = block_->size();
            }
            --at_;
            return *this;
        }
        const_iterator operator--(int) {
            auto before = *this;
            --*this;
            return before;
        }
        friend bool operator==(const const_iterator&, const const_iterator&) = default;

    private:
        friend class Sorted;
        const_iterator(const std::vector<Entry>* block, std::size_t at) : block_(block), at_(at) {}

        const std::vector<Entry>* block_{nullptr};  // one past the last one: the end
        std::size_t at_{0};
    };

    [[nodiscard]] const_iterator begin() const { return {blocks_.data(), 0}; }
    [[nodiscard]] const_iterator end() const { return {blocks_.data() + blocks_.size(), 0}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    // The first entry whose key is not less than this one; the first whose key is greater.
    [[nodiscard]] const_iterator lower_bound(const Key& key) const { return iterator_at(place_of(key)); }
    [[nodiscard]] const_iterator upper_bound(const Key& key) const {
        const auto at = lower_bound(key);
        return is_at(at, key) ? std::next(at) : at;
    }
    [[nodiscard]] const_iterator find(const Key& key) const {
        const auto at = lower_bound(key);
        return is_at(at, key) ? at : end();
    }
    [[nodiscard]] bool contains(const Key& key) const { return is_at(lower_bound(key), key); }

    // Takes the place of the entry with the same key, if there is one.
    void put(Entry entry) {
        if (deferred_) return append(std::move(entry));
        const auto place = place_of(Traits::key(entry));
        if (is_at(iterator_at(place), Traits::key(entry)))
            blocks_[place.block][place.at] = std::move(entry);
        else
            insert(place, std::move(entry));
    }
    void erase(const Key& key) {
        const auto [block, at] = place_of(key);
        if (!is_at(iterator_at({block, at}), key)) return;
        auto& entries = blocks_[block];
        entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(at));
        --size_;
        if (entries.empty())
            drop_block(block);
        else if (block + 1 < blocks_.size() && entries.size() + blocks_[block + 1].size() <= most / 2)
            join(block);
    }

    // From defer() to settle() entries are only put, each key once, and nothing is asked.
    void defer() { deferred_ = true; }
    void settle() {
        deferred_ = false;
        const auto less = [](const Entry& a, const Entry& b) { return Traits::key(a) < Traits::key(b); };
        std::vector<Entry> all;
        all.reserve(size_);
        for (auto& entries : blocks_) {
            std::move(entries.begin(), entries.end(), std::back_inserter(all));
            entries = {};
        }
        if (!std::is_sorted(all.begin(), all.end(), less)) std::sort(all.begin(), all.end(), less);
        blocks_.clear();
        for (auto from = all.begin(); from != all.end();) {
            const auto to = from + std::min(static_cast<std::ptrdiff_t>(most), all.end() - from);
            blocks_.emplace_back(std::make_move_iterator(from), std::make_move_iterator(to));
            from = to;
        }
    }

private:
    static constexpr std::size_t block_bytes = 4096;
    static constexpr std::size_t most = block_bytes / sizeof(Entry);  // entries of a block

    struct Place {
        std::size_t block;
        std::size_t at;  // may be the block's size, of the last block alone
    };

    std::vector<std::vector<Entry>> blocks_;  // none is empty
    std::size_t size_{0};
    bool deferred_{false};

    [[nodiscard]] bool is_at(const const_iterator& at, const Key& key) const {
        return at != end() && !(key < Traits::key(*at));
    }
    [[nodiscard]] const_iterator iterator_at(const Place& place) const {
        if (place.block == blocks_.size() || place.at == blocks_[place.block].size()) return end();
        return {&blocks_[place.block], place.at};
    }
    // Of the first entry whose key is not less.
    [[nodiscard]] Place place_of(const Key& key) const {
        auto block = std::partition_point(blocks_.begin(), blocks_.end(), [&](const auto& entries) {
            return Traits::key(entries.back()) < key;
        });
        if (block == blocks_.end() && !blocks_.empty()) return {blocks_.size() - 1, blocks_.back().size()};
        if (block == blocks_.end()) return {0, 0};
        const auto at = std::partition_point(block->begin(), block->end(),
                                             [&](const Entry& entry) { return Traits::key(entry) < key; });
        return {static_cast<std::size_t>(block - blocks_.begin()),
                static_cast<std::size_t>(at - block->begin())};
    }

    void append(Entry entry) {
        if (blocks_.empty() || blocks_.back().size() == most) add_block(blocks_.size());
        blocks_.back().push_back(std::move(entry));
        ++size_;
    }
    void insert(Place place, Entry entry) {
        if (blocks_.empty()) return append(std::move(entry));
        if (blocks_[place.block].size() == most) place = make_room(place);
        auto& entries = blocks_[place.block];
        entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(place.at), std::move(entry));
        ++size_;
    }
    // The place again, in a block that is not full.
    Place make_room(Place place) {
        // What comes in order fills its blocks: it goes on behind the block before, or in a new one.
        if (place.at == 0 && place.block > 0 && blocks_[place.block - 1].size() < most)
            return {place.block - 1, blocks_[place.block - 1].size()};
        if (place.at == 0 || place.at == most) {
            if (place.at == most) ++place.block;
            add_block(place.block);
            return {place.block, 0};
        }
        add_block(place.block + 1);
        auto& lower = blocks_[place.block];
        auto& upper = blocks_[place.block + 1];
        const auto middle = lower.begin() + most / 2;
        upper.assign(std::make_move_iterator(middle), std::make_move_iterator(lower.end()));
        lower.erase(middle, lower.end());
        if (place.at <= most / 2) return place;
        return {place.block + 1, place.at - most / 2};
    }
    // With the block behind it.
    void join(std::size_t block) {
        auto& next = blocks_[block + 1];
        blocks_[block].insert(blocks_[block].end(), std::make_move_iterator(next.begin()),
                              std::make_move_iterator(next.end()));
        drop_block(block + 1);
    }
    void drop_block(std::size_t at) { blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(at)); }
    void add_block(std::size_t at) { blocks_.emplace(blocks_.begin() + static_cast<std::ptrdiff_t>(at)); }
};

// Entries that are their own keys.
template <class T>
struct Themselves {
    using Entry = T;
    using Key = T;
    static const Key& key(const Entry& entry) { return entry; }
};
template <class T>
using SortedSet = Sorted<Themselves<T>>;

template <class K, class V>
struct ByFirst {
    using Entry = std::pair<K, V>;
    using Key = K;
    static const Key& key(const Entry& entry) { return entry.first; }
};
template <class K, class V>
using SortedMap = Sorted<ByFirst<K, V>>;

}  // namespace weft::coordinator
