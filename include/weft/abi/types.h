/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What every map shares: fixed-width types, assertions for C and C++, addresses, ids. */
#pragma once

#include <linux/types.h>

#ifdef __cplusplus
#define WEFT_ABI_ASSERT(condition) static_assert(condition, #condition)
#else
#define WEFT_ABI_ASSERT(condition) _Static_assert(condition, #condition)
#endif

#define WEFT_ABI_SIZE(type, size) WEFT_ABI_ASSERT(sizeof(struct type) == (size))
#define WEFT_ABI_OFFSET(type, field, offset) \
    WEFT_ABI_ASSERT(__builtin_offsetof(struct type, field) == (offset))

/* The name of a map as text: WEFT_MAP_NAME(WEFT_PORT_MAP) is "weft_port_v1". */
#define WEFT_STRINGIFY_(token) #token
#define WEFT_MAP_NAME(token) WEFT_STRINGIFY_(token)

/* Byte orders: addresses, as on the wire; every other integer (ids, GNIs, VLANs, ports), the host's. */

/* An IPv6 address, or an IPv4 address a.b.c.d as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). All zero: none. */
struct weft_address {
    __be32 word[4];
};
WEFT_ABI_SIZE(weft_address, 16);

/* An address as one partition sees it: the key of whatever is known by (GNI, overlay address). */
struct weft_overlay_key {
    __u32 gni;
    struct weft_address address;
};
WEFT_ABI_SIZE(weft_overlay_key, 20);

/* A prefix of a partition, for LPM maps. `prefixlen` counts from the first bit of `gni`, which always takes
 * part whole: 32 + 96 + n for an IPv4 prefix of n bits, 32 + n for IPv6. */
struct weft_overlay_prefix {
    __u32 prefixlen;
    __u32 gni;
    struct weft_address address;
};
WEFT_ABI_SIZE(weft_overlay_prefix, 24);

#define WEFT_GNI_BITS 32
#define WEFT_MAPPED_BITS 96
