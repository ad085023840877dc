/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* config: what identifies the installed state, and the knobs that change while the programs run. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_CONFIG_MAP weft_config_v1 /* ARRAY of 1: weft_config */

struct weft_config {
    __u64 cluster;     /* cluster id */
    __u64 epoch;       /* store epoch */
    __u64 revision;    /* last installed revision */
    __u64 host;        /* this host's id */
    __u32 event_rate;  /* samples per second and CPU, of drops and again of verdicts; 0: none */
    __u32 event_burst; /* most samples at once per CPU */
};
WEFT_ABI_SIZE(weft_config, 40);
