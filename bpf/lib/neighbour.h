/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who has an address, as the asking record is to see it: for ARP and neighbour discovery. */
#pragma once

#include "lib/lookup.h"
#include "lib/step.h"

/* The MAC of an address; 0 if nobody has it. */
INLINE int find_neighbour(const struct step* s, const struct weft_overlay_key* key, __u8* mac) {
    if (same_address(&key->address, &s->router)) {
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
