/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* encapsulate: wrap a frame for the host of its destination and send it over the underlay. The room that
 * bpf_skb_adjust_room makes holds outer IP, UDP, framework and inner Ethernet; in front stays a frame header
 * that bpf_redirect_neigh replaces. */
#pragma once

#include "lib/count.h"
#include "lib/flow_hash.h"
#include "lib/framework/table.h"
#include "lib/maps.h"
#include "lib/size.h"
#include "lib/verdict.h"

#define EALREADY 114
#define FAMILY_INET 2
#define FAMILY_INET6 10
#define OUTER_HOPS 64

/* Everything but the packet itself that the outer headers depend on. */
struct envelope {
    const struct weft_peer* peer;
    const void* destination_mac;
    const void* source_mac;
    __u32 hash;
    __u8 tos;
};

/* The skb still carries the marks of a former encapsulation: without offload it can be wrapped all the same.
 * The change of family adds or takes bytes of the new room, never of the packet. */
INLINE int make_room_again(struct __sk_buff* skb, __u32 room, int ipv6) {
    int inner6 = skb->protocol == bpf_htons(ETH_P_IPV6);
    if (skb->gso_size) return DROP(encapsulated_gso);
    if (inner6 != ipv6) room += inner6 ? IPV4_TO_IPV6 : -IPV4_TO_IPV6;
    if (bpf_skb_adjust_room(skb, room, BPF_ADJ_ROOM_MAC, 0)) return DROP(encapsulate);
    if (inner6 == ipv6) return VERDICT_NEXT;
    const __be16 outer = bpf_htons(ipv6 ? ETH_P_IPV6 : ETH_P_IP);
    return bpf_skb_change_proto(skb, outer, 0) ? DROP(encapsulate) : VERDICT_NEXT;
}

INLINE int make_room(struct __sk_buff* skb, __u32 room, int ipv6) {
    __u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L4_UDP | BPF_F_ADJ_ROOM_ENCAP_L2(ETH_HLEN) |
                  BPF_F_ADJ_ROOM_ENCAP_L2_ETH |
                  (ipv6 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 : BPF_F_ADJ_ROOM_ENCAP_L3_IPV4);
    long error = bpf_skb_adjust_room(skb, room, BPF_ADJ_ROOM_MAC, flags);
    if (!error) return VERDICT_NEXT;
    return error == -EALREADY ? make_room_again(skb, room, ipv6) : DROP(encapsulate);
}

INLINE void write_udp(struct udphdr* udp, __be16 port, __u32 length, const struct envelope* e) {
    udp->source = entropy_port(e->hash);
    udp->dest = port;
    udp->len = bpf_htons(length);
    udp->check = 0;
}

INLINE void write_inner_ethernet(void* at, const struct step* s, const struct envelope* e) {
    struct ethhdr* eth = at;
    copy_mac(eth->h_dest, e->destination_mac);
    copy_mac(eth->h_source, e->source_mac);
    eth->h_proto = ethertype(&s->packet);
}

INLINE void write_outer_ipv4(struct iphdr* ip, __u32 length, const struct envelope* e) {
    __be32* word = (__be32*)ip;
    word[0] = bpf_htonl(0x45000000 | (__u32)e->tos << 16 | (length & 0xffff));
    word[1] = bpf_htonl(IPV4_DONT_FRAGMENT);
    word[2] = bpf_htonl(OUTER_HOPS << 24 | IPPROTO_UDP << 16);
    word[3] = e->peer->source.word[3];
    word[4] = e->peer->remote.word[3];
    ipv4_checksum(ip);
}

INLINE void write_outer_ipv6(struct ipv6hdr* ip, __u32 length, const struct envelope* e) {
    __be32* word = (__be32*)ip;
    word[0] = bpf_htonl(0x60000000 | (__u32)e->tos << 20 | (e->hash & 0xfffff));
    word[1] = bpf_htonl((length & 0xffff) << 16 | IPPROTO_UDP << 8 | OUTER_HOPS);
    *(struct weft_address*)(word + 2) = e->peer->source;
    *(struct weft_address*)(word + 6) = e->peer->remote;
}

/* Makes the room and writes the outer IP and UDP headers; `at` is then where the framework's header goes. */
INLINE int wrap_ipv4(struct __sk_buff* skb, const struct envelope* e, __be16 port, __u32 size, void** at) {
    const __u32 room = sizeof(struct iphdr) + sizeof(struct udphdr) + size + ETH_HLEN;
    int verdict = make_room(skb, room, 0);
    if (verdict != VERDICT_NEXT) return verdict;
    struct iphdr* ip = (void*)(long)skb->data + ETH_HLEN;
    struct udphdr* udp = (void*)(ip + 1);
    if ((void*)ip + room > (void*)(long)skb->data_end) return DROP(encapsulate);
    write_outer_ipv4(ip, skb->len - ETH_HLEN, e);
    write_udp(udp, port, skb->len - ETH_HLEN - sizeof(*ip), e);
    *at = udp + 1;
    return VERDICT_NEXT;
}

INLINE int wrap_ipv6(struct __sk_buff* skb, const struct envelope* e, __be16 port, __u32 size, void** at) {
    const __u32 room = sizeof(struct ipv6hdr) + sizeof(struct udphdr) + size + ETH_HLEN;
    int verdict = make_room(skb, room, 1);
    if (verdict != VERDICT_NEXT) return verdict;
    struct ipv6hdr* ip = (void*)(long)skb->data + ETH_HLEN;
    struct udphdr* udp = (void*)(ip + 1);
    if ((void*)ip + room > (void*)(long)skb->data_end) return DROP(encapsulate);
    write_outer_ipv6(ip, skb->len - ETH_HLEN - sizeof(*ip), e);
    write_udp(udp, port, skb->len - ETH_HLEN - sizeof(*ip), e);
    *at = udp + 1;
    return VERDICT_NEXT;
}

INLINE int encapsulate(struct __sk_buff* skb, const struct step* s, const struct envelope* e) {
    int verdict;
    void* at;
    switch (e->peer->framework) {
#define FRAMEWORK_WRITE(number, name)                                                \
    case number:                                                                     \
        verdict = e->peer->flags & WEFT_PEER_IPV6                                    \
                      ? wrap_ipv6(skb, e, bpf_htons(name##_port), name##_size, &at)  \
                      : wrap_ipv4(skb, e, bpf_htons(name##_port), name##_size, &at); \
        if (verdict != VERDICT_NEXT) return verdict;                                 \
        name##_write(at, s);                                                         \
        write_inner_ethernet(at + name##_size, s, e);                                \
        return VERDICT_NEXT;
        FRAMEWORKS(FRAMEWORK_WRITE)
#undef FRAMEWORK_WRITE
    }
    return DROP(step_lost);
}

/* Bytes between the outer IP header's start and the inner one's; 0: no such framework. */
INLINE __u32 framework_overhead(const struct weft_peer* peer) {
    __u32 ip = peer->flags & WEFT_PEER_IPV6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
    switch (peer->framework) {
#define FRAMEWORK_OVERHEAD(number, name) \
    case number: return ip + sizeof(struct udphdr) + name##_size + ETH_HLEN;
        FRAMEWORKS(FRAMEWORK_OVERHEAD)
#undef FRAMEWORK_OVERHEAD
    }
    return 0;
}

INLINE int send_to_peer(const struct weft_peer* peer) {
    struct bpf_redir_neigh next = {};
    if (peer->flags & WEFT_PEER_IPV6) {
        next.nh_family = FAMILY_INET6;
        __builtin_memcpy(next.ipv6_nh, &peer->next_hop, sizeof(next.ipv6_nh));
    } else {
        next.nh_family = FAMILY_INET;
        next.ipv4_nh = peer->next_hop.word[3];
    }
    return bpf_redirect_neigh(peer->ifindex, &next, sizeof(next), 0);
}
