// SPDX-License-Identifier: Apache-2.0
// The map lookups of the packet path with constant keys, which always hit. Included by the floor programs;
// LOOKUPS is 0 for the floor itself and 1 to see what the lookups alone add to it.
#pragma once

#define FLOOR_MAP(name, map_type, key_bytes)   \
    struct {                                   \
        __uint(type, BPF_MAP_TYPE_##map_type); \
        __uint(max_entries, 1024);             \
        __uint(key_size, key_bytes);           \
        __uint(value_size, 8);                 \
    } name SEC(".maps")

static __attribute__((always_inline)) inline void look_up(void* map) {
    const unsigned long long key[4] = {1, 2, 3, 4};
    const unsigned long long value = 0;
    if (!bpf_map_lookup_elem(map, key)) bpf_map_update_elem(map, key, &value, BPF_ANY);
}
