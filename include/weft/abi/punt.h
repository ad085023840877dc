/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* punt: what the host's agent answers itself (DHCP, router solicitations). It comes to the agent and goes
 * back through one tap device, which the agent makes in the host's network namespace and which goes when the
 * agent does. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_PUNT_DEVICE "weft-punt"

#define WEFT_PUNT_MAP weft_punt_v1 /* ARRAY of 1: weft_punt */

struct weft_punt {
    __u32 ifindex; /* of the tap; 0: the agent answers nothing */
};
WEFT_ABI_SIZE(weft_punt, 4);

/* punt_paid: record id __u64 -> CLOCK_MONOTONIC ns __u64 at which what it has punted is paid for at the
 * rate. */
#define WEFT_PUNT_PAID_MAP weft_punt_paid_v1 /* LRU_HASH, made by BPF */

#define WEFT_PUNT_RATE 4   /* packets a second of one record */
#define WEFT_PUNT_BURST 16 /* at once */

/* On the tap an untagged frame's destination MAC says which device and VLAN of the host it came from, or is
 * to go to. It is a unicast, locally administered address; all bytes in network order. */
struct weft_punt_mac {
    __be16 vlan;       /* WEFT_PUNT_VLAN_WORD */
    __be16 ifindex[2]; /* high and low half */
};
WEFT_ABI_SIZE(weft_punt_mac, 6);

#define WEFT_PUNT_MARK 0x0200
#define WEFT_PUNT_MARK_MASK 0x0f00
/* 802.1Q id, 0 untagged, to the first two bytes of the MAC and back. */
#define WEFT_PUNT_VLAN_WORD(vlan) (((vlan)&0xf00) << 4 | WEFT_PUNT_MARK | ((vlan)&0xff))
#define WEFT_PUNT_VLAN(word) (((word) >> 4 & 0xf00) | ((word)&0xff))
