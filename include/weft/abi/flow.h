/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* flow: connection tracking (requirement 4.6). Each record has its own entry for a flow, seen from its own
 * side, so that two records on one host never share one. BPF makes and refreshes entries; the agent removes
 * what has expired. Times are CLOCK_MONOTONIC ns, of the coarse clock. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_FLOW_MAP weft_flow_v3         /* HASH: weft_flow_key -> weft_flow */
#define WEFT_QUOTA_MAP weft_quota_v1       /* HASH: record id __u64 -> weft_quota, written by user space */
#define WEFT_FLOW_USE_MAP weft_flow_use_v2 /* HASH: record id __u64 -> weft_flow_use, made by user space */
/* As `flow`: the table of another size that the present one replaces, asked where that has no entry. Private
 * to a load and empty, unless the agent hands the former table over. */
#define WEFT_FLOW_FORMER_MAP weft_flow_former
#define WEFT_FRAGMENT_MAP weft_fragment_v1 /* LRU_HASH: weft_fragment_key -> weft_fragment */
#define WEFT_REJECT_MAP weft_reject_v1     /* HASH: weft_reject_key -> weft_reject */

/* Of ICMP queries both ports are the identifier; zero for protocols without ports. */
struct weft_flow_key {
    __u64 record;
    struct weft_address local;  /* the record's end */
    struct weft_address remote; /* the other one */
    __be16 local_port;
    __be16 remote_port;
    __u8 protocol;
    __u8 pad[3]; /* zero */
};
WEFT_ABI_SIZE(weft_flow_key, 48);

enum weft_flow_state {
    WEFT_FLOW_NEW = 1,         /* one packet or more, all from the initiator */
    WEFT_FLOW_ESTABLISHED = 2, /* both sides have spoken; of TCP: the handshake is complete */
    WEFT_FLOW_SYN_BOTH = 3,    /* TCP: both sides have sent a SYN */
    WEFT_FLOW_HALF_CLOSED = 4, /* TCP: one side has sent a FIN */
    WEFT_FLOW_CLOSED = 5,      /* TCP: both have, or a valid RST was seen; a SYN starts a new flow */
    WEFT_FLOW_CUT = 6,         /* no longer allowed: nothing passes until it was silent for its timeout */
};

/* What one side of a TCP connection last said (RFC 9293, 3.3.1), in host order. */
struct weft_flow_side {
    __u64 packets; /* since the entry was made: the flows that used it one after another */
    __u64 bytes;   /* of Ethernet frames, as in weft_counter */
    __u32 end;     /* highest sequence number sent, plus one */
    __u32 ack;     /* highest acknowledgement sent */
    __u32 window;  /* largest window offered, bytes, scaled */
    __u8 scale;    /* shift of the window */
    __u8 flags;    /* weft_flow_side_flag */
    __u16 pad;     /* zero */
};
WEFT_ABI_SIZE(weft_flow_side, 32);

enum weft_flow_side_flag {
    WEFT_FLOW_SIDE_SYN = 1 << 0,   /* sent a SYN */
    WEFT_FLOW_SIDE_FIN = 1 << 1,   /* sent a FIN */
    WEFT_FLOW_SIDE_SCALE = 1 << 2, /* offered window scaling */
    WEFT_FLOW_SIDE_KNOWN = 1 << 3, /* `end`, `ack` and `window` are filled in */
    WEFT_FLOW_SIDE_ACL = 1 << 4,   /* the ACL `acl` allows this direction */
};

struct weft_flow {
    __u64 attachment; /* the entry is void under any other one */
    __u64 created;
    __u64 expires; /* void from then on */
    __u32 timeout; /* seconds that each packet adds; as the quota said when this state began */
    __u32 policy;  /* policy that last allowed it, or keeps it */
    __u32 acl;     /* ACL that the sides' flags are about */
    __u32 tag;     /* security tag of the remote end when it was last allowed */
    __u32 narrow;  /* policy of the attachment's rules that last allowed it */
    __u32 member;  /* weft_member_id that it stays with, if the remote end is a shared record; 0: none yet */
    __u16 initiator;               /* weft_direction of the first packet */
    __u16 state;                   /* weft_flow_state */
    __u32 rule;                    /* position of the rule that last allowed it, from 0 */
    __u64 rule_of;                 /* id of that rule's group */
    struct weft_flow_side side[2]; /* what the record sent, what it received */
};
WEFT_ABI_SIZE(weft_flow, 128);

/* Seconds without a packet after which a flow is void. */
struct weft_flow_timeouts {
    __u32 tcp_opening;
    __u32 tcp_established;
    __u32 tcp_closing; /* half closed */
    __u32 tcp_closed;
    __u32 udp_single; /* one side has spoken */
    __u32 udp_stream; /* both have */
    __u32 icmp;
    __u32 other;
};
WEFT_ABI_SIZE(weft_flow_timeouts, 32);

/* Entries in use: `added` of weft_flow_use minus `removed`; each has one writer. */
struct weft_quota {
    __u64 removed; /* entries of the record that user space removed, ever */
    __u32 flows;   /* most entries at once; 0: none, so no new flow passes */
    __u32 pad;     /* zero */
    struct weft_flow_timeouts timeouts;
};
WEFT_ABI_SIZE(weft_quota, 48);

struct weft_flow_use {
    __u64 added;    /* entries that BPF made, ever */
    __u64 refused;  /* new flows refused at the quota */
    __u64 unlogged; /* refused packets that `reject` had no room for */
};
WEFT_ABI_SIZE(weft_flow_use, 24);

/* What was refused to a record with WEFT_PORT_LOG_REJECTED, for its flow log; user space removes what has
 * been silent. Where no transport header was read the ports are zero. */
struct weft_reject_key {
    struct weft_flow_key flow;
    __u32 direction; /* weft_direction */
    __u32 pad;       /* zero */
};
WEFT_ABI_SIZE(weft_reject_key, 56);

struct weft_reject {
    __u64 packets;
    __u64 bytes;
    __u64 first; /* CLOCK_MONOTONIC ns */
    __u64 last;
};
WEFT_ABI_SIZE(weft_reject, 32);

/* Where the ports of later fragments come from. An entry with `pair` and id 0 says that the two ends have
 * lately exchanged fragments that the rules allowed: then a later fragment may come before its first. */
struct weft_fragment_key {
    __u64 record;
    struct weft_address source;
    struct weft_address destination;
    __u32 id; /* the IP header's, in the order of the wire */
    __u8 protocol;
    __u8 direction; /* weft_direction */
    __u8 pair;
    __u8 pad; /* zero */
};
WEFT_ABI_SIZE(weft_fragment_key, 48);

struct weft_fragment {
    __u64 expires;
    __be16 source_port;
    __be16 destination_port;
    __u32 acl; /* that let it through; 0: none applied */
};
WEFT_ABI_SIZE(weft_fragment, 16);
