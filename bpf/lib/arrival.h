/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of an encapsulated packet that arrived. */
#pragma once

#include "lib/ip.h"

#define STRIP_MASK 0x1ff /* bounds offsets for the verifier: 74 + 8 + 260 at most */

struct arrival {
    __u64 host;   /* who sent it, by outer source */
    __u64 record; /* the receiver's, once known */
    __u32 gni;    /* of the destination */
    __u32 source_gni;
    __u32 tag; /* of the source */
    __u32 framework;
    __u32 framework_size; /* bytes of the framework's header */
    __u32 strip;          /* bytes from the outer IP header to the inner one: the offset of the inner frame */
    struct packet packet; /* the inner one */
    struct ethhdr eth;    /* the inner one */
    __u8 tagged;          /* the tag came along */
    __u8 ipv6;            /* the outer header is IPv6 */
    __u8 outer_tos;
    __u8 inner_tos; /* as it must be after decapsulation */
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct arrival);
} weft_arrival SEC(".maps");

/* An arrival in this CPU's scratch of which nothing is known yet. */
INLINE struct arrival* begin_arrival(void) {
    __u32 zero = 0;
    struct arrival* a = bpf_map_lookup_elem(&weft_arrival, &zero);
    if (!a) return 0;
    a->record = 0;
    a->gni = 0;
    a->tag = 0;
    a->tagged = 0;
    a->ipv6 = 0;
    return a;
}
