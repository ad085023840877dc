/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which flow a packet belongs to: ports, ICMP identifiers, fragments, what an ICMP error quotes. */
#pragma once

#include "lib/echo.h"
#include "lib/flow.h"
#include "lib/ip.h"
#include "lib/track.h"

#define FRAGMENT_LIFE (30 * SECOND) /* RFC 791's and RFC 8200's reassembly times are 15 and 60 s */
#define TCP_OPTION_END 0
#define TCP_OPTION_NOP 1
#define TCP_OPTION_SCALE 3
#define TCP_OPTIONS_WALKED 12
#define TCP_SCALE_MAX 14 /* RFC 7323, 2.3 */

struct tcp {
    __be16 source;
    __be16 destination;
    __be32 sequence;
    __be32 ack;
    __u8 size; /* of the header in words, in the upper half */
    __u8 flags;
    __be16 window;
    __u16 checksum;
    __be16 urgent;
};

INLINE void set_ports(struct track* t, __be16 source, __be16 destination) {
    t->key.local_port = t->direction == WEFT_TX ? source : destination;
    t->key.remote_port = t->direction == WEFT_TX ? destination : source;
}

/* One more than the window scale that a SYN offers (RFC 7323, 2.2); 0: none. `offset` and `size` are those of
 * the options. */
__attribute__((noinline)) int tcp_scale(struct __sk_buff* skb, __u32 offset, __u32 size) {
    __u8 option[3] = {};
    __u32 at = 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < TCP_OPTIONS_WALKED; i++) {
        if (at + 1 > size || bpf_skb_load_bytes(skb, offset + at, option, 1)) return 0;
        if (option[0] == TCP_OPTION_END) return 0;
        if (option[0] == TCP_OPTION_NOP) {
            at++;
            continue;
        }
        if (at + 2 > size || bpf_skb_load_bytes(skb, offset + at, option, 2) || option[1] < 2) return 0;
        if (option[0] == TCP_OPTION_SCALE) {
            if (at + 3 > size || bpf_skb_load_bytes(skb, offset + at, option, 3)) return 0;
            return 1 + (option[2] < TCP_SCALE_MAX ? option[2] : TCP_SCALE_MAX);
        }
        at += option[1];
    }
    return 0;
}

/* Bytes from the layer 4 header on, as the IP header says. */
INLINE __u32 l4_room(const struct packet* p) { return p->length - (p->l4 - p->offset); }

INLINE int cut_short(const struct packet* p) {
    return p->flags & PACKET_FRAGMENT ? DROP(fragment_tiny) : DROP(l4_truncated);
}

INLINE int read_tcp(const struct view* v, const struct packet* p, struct track* t) {
    const struct tcp* tcp = l4_header(v, p);
    if (l4_room(p) < sizeof(*tcp)) return cut_short(p);
    if ((const void*)(tcp + 1) > v->end) return VERDICT_PULL;
    __u32 header = (tcp->size >> 4) * 4;
    if (header < sizeof(*tcp) || header > l4_room(p)) return cut_short(p);
    set_ports(t, tcp->source, tcp->destination);
    t->port = bpf_ntohs(tcp->destination);
    t->tcp_flags = tcp->flags;
    t->sequence = bpf_ntohl(tcp->sequence);
    t->ack = bpf_ntohl(tcp->ack);
    t->window = bpf_ntohs(tcp->window);
    t->size = l4_room(p) - header;
    t->scale = 0;
    if (tcp->flags & TCP_SYN) t->scale = tcp_scale(v->context, p->l4 + sizeof(*tcp), header - sizeof(*tcp));
    return VERDICT_NEXT;
}

/* UDP, UDP-Lite, SCTP and DCCP alike start with the two ports. */
INLINE int read_ports(const struct view* v, const struct packet* p, struct track* t) {
    const struct udphdr* udp = l4_header(v, p);
    if (l4_room(p) < sizeof(*udp)) return cut_short(p);
    if ((const void*)(udp + 1) > v->end) return VERDICT_PULL;
    set_ports(t, udp->source, udp->dest);
    t->port = bpf_ntohs(udp->dest);
    return VERDICT_NEXT;
}

INLINE int has_ports(__u8 protocol) {
    return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
           protocol == IPPROTO_SCTP || protocol == IPPROTO_DCCP;
}

/* Where the quoted packet's layer 4 header is, and its addresses; 0: not to be read. */
INLINE __u32 read_quote(const struct view* v, __u32 offset, struct track* t, struct weft_address* source,
                        struct weft_address* destination) {
    if (t->key.protocol == IPPROTO_ICMP) {
        struct iphdr ip;
        if (view_load(v, offset, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5) return 0;
        if (ip.frag_off & bpf_htons(IPV4_OFFSET)) return 0;
        *source = mapped(ip.saddr);
        *destination = mapped(ip.daddr);
        t->key.protocol = ip.protocol;
        return offset + ip.ihl * 4;
    }
    struct ipv6hdr ip;
    if (view_load(v, offset, &ip, sizeof(ip)) || ip.version != 6) return 0;
    __builtin_memcpy(source, &ip.saddr, sizeof(*source));
    __builtin_memcpy(destination, &ip.daddr, sizeof(*destination));
    t->key.protocol = ip.nexthdr;
    return offset + sizeof(ip);
}

/* The flow of an ICMP error is that of the packet which it quotes, seen from the record: that packet went the
 * other way. */
INLINE int read_error(const struct view* v, const struct packet* p, struct track* t) {
    struct weft_address source, destination;
    struct icmp icmp;
    __be16 port[2] = {};
    t->kind = TRACK_ERROR;
    __u32 at = read_quote(v, p->l4 + sizeof(icmp), t, &source, &destination);
    if (!at) return DROP(icmp_unrelated);
    if (has_ports(t->key.protocol)) {
        if (view_load(v, at, port, sizeof(port))) return DROP(icmp_unrelated);
    } else if (t->key.protocol == IPPROTO_ICMP || t->key.protocol == IPPROTO_ICMPV6) {
        if (view_load(v, at, &icmp, sizeof(icmp))) return DROP(icmp_unrelated);
        port[0] = port[1] = icmp.rest[0];
    }
    int sent = t->direction == WEFT_RX; /* the record sent the quoted packet */
    t->key.local = sent ? source : destination;
    t->key.remote = sent ? destination : source;
    t->key.local_port = sent ? port[0] : port[1];
    t->key.remote_port = sent ? port[1] : port[0];
    return VERDICT_NEXT;
}

/* RFC 792: unreachable, quench, redirect, time exceeded, parameter problem; RFC 4443: errors are below 128.
 */
INLINE int is_icmp_error(__u8 protocol, __u8 type) {
    if (protocol == IPPROTO_ICMPV6) return type < 128;
    return (type >= 3 && type <= 5) || type == 11 || type == 12;
}

/* Queries carry an identifier; what is neither a query nor an error is a flow by its type alone. */
INLINE int is_icmp_query(__u8 protocol, __u8 type) {
    if (protocol == IPPROTO_ICMPV6) return type == ICMP6_ECHO || type == ICMP6_ECHO + 1;
    return type == ICMP_ECHO_REPLY || type == ICMP_ECHO_REQUEST || (type >= 13 && type <= 18);
}

INLINE int read_icmp(const struct view* v, const struct packet* p, struct track* t) {
    const struct icmp* icmp = l4_header(v, p);
    if (l4_room(p) < sizeof(*icmp)) return cut_short(p);
    if ((const void*)(icmp + 1) > v->end) return VERDICT_PULL;
    t->port = icmp->type << 8 | icmp->code;
    if (is_icmp_error(p->protocol, icmp->type)) {
        int verdict = t->acl ? check_acl(t) : VERDICT_NEXT; /* about what it is, not about its flow */
        return verdict == VERDICT_NEXT ? read_error(v, p, t) : verdict;
    }
    __be16 id = is_icmp_query(p->protocol, icmp->type) ? icmp->rest[0] : bpf_htons(t->port);
    t->key.local_port = t->key.remote_port = id;
    return VERDICT_NEXT;
}

INLINE struct weft_fragment_key fragment_key(const struct packet* p, const struct track* t) {
    return (struct weft_fragment_key){
        .record = t->key.record,
        .source = p->source.address,
        .destination = p->destination.address,
        .id = p->fragment_id,
        .protocol = p->protocol,
        .direction = t->direction,
    };
}

INLINE struct weft_fragment* find_fragment(const struct weft_fragment_key* key, __u64 now) {
    struct weft_fragment* fragment = bpf_map_lookup_elem(&WEFT_FRAGMENT_MAP, key);
    return fragment && fragment->expires > now ? fragment : 0;
}

/* A later fragment belongs to the flow of its first one. Ahead of that it passes between ends whose fragments
 * the rules, and the same ACL, have lately let through: without its first it can never become a packet there.
 */
INLINE int read_later(const struct packet* p, struct track* t) {
    struct weft_fragment_key key = fragment_key(p, t);
    t->kind = TRACK_LATER;
    if (p->protocol == IPPROTO_TCP && p->fragment_offset < sizeof(struct tcp)) return DROP(fragment_tiny);
    const struct weft_fragment* first = find_fragment(&key, t->now);
    if (first) {
        set_ports(t, first->source_port, first->destination_port);
        return VERDICT_NEXT;
    }
    key.id = 0;
    key.pair = 1;
    const struct weft_fragment* pair = find_fragment(&key, t->now);
    return pair && pair->acl == t->acl ? VERDICT_EARLY : DROP(fragment_unknown);
}

/* A first fragment was let through: its later ones are known by it. */
INLINE void remember_fragment(const struct packet* p, const struct track* t) {
    struct weft_fragment_key key = fragment_key(p, t);
    int tx = t->direction == WEFT_TX;
    struct weft_fragment fragment = {
        .expires = t->now + FRAGMENT_LIFE,
        .source_port = tx ? t->key.local_port : t->key.remote_port,
        .destination_port = tx ? t->key.remote_port : t->key.local_port,
        .acl = t->acl,
    };
    bpf_map_update_elem(&WEFT_FRAGMENT_MAP, &key, &fragment, BPF_ANY);
    key.id = 0;
    key.pair = 1;
    bpf_map_update_elem(&WEFT_FRAGMENT_MAP, &key, &fragment, BPF_ANY);
}

/* Fills in what the packet itself says. VERDICT_PULL: its headers are beyond the linear part. VERDICT_EARLY:
 * there is nothing to track, it passes. */
INLINE int read_tuple(const struct view* v, const struct packet* p, struct track* t) {
    int tx = t->direction == WEFT_TX;
    t->key.local = tx ? p->source.address : p->destination.address;
    t->key.remote = tx ? p->destination.address : p->source.address;
    t->key.protocol = p->protocol;
    t->key.local_port = t->key.remote_port = 0;
    t->port = 0;
    t->tcp_flags = 0;
    t->kind = TRACK_FLOW;
    if (!has_l4(p)) return read_later(p, t);
    if (p->protocol == IPPROTO_TCP) return read_tcp(v, p, t);
    if (has_ports(p->protocol)) return read_ports(v, p, t);
    if (p->protocol == IPPROTO_ICMP || p->protocol == IPPROTO_ICMPV6) return read_icmp(v, p, t);
    return VERDICT_NEXT;
}
