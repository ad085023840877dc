/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet as connection tracking sees it: one record's view, in per-CPU scratch. */
#pragma once

#include "lib/maps.h"
#include "lib/packet.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

enum track_kind {
    TRACK_FLOW,  /* belongs to the flow of `key`, or starts it */
    TRACK_LATER, /* a later fragment of a packet of that flow: without a transport header */
    TRACK_ERROR, /* an ICMP error about that flow */
};

struct track {
    struct weft_flow_key key; /* of ICMP errors: of the flow they are about */
    __u32 direction;          /* weft_direction; with `key` it is a weft_reject_key */
    __u32 pad;                /* zero */
    __u64 attachment;
    __u64 now;
    __u32 policy;
    __u32 narrow; /* 0: nothing but the groups decides */
    __u32 acl;    /* 0: none applies */
    __u32 tag;    /* security tag of the remote end */
    __u32 bytes;
    __u32 kind; /* track_kind */
    __u16 port; /* as rules see it: the destination's, or ICMP type << 8 | code */
    __u8 tcp_flags;
    __u8 scale;     /* TCP: of a SYN, 1 + the shift that it offers; 0: it offers none */
    __u32 sequence; /* TCP, host order */
    __u32 ack;
    __u32 window;    /* as in the header */
    __u32 size;      /* of TCP's payload */
    __u32 flags;     /* weft_port_flag */
    __u32 flow;      /* weft_event_flow, for who watches */
    __u32 tag_known; /* `tag` is filled in */
    __u32 judged;    /* belongs to a flow of the record's own, which passed with `tag` */
    __u32 gni;       /* for finding it, and the record's route tables */
    __u32 table;
    __u32 own_table;
    __u32 unused;           /* zero */
    struct weft_rule rule;  /* that decided; origin 0: none did */
    struct weft_flow fresh; /* an entry in the making */
    struct weft_reject refused;
};
_Static_assert(__builtin_offsetof(struct track, direction) ==
                       __builtin_offsetof(struct weft_reject_key, direction) &&
                   __builtin_offsetof(struct track, attachment) == sizeof(struct weft_reject_key),
               "a track begins with a weft_reject_key");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct track);
} weft_track SEC(".maps");

INLINE struct track* scratch_track(void) {
    __u32 zero = 0;
    return bpf_map_lookup_elem(&weft_track, &zero);
}
