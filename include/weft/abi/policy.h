/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Policies: what a record's security groups, an attachment's own rules, or a subnet's ACL, say about a new
 * flow, compiled so that any number of rules costs the same lookups (requirements 4.1, 4.2): the remote
 * address and the remote tag each name a class, and a class knows its verdict by protocol and port. A policy
 * never changes: other rules are another policy with another id, and `port` and `local` switch to it. Only
 * `rule_tag` grows and shrinks while a policy is in use, as sets of groups come and go. */
#pragma once

#include "weft/abi/types.h"

#define WEFT_POLICY_MAP weft_policy_v1             /* HASH: policy id __u32 -> weft_policy */
#define WEFT_RULE_ADDRESS_MAP weft_rule_address_v1 /* LPM_TRIE: weft_rule_address -> class __u32 */
#define WEFT_RULE_TAG_MAP weft_rule_tag_v1         /* HASH: weft_rule_tag -> class __u32 */
#define WEFT_RULE_PORT_MAP weft_rule_port_v1       /* LPM_TRIE: weft_rule_port -> weft_rule */

enum weft_policy_flag {
    WEFT_POLICY_KEEP = 1 << 0, /* an established flow that is no longer allowed goes on */
};

struct weft_policy {
    __u32 flags; /* weft_policy_flag */
};
WEFT_ABI_SIZE(weft_policy, 4);

/* The class of a remote address. `prefixlen` counts from the first bit of `policy`; policy and direction
 * always take part whole: 64 + 96 + n for an IPv4 prefix of n bits, 64 + n for IPv6. */
struct weft_rule_address {
    __u32 prefixlen;
    __u32 policy;
    __u32 direction; /* weft_direction */
    struct weft_address address;
};
WEFT_ABI_SIZE(weft_rule_address, 28);

#define WEFT_RULE_ADDRESS_BITS 64

/* The class of a remote record by its security tag, which stands for its set of groups. */
struct weft_rule_tag {
    __u32 policy;
    __u32 direction; /* weft_direction */
    __u32 tag;
};
WEFT_ABI_SIZE(weft_rule_tag, 12);

/* What a class says. `prefixlen` counts from the first bit of `policy`: 80 bits and as many of protocol and
 * port as take part: 80 every protocol, 88 every port of one, 88 + n a block of ports. The port is the
 * destination's; of ICMP, type << 8 | code; zero for protocols without either. */
struct weft_rule_port {
    __u32 prefixlen;
    __u32 policy;
    __u32 class_id;
    __u16 direction; /* weft_direction */
    __u8 protocol;   /* IP protocol number */
    __u8 port_high;  /* in the order of the wire */
    __u8 port_low;
    __u8 pad[3]; /* zero, never reached by `prefixlen` */
};
WEFT_ABI_SIZE(weft_rule_port, 20);

#define WEFT_RULE_CLASS_BITS 80
#define WEFT_RULE_PROTOCOL_BITS 88
#define WEFT_RULE_ALL_BITS 104

enum weft_rule_verdict {
    WEFT_RULE_ALLOW = 1,
    WEFT_RULE_DENY = 2, /* ACLs alone; groups deny by having no entry */
};

struct weft_rule {
    __u64 origin;  /* id of the security group, attachment or ACL */
    __u32 rule;    /* position of the rule in it, from 0 */
    __u32 verdict; /* weft_rule_verdict */
};
WEFT_ABI_SIZE(weft_rule, 16);
