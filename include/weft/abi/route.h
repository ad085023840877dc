/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* route: the next hop of a destination, longest prefix first. route_hops: the next hops that share a prefix.
 */
#pragma once

#include "weft/abi/types.h"

#define WEFT_ROUTE_MAP weft_route_v2           /* LPM_TRIE: weft_route_key -> weft_route */
#define WEFT_ROUTE_HOPS_MAP weft_route_hops_v1 /* HASH: weft_route_key -> weft_route_hops */

/* `prefixlen` counts from the first bit of `table`, which always takes part whole: 32 + 96 + n for an IPv4
 * prefix of n bits, 32 + n for IPv6. */
struct weft_route_key {
    __u32 prefixlen;
    __u32 table;
    struct weft_address address;
};
WEFT_ABI_SIZE(weft_route_key, 24);

#define WEFT_TABLE_BITS 32

enum weft_route_target {
    WEFT_ROUTE_LOCAL = 1,     /* inside the partition: the destination itself is the next hop */
    WEFT_ROUTE_ROUTER = 2,    /* a phantom router's own address */
    WEFT_ROUTE_RECORD = 3,    /* a record (appliance): `next_hop` is its address */
    WEFT_ROUTE_BLACKHOLE = 4, /* dropped, with its own reason */
    WEFT_ROUTE_RECORDS = 5,   /* one of several, by flow: `next_hop` is the route's own prefix */
    WEFT_ROUTE_PARTITION = 6, /* the destination itself, in the partition `gni` */
};

struct weft_route {
    __u32 target;                 /* weft_route_target */
    __u32 prefixlen;              /* of the key */
    struct weft_address next_hop; /* zero unless the target is one record or several */
    __u32 gni;                    /* zero unless the target is a partition */
};
WEFT_ABI_SIZE(weft_route, 28);

#define WEFT_ROUTE_HOPS 16
#define WEFT_ROUTE_SLOTS_BITS 10
#define WEFT_ROUTE_SLOTS (1 << WEFT_ROUTE_SLOTS_BITS)

/* A flow's hash names a slot, the slot a hop. User space gives the slot of a hop that is gone to the others
 * and touches no other slot. One value, replaced whole. */
struct weft_route_hops {
    __u8 slot[WEFT_ROUTE_SLOTS]; /* index into `hop` */
    struct weft_address hop[WEFT_ROUTE_HOPS];
};
WEFT_ABI_SIZE(weft_route_hops, 1280);
