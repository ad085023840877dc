/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The instances of a shared record (requirement 2.7), by the names that abi/spread.h gives them. */
#pragma once

#include "lib/lookup.h"
#include "lib/verdict.h"

INLINE const struct weft_member* find_member(__u64 record, __u32 member) {
    const struct weft_member_key key = {.record = record, .member = member};
    return bpf_map_lookup_elem(&WEFT_MEMBER_MAP, &key);
}

/* Its receiving side, if it is on this host. */
INLINE struct weft_local* find_seat(__u32 gni, __u32 member, __u16 subnet) {
    struct weft_station_key key = {.gni = gni, .subnet = subnet};
    weft_member_mac(member, key.mac);
    return bpf_map_lookup_elem(&WEFT_STATION_MAP, &key);
}

/* Whom a MAC from the wire names; 0: no member. */
INLINE __u32 named_member(const __u8* mac) {
    if (mac[0] != WEFT_MEMBER_MAC_0 || mac[1] != WEFT_MEMBER_MAC_1) return 0;
    return (__u32)mac[2] << 24 | (__u32)mac[3] << 16 | (__u32)mac[4] << 8 | mac[5];
}

/* Who of this host's members receives what came to `mac`, `shared` being what they have in common. A sender
 * that knows of no members writes the record's MAC. */
INLINE int find_member_here(const struct weft_local* shared, __u32 gni, const __u8* mac,
                            struct weft_local** found) {
    struct weft_local* seat = find_station(gni, mac, shared->subnet);
    if (!seat && same_mac(shared->mac, mac)) {
        const struct weft_member* first = find_member(shared->record, 0);
        if (first) seat = find_seat(gni, weft_member_id(first->attachment), shared->subnet);
    }
    if (!seat || seat->record != shared->record) return DROP(no_member);
    *found = seat;
    return VERDICT_NEXT;
}
