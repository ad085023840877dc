/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who has an address, as the asking record is to see it: for ARP and neighbour discovery. */
#pragma once

#include "lib/lookup.h"
#include "lib/step.h"

/* A record of several subnets may ask for the router of one in the name of its address of another. */
INLINE int is_other_router(const struct step* s, const struct weft_address* address) {
    if (!(s->flags & WEFT_PORT_SUBNETS)) return 0;
    const struct weft_route* route = find_route(s->table, address);
    return route && route->target == WEFT_ROUTE_ROUTER;
}

/* The MAC of an address; 0 if nobody has it. */
INLINE int find_neighbour(const struct step* s, const struct weft_overlay_key* key, __u8* mac) {
    if (same_address(&key->address, &s->router) || is_other_router(s, &key->address)) {
        copy_mac(mac, s->router_mac);
        return 1;
    }
    const struct weft_mapping* mapping = find_mapping(key);
    if (mapping) {
        copy_mac(mac, mapping->mac);
        return 1;
    }
    const struct weft_local* local = find_local(key);
    if (!local) return 0;
    copy_mac(mac, local->mac);
    return 1;
}
