/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* port: the sending side of an attachment, found by device, VLAN and, where several records share those,
 * source address. `local` (local.h) is its receiving side. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_PORT_MAP weft_port_v4 /* HASH */

/* `source` is zero in the entry of a device (or VLAN) with one record. Where records share it, that entry
 * carries WEFT_PORT_SHARED and is the primary one's, which has what comes without an address (`record` 0: no
 * record is that), and each address of each record has an entry of its own. So it is with one record that has
 * addresses of several subnets: each address has the entry of its subnet, which for delegated prefixes is
 * found by the subnet's network address, and what has none is the first subnet's (WEFT_PORT_SUBNETS). */
struct weft_port_key {
    __u32 ifindex;
    __u16 vlan; /* 802.1Q id, 0 untagged */
    __u16 pad;  /* zero */
    struct weft_address source;
};
WEFT_ABI_SIZE(weft_port_key, 24);

/* Flags of `port` and of `local`. */
enum weft_port_flag {
    WEFT_PORT_SOURCE_DEST_CHECK = 1 << 0, /* only own addresses as source (port) or destination (local) */
    WEFT_PORT_TRANSMIT = 1 << 1,          /* port: packets of the instance are taken */
    WEFT_PORT_DELIVER = 1 << 2,           /* local: packets are handed to the instance */
    WEFT_PORT_DISABLED = 1 << 3,          /* the owner disabled the record */
    WEFT_PORT_IN_REPAIR = 1 << 4,         /* the operator or the agent took it out */
    WEFT_PORT_SHARED = 1 << 5,            /* port: look again with the source address */
    WEFT_PORT_LIMITED = 1 << 7, /* port: of what it sends, local: of what it receives, the rate is limited */
    WEFT_PORT_CAPTURE = 1 << 8, /* its packets are looked for in `capture` */
    WEFT_PORT_PEER = 1 << 6,    /* local: a veth whose other end is in another network namespace */
    WEFT_PORT_UNREACHABLE = 1 << 9, /* port: what has no route or no mapping is answered with an ICMP error */
    WEFT_PORT_SPREAD = 1 << 11,     /* one of several instances that have the record (spread.h) */
    WEFT_PORT_WATCH_TX = 1 << 12,   /* somebody monitors what it sends */
    WEFT_PORT_WATCH_RX = 1 << 13,   /* and what it receives */
    WEFT_PORT_LOG_REJECTED = 1 << 14, /* what its groups, ACL or flows refuse is counted in `reject` */
    WEFT_PORT_SUBNETS = 1 << 15,      /* port: of a record with addresses of several subnets */
};

/* MTUs are the largest IP packet in bytes. */
struct weft_port {
    __u64 attachment;
    __u64 record;
    __u64 lease_expiry; /* CLOCK_BOOTTIME ns from which on nothing passes; 0: no lease */
    __u32 gni;
    __u32 flags;                  /* weft_port_flag */
    __u32 table;                  /* route table, key of `route` */
    __u32 policy;                 /* of the record's security groups; 0: nothing passes */
    __u32 acl;                    /* policy of the ACL of the subnet; 0: none */
    __u32 tag;                    /* the record's security tag, sent along */
    __u16 mtu;                    /* of the instance's device */
    __u16 max_overhead;           /* largest framework overhead the partition allows, bytes; 0: any */
    struct weft_address address;  /* its first IPv4 address of the subnet; the others are found in `local` */
    struct weft_address router;   /* the subnet's phantom router for IPv4 */
    struct weft_address address6; /* the same for IPv6 */
    struct weft_address router6;
    __u8 mac[6];        /* the record's */
    __u8 router_mac[6]; /* the phantom router's */
    __u8 subnet_bits;   /* prefix length of the subnet's IPv4 range, 1 to 32; 0: it has none */
    __u8 subnet6_bits;  /* of its IPv6 range, 1 to 128; 0: it has none */
    __u16 pad;          /* zero */
    __u32 own_table;    /* the record's own routes, asked before `table`; 0: none */
    __u32 narrow;       /* policy of the attachment's own rules, asked besides `policy`; 0: none */
    __u32 pad2;         /* zero */
};
WEFT_ABI_SIZE(weft_port, 144);
WEFT_ABI_OFFSET(weft_port, address, 52);
WEFT_ABI_OFFSET(weft_port, mac, 116);
