/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mapping: where an overlay address lives. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_MAPPING_MAP weft_mapping_v1               /* HASH: weft_overlay_key -> weft_mapping */
#define WEFT_MAPPING_PREFIX_MAP weft_mapping_prefix_v1 /* LPM_TRIE: weft_overlay_prefix -> weft_mapping */

enum weft_mapping_flag {
    WEFT_MAPPING_SPREAD = 1 << 0, /* the record is on several instances: `spread` says where a flow goes */
};

struct weft_mapping {
    __u64 host;   /* key of `peer`; the own host's id for what is attached here; with SPREAD one of several */
    __u64 record; /* the record that owns the address */
    __u32 tag;    /* its security tag */
    __u8 mac[6];  /* its MAC */
    __u16 flags;  /* weft_mapping_flag */
    __u16 pad[2]; /* zero */
};
WEFT_ABI_SIZE(weft_mapping, 32);
