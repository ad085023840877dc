/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of the packet in hand. The programs of the chain hand it on through per-CPU scratch. */
#pragma once

#include "lib/ip.h"
#include "lib/maps.h"

struct step {
    __u64 record;
    __u32 direction; /* weft_direction */
    __u32 gni;
    __u32 tag;
    __u32 table;
    __u32 own_table; /* 0: none */
    __u32 length;    /* of the frame as it came */
    __u32 flags;     /* weft_port_flag */
    struct packet packet;
    struct weft_overlay_key next; /* the next hop, where that is not the destination */
    struct weft_address router;   /* of the record's subnet */
    struct weft_address address;  /* the record's primary, for ARP and neighbour discovery */
    __u16 max_overhead;
    __u16 vlan; /* 802.1Q id that it came with, 0 none; off by now */
    __u8 mac[6];
    __u8 router_mac[6];
    __u8 next_mac[6]; /* of what the packet goes to next, on another host */
    __u32 member;     /* of a shared record: which of its instances sends; 0: it is not shared */
    __u8 routed;      /* goes by way of the router */
    __u8 to_router;   /* the destination is the router itself */
    __u8 judged;      /* belongs to a flow that the record began, which passed with `judged_tag` */
    __u32 judged_tag;
    /* with WEFT_PORT_WATCH_TX: what the filter said */
    __u8 flow; /* weft_event_flow */
    __u32 rule;
    __u64 rule_of;
    /* for icmp_error */
    __u32 error_reason; /* weft_drop_reason */
    __u16 error_mtu;
    __u8 error; /* error_kind */
};

enum error_kind {
    ERROR_HOPS = 1, /* time-exceeded */
    ERROR_TOO_BIG,  /* fragmentation-needed, packet-too-big: error_mtu would fit */
    ERROR_NO_ROUTE, /* unreachable: network, no route to destination */
    ERROR_NO_HOST,  /* unreachable: host, address */
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct step);
} weft_step SEC(".maps");

INLINE struct step* scratch_step(void) {
    __u32 zero = 0;
    return bpf_map_lookup_elem(&weft_step, &zero);
}

/* The fields that a drop needs before they are known. */
INLINE void begin_step(struct step* s, __u32 length) {
    s->record = 0;
    s->gni = 0;
    s->direction = WEFT_TX;
    s->length = length;
    s->judged = 0;
}
