/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* arrive: every check on an encapsulated packet before its outer headers go (requirement 4.4): the sending
 * host, the framework, the GNIs, the inner source; and what ECN makes of it. Used alike on XDP and tc. */
#pragma once

#include "lib/ecn.h"
#include "lib/outer.h"
#include "lib/trace.h"

/* Who sends from the outer source. An IPv4 address in IPv6 form is nobody's. */
INLINE const struct weft_underlay* find_underlay(const struct outer* o, const struct arrival* a) {
    if (a->ipv6 && is_mapped(&o->source)) return 0;
    return bpf_map_lookup_elem(&WEFT_UNDERLAY_MAP, &o->source);
}

INLINE int check_negotiated(const struct weft_underlay* from, __u32 framework) {
    __u32 bit = 1U << (framework & 31);
    if (from->accepted & bit) return VERDICT_NEXT;
    if ((from->former & bit) && (!from->former_deadline || bpf_ktime_get_boot_ns() < from->former_deadline))
        return VERDICT_NEXT;
    return DROP(framework_not_negotiated);
}

/* Addresses first, then hosts that may send anything, then prefixes. */
INLINE int check_source(struct arrival* a) {
    struct weft_source_key key = {.host = a->host, .gni = a->source_gni, .address = a->packet.source.address};
    const struct weft_source* source = bpf_map_lookup_elem(&WEFT_SOURCE_MAP, &key);
    if (!source) {
        struct weft_any_source_key any_key = {.host = a->host, .gni = a->source_gni};
        const struct weft_any_source* any = bpf_map_lookup_elem(&WEFT_ANY_SOURCE_MAP, &any_key);
        if (any) {
            if (!a->tagged) a->tag = any->tag;
            return VERDICT_NEXT;
        }
        struct weft_source_prefix prefix = {
            .prefixlen = WEFT_SOURCE_PREFIX_BITS + 128,
            .gni = a->source_gni,
            .host_low = (__u32)a->host,
            .host_high = a->host >> 32,
            .address = a->packet.source.address,
        };
        source = bpf_map_lookup_elem(&WEFT_SOURCE_PREFIX_MAP, &prefix);
    }
    if (!source) return DROP(inner_source);
    if (!a->tagged) a->tag = source->tag;
    return VERDICT_NEXT;
}

/* `at` is the inner Ethernet header, `offset` bytes into the frame; `room` is what the packet holds from its
 * IP header on. */
INLINE int parse_inner(const struct view* v, const struct ethhdr* at, __u32 offset, __u32 room,
                       struct arrival* a) {
    offset += sizeof(*at);
    if (at->h_proto == bpf_htons(ETH_P_IP)) return parse_ipv4(v, at + 1, offset, room, a->gni, 1, &a->packet);
    if (at->h_proto == bpf_htons(ETH_P_IPV6))
        return parse_ipv6(v, at + 1, offset, room, a->gni, 1, &a->packet);
    return DROP(inner_ethertype);
}

/* `offset` is where the inner Ethernet header starts, `room` what the packet holds from there on. */
INLINE int arrive_inner(const struct view* v, __u32 offset, __u32 room, struct arrival* a) {
    const struct ethhdr* eth = v->data + (offset & STRIP_MASK);
    if (room < sizeof(*eth)) return DROP(inner_ethernet_truncated);
    if ((const void*)(eth + 1) > v->end) return VERDICT_PULL;
    int verdict = parse_inner(v, eth, offset, room - sizeof(*eth), a);
    if (verdict != VERDICT_NEXT) return verdict;
    a->eth = *eth;
    a->strip = offset; /* what lies before the inner Ethernet header, whose size is the outer one's */
    if (is_discovery(v, &a->packet)) return DROP(inner_discovery);
    verdict = check_source(a);
    if (verdict != VERDICT_NEXT) return verdict;
    note_at(WEFT_TRACE_ARRIVAL, a->host, a->framework, &a->packet.source.address);
    int tos = ecn_decapsulate(a->outer_tos, a->packet.tos);
    if (tos < 0) return tos;
    a->inner_tos = tos;
    return VERDICT_NEXT;
}

INLINE int arrive(const struct view* v, struct arrival* a) {
    struct outer o = {};
    int verdict = outer_parse(v, &o, a);
    if (verdict != VERDICT_NEXT) return verdict;
    const struct weft_underlay* from = find_underlay(&o, a);
    if (!from) return DROP(outer_unknown_source);
    a->host = from->host;

    __u32 offset = o.offset + sizeof(struct udphdr);
    __u32 room = v->gso ? v->length - offset : o.length - sizeof(struct udphdr);
    verdict = framework_parse(o.port, v, offset, room, a);
    if (verdict != VERDICT_NEXT) return verdict;
    verdict = check_negotiated(from, a->framework);
    if (verdict != VERDICT_NEXT) return verdict;
    if (a->source_gni != a->gni) return DROP(gni_mismatch);
    return arrive_inner(v, offset + a->framework_size, room - a->framework_size, a);
}
