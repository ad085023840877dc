/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* local: the receiving side of the attachments on this host, found by (GNI, address). One entry per address.
 * With WEFT_PORT_SPREAD it stands for all attachments of the record and names none: `station` has them. */
#pragma once

#include "weft/abi/port.h"

#define WEFT_LOCAL_MAP weft_local_v3 /* HASH: weft_overlay_key -> weft_local */

/* The same for the prefixes that are delegated to a record, asked where `local` has no entry. */
#define WEFT_LOCAL_PREFIX_MAP weft_local_prefix_v1 /* LPM_TRIE: weft_overlay_prefix -> weft_local */

/* station: the same entry once more by (GNI, MAC). It finds a record whose source/destination check is off,
 * which receives packets for addresses that are not its own. One entry per record. With WEFT_PORT_SPREAD one
 * per attachment, by its member's MAC (spread.h), and subnet that the record has addresses of. */
#define WEFT_STATION_MAP weft_station_v3 /* HASH: weft_station_key -> weft_local */

struct weft_station_key {
    __u32 gni;
    __u8 mac[6];
    __u16 subnet; /* with WEFT_PORT_SPREAD: as in the `local` entry of the address; else zero */
};
WEFT_ABI_SIZE(weft_station_key, 12);

struct weft_local {
    __u64 attachment;
    __u64 record;
    __u64 lease_expiry; /* as in weft_port */
    __u32 ifindex;      /* of the instance's device in the host's namespace */
    __u32 flags;        /* weft_port_flag */
    __u32 policy;       /* of the record's security groups; 0: nothing passes */
    __u32 acl;          /* policy of the ACL of the address's subnet; 0: none */
    __u32 tag;          /* the record's security tag */
    __u8 subnet_bits;   /* prefix length of the subnet, as in weft_port */
    __u8 subnet6_bits;
    __u16 subnet;       /* with WEFT_PORT_SPREAD: which of the record's subnets; else zero */
    __u16 mtu;          /* of the instance's device */
    __u16 vlan;         /* 802.1Q id to push on a trunk, 0 none */
    __u8 mac[6];        /* the record's */
    __u8 router_mac[6]; /* the phantom router's of the record's subnet */
    __u32 narrow;       /* as in weft_port */
    __u32 pad2;         /* zero */
};
WEFT_ABI_SIZE(weft_local, 72);
