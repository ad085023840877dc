/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* spread: over which instances the flows to a shared record go (requirement 2.7). member: where each of them
 * is. A flow's entry remembers its member; the table says where a flow without one goes. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_SPREAD_MAP weft_spread_v1 /* HASH: record id __u64 -> weft_spread */
#define WEFT_MEMBER_MAP weft_member_v1 /* HASH: weft_member_key -> weft_member */

#define WEFT_SPREAD_MEMBERS 64
#define WEFT_SPREAD_BITS 10
#define WEFT_SPREAD_SLOTS (1 << WEFT_SPREAD_BITS)

/* A flow's hash names a slot, the slot a member. One value, replaced whole; a member is in `member` before a
 * slot names it, and leaves it after no slot does. */
struct weft_spread {
    __u32 member[WEFT_SPREAD_MEMBERS]; /* weft_member_id; 0: none */
    __u8 slot[WEFT_SPREAD_SLOTS];      /* index into `member` */
};
WEFT_ABI_SIZE(weft_spread, 1280);

struct weft_member_key {
    __u64 record;
    __u32 member; /* weft_member_id; 0: the first one on this host, for senders that name none */
    __u32 pad;    /* zero */
};
WEFT_ABI_SIZE(weft_member_key, 16);

struct weft_member {
    __u64 host;
    __u64 attachment;
};
WEFT_ABI_SIZE(weft_member, 16);

/* A member's name in flows and on the wire: never zero. Attachments' ids are random, so those of one record
 * differ here. */
static inline __attribute__((always_inline)) __u32 weft_member_id(__u64 attachment) {
    const __u32 low = (__u32)attachment;
    return low ? low : 1;
}

/* Between hosts a member is named by MAC: these two bytes (locally administered), then its id, the highest
 * byte first. Instances see the record's MAC. */
#define WEFT_MEMBER_MAC_0 0xde
#define WEFT_MEMBER_MAC_1 0x77

static inline __attribute__((always_inline)) void weft_member_mac(__u32 member, __u8 mac[6]) {
    mac[0] = WEFT_MEMBER_MAC_0;
    mac[1] = WEFT_MEMBER_MAC_1;
    mac[2] = (__u8)(member >> 24);
    mac[3] = (__u8)(member >> 16);
    mac[4] = (__u8)(member >> 8);
    mac[5] = (__u8)member;
}
