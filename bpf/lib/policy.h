/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a compiled policy says of a flow (requirements 4.1, 4.2): four lookups, however many rules it has. */
#pragma once

#include "lib/maps.h"
#include "lib/packet.h"

/* A flow as the rules see it: who is at the other end, and the destination's port. */
struct question {
    __u32 policy;
    __u32 direction; /* weft_direction */
    __u32 tag;       /* of the remote end; 0: not known */
    __u16 port;      /* ICMP: type << 8 | code */
    __u8 protocol;
    const struct weft_address* remote;
};

INLINE const struct weft_rule* class_rule(const struct question* q, __u32 class_id) {
    const struct weft_rule_port key = {
        .prefixlen = WEFT_RULE_ALL_BITS,
        .policy = q->policy,
        .class_id = class_id,
        .direction = q->direction,
        .protocol = q->protocol,
        .port_high = q->port >> 8,
        .port_low = q->port & 0xff,
    };
    return bpf_map_lookup_elem(&WEFT_RULE_PORT_MAP, &key);
}

INLINE const struct weft_rule* address_rule(const struct question* q) {
    const struct weft_rule_address key = {
        .prefixlen = WEFT_RULE_ADDRESS_BITS + 128,
        .policy = q->policy,
        .direction = q->direction,
        .address = *q->remote,
    };
    const __u32* class_id = bpf_map_lookup_elem(&WEFT_RULE_ADDRESS_MAP, &key);
    return class_id ? class_rule(q, *class_id) : 0;
}

INLINE const struct weft_rule* tag_rule(const struct question* q) {
    const struct weft_rule_tag key = {.policy = q->policy, .direction = q->direction, .tag = q->tag};
    const __u32* class_id = bpf_map_lookup_elem(&WEFT_RULE_TAG_MAP, &key);
    return class_id ? class_rule(q, *class_id) : 0;
}

/* The rule that allows it, by address or by tag; none: it is refused. */
INLINE const struct weft_rule* allowing_rule(const struct question* q) {
    const struct weft_rule* rule = address_rule(q);
    if (rule && rule->verdict == WEFT_RULE_ALLOW) return rule;
    rule = tag_rule(q);
    return rule && rule->verdict == WEFT_RULE_ALLOW ? rule : 0;
}
