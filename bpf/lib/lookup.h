/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lookups by (GNI, address) and by next hop. */
#pragma once

#include "lib/maps.h"
#include "lib/packet.h"

/* Whose delegated prefix the address is in. */
INLINE struct weft_local* find_local_prefix(const struct weft_overlay_key* key) {
    const struct weft_overlay_prefix prefix = {
        .prefixlen = WEFT_GNI_BITS + 128,
        .gni = key->gni,
        .address = key->address,
    };
    return bpf_map_lookup_elem(&WEFT_LOCAL_PREFIX_MAP, &prefix);
}

INLINE struct weft_local* find_local(const struct weft_overlay_key* key) {
    struct weft_local* local = bpf_map_lookup_elem(&WEFT_LOCAL_MAP, key);
    return local ? local : find_local_prefix(key);
}

INLINE struct weft_local* find_station(__u32 gni, const void* mac, __u16 subnet) {
    struct weft_station_key key = {.gni = gni, .subnet = subnet};
    copy_mac(key.mac, mac);
    return bpf_map_lookup_elem(&WEFT_STATION_MAP, &key);
}

INLINE struct weft_mapping* find_mapping(const struct weft_overlay_key* key) {
    struct weft_mapping* mapping = bpf_map_lookup_elem(&WEFT_MAPPING_MAP, key);
    if (mapping) return mapping;
    struct weft_overlay_prefix prefix = {
        .prefixlen = WEFT_GNI_BITS + 128,
        .gni = key->gni,
        .address = key->address,
    };
    return bpf_map_lookup_elem(&WEFT_MAPPING_PREFIX_MAP, &prefix);
}

INLINE struct weft_route* find_route(__u32 table, const struct weft_address* address) {
    struct weft_route_key key = {
        .prefixlen = WEFT_TABLE_BITS + 128,
        .table = table,
        .address = *address,
    };
    return bpf_map_lookup_elem(&WEFT_ROUTE_MAP, &key);
}

/* A record's own routes precede its subnet's table (requirement 5.4), but routers stay where they are. */
INLINE struct weft_route* find_own_route(__u32 own_table, __u32* table, const struct weft_address* address) {
    struct weft_route* own = own_table ? find_route(own_table, address) : 0;
    struct weft_route* route = find_route(*table, address);
    if (!own || (route && route->target == WEFT_ROUTE_ROUTER)) return route;
    *table = own_table;
    return own;
}

INLINE __u64 own_host(void) {
    __u32 zero = 0;
    const struct weft_config* config = bpf_map_lookup_elem(&WEFT_CONFIG_MAP, &zero);
    return config ? config->host : 0;
}
