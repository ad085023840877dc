/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* source: which hosts may send an overlay address (requirement 4.4). Presence allows; a set without a limit.
 */
#pragma once

#include "weft/abi/types.h"

#define WEFT_SOURCE_MAP weft_source_v1               /* HASH: weft_source_key -> weft_source */
#define WEFT_SOURCE_PREFIX_MAP weft_source_prefix_v1 /* LPM_TRIE: weft_source_prefix -> weft_source */
#define WEFT_ANY_SOURCE_MAP weft_any_source_v1       /* HASH: weft_any_source_key -> weft_any_source */

struct weft_source_key {
    __u64 host;
    __u32 gni;
    struct weft_address address;
    __u32 pad; /* zero */
};
WEFT_ABI_SIZE(weft_source_key, 32);

/* `prefixlen` counts from the first bit of `gni`; GNI and host always take part whole: 96 + 96 + n for an
 * IPv4 prefix of n bits, 96 + n for IPv6. */
struct weft_source_prefix {
    __u32 prefixlen;
    __u32 gni;
    __u32 host_low;
    __u32 host_high;
    struct weft_address address;
};
WEFT_ABI_SIZE(weft_source_prefix, 32);

#define WEFT_SOURCE_PREFIX_BITS 96

/* What the receiver knows of the source itself, for frameworks that do not carry it. */
struct weft_source {
    __u64 record;
    __u32 tag; /* the record's security tag */
    __u32 pad; /* zero */
};
WEFT_ABI_SIZE(weft_source, 16);

/* The host may send any source of the partition: an unchecked record or a gateway lives there. */
struct weft_any_source_key {
    __u64 host;
    __u32 gni;
    __u32 pad; /* zero */
};
WEFT_ABI_SIZE(weft_any_source_key, 16);

struct weft_any_source {
    __u32 tag; /* security tag of what has no entry of its own */
};
WEFT_ABI_SIZE(weft_any_source, 4);
