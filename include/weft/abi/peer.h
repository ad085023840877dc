/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* peer: how to send to a host. underlay: who sends from an outer address, and what is accepted from there.
 * own: the outer addresses of this host. */
#pragma once

#include "weft/abi/framework.h"
#include "weft/abi/types.h"

#define WEFT_PEER_MAP weft_peer_v1         /* HASH: host id __u64 -> weft_peer */
#define WEFT_UNDERLAY_MAP weft_underlay_v1 /* HASH: weft_address -> weft_underlay */
#define WEFT_OWN_MAP weft_own_v1           /* ARRAY of 1: weft_own */

enum weft_peer_flag {
    WEFT_PEER_IPV6 = 1 << 0, /* the underlay towards the peer is IPv6 */
};

struct weft_peer {
    struct weft_address remote;   /* the peer's underlay address */
    struct weft_address source;   /* our own, of the same family */
    struct weft_address next_hop; /* towards it; equal to `remote` when on link */
    __u32 ifindex;                /* uplink; 0: no path now */
    __u16 mtu;                    /* largest outer IP packet towards the peer */
    __u8 framework;               /* weft_framework to send with; 0: none selected */
    __u8 flags;                   /* weft_peer_flag */
};
WEFT_ABI_SIZE(weft_peer, 56);

/* One entry per underlay address of each peer. */
struct weft_underlay {
    __u64 host;
    __u64 former_deadline; /* CLOCK_BOOTTIME ns until which `former` is accepted too; 0: without end */
    __u32 accepted;        /* mask of frameworks negotiated for this direction */
    __u32 former;          /* mask of frameworks accepted before a switch */
};
WEFT_ABI_SIZE(weft_underlay, 24);

/* Unused entries are zero. */
#define WEFT_OWN_ADDRESSES 4
struct weft_own {
    __be32 v4[WEFT_OWN_ADDRESSES];
    struct weft_address v6[WEFT_OWN_ADDRESSES];
};
WEFT_ABI_SIZE(weft_own, 80);
