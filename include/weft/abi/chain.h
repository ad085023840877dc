/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tail calls of `instance_tx`: a PROG_ARRAY per load, its slots filled by the loader. The entry filter
 * itself is the first step (admit). */
#pragma once

#define WEFT_CHAIN_MAP weft_chain_v1 /* PROG_ARRAY, one per load, pinned beside the programs */

enum weft_chain_slot {
    WEFT_CHAIN_FLOW = 0,       /* empty: `instance_tx` itself filters what it admits */
    WEFT_CHAIN_OUT = 1,        /* program instance_out: route, deliver or encapsulate */
    WEFT_CHAIN_SERVICE = 2,    /* program instance_service: ARP, discovery, ping of the router */
    WEFT_CHAIN_ICMP_ERROR = 3, /* program instance_icmp_error: what RFC 792 and 4443 tell senders */
    WEFT_CHAIN_PUNT = 4,       /* program instance_punt: to the agent: DHCP, RA */
    WEFT_CHAIN_SLOTS = 8,
};
