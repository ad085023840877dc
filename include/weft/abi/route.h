/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* route: the next hop of a destination, longest prefix first. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_ROUTE_MAP weft_route_v1 /* LPM_TRIE: weft_route_key -> weft_route */

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
};

struct weft_route {
    __u32 target;                 /* weft_route_target */
    __u32 flags;                  /* zero */
    struct weft_address next_hop; /* zero unless the target is a record */
};
WEFT_ABI_SIZE(weft_route, 24);
