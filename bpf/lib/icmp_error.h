/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Time-exceeded and fragmentation-needed to the sending instance (RFC 792, 1191, 1812 section 4.3), made in
 * the packet's own skb. */
#pragma once

#include "lib/echo.h"

#define QUOTE_MAX 548      /* the whole datagram does not exceed 576 bytes (RFC 1812, 4.3.2.3) */
#define CHECKSUM_PIECE 512 /* what one call of bpf_csum_diff takes */
#define FRONT 80           /* more than Ethernet and the longest IP header together */
#define TOS_CONTROL 0xc0   /* internetwork control (RFC 1812, 4.3.2.5) */

struct answer {
    struct iphdr ip;
    struct icmp icmp;
    __u8 quote[QUOTE_MAX];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct answer);
} weft_answer SEC(".maps");

/* Not about errors, later fragments, or what has no single sender (RFC 1812, 4.3.2.7). */
INLINE int may_answer(const struct view* v, const struct iphdr* ip) {
    if (ip->frag_off & bpf_htons(IPV4_OFFSET)) return 0;
    if (!ip->saddr || ipv4_group(ip->saddr)) return 0;
    if (ip->protocol != IPPROTO_ICMP) return 1;
    const struct icmp* icmp = (const void*)ip + ip->ihl * 4;
    if ((const void*)(icmp + 1) > v->end) return 0;
    return icmp->type == ICMP_ECHO_REPLY || icmp->type == ICMP_ECHO_REQUEST || icmp->type >= 13;
}

/* The rest of the quote is zero, so that the sum may go over all of it. */
INLINE void write_answer(struct answer* answer, const struct step* s, __u32 length) {
    __be32* word = (__be32*)&answer->ip;
    word[0] = bpf_htonl(0x45000000 | TOS_CONTROL << 16 | length);
    word[1] = bpf_htonl(IPV4_DONT_FRAGMENT);
    word[2] = bpf_htonl(ROUTER_TTL << 24 | IPPROTO_ICMP << 16);
    word[3] = s->router.word[3];
    word[4] = s->packet.source.address.word[3];
    ipv4_checksum(&answer->ip);
    answer->icmp = (struct icmp){
        .type = s->error_type,
        .code = s->error_code,
        .rest = {0, bpf_htons(s->error_mtu)},
    };
    const __u32 size = sizeof(*answer) - sizeof(answer->ip);
    __be32* icmp = (__be32*)&answer->icmp;
    __s64 sum = bpf_csum_diff(0, 0, icmp, CHECKSUM_PIECE, 0);
    sum = bpf_csum_diff(0, 0, icmp + CHECKSUM_PIECE / 4, size - CHECKSUM_PIECE, sum);
    answer->icmp.checksum = ~checksum_fold(sum & 0xffffffff);
}

/* Makes the skb `frame` bytes long; 0 if that fails. Its checksum may be pending somewhere behind the
 * headers, and would later be written into the answer: cutting the front past that place makes the kernel
 * forget it. */
INLINE int resize_answer(struct __sk_buff* skb, __u32 frame) {
    return !bpf_skb_change_tail(skb, frame + FRONT, 0) &&
           !bpf_skb_adjust_room(skb, -FRONT, BPF_ADJ_ROOM_MAC, 0);
}

INLINE int answer_error(struct __sk_buff* skb, const struct step* s) {
    __u32 zero = 0;
    struct answer* answer = bpf_map_lookup_elem(&weft_answer, &zero);
    struct view v = view_skb(skb);
    const struct iphdr* ip = v.data + ETH_HLEN;
    if (!answer || (const void*)(ip + 1) > v.end || !may_answer(&v, ip)) return TC_ACT_SHOT;

    __u32 quoted = bpf_ntohs(ip->tot_len);
    if (quoted > QUOTE_MAX) quoted = QUOTE_MAX;
    if (quoted < sizeof(*ip)) return TC_ACT_SHOT;
    __builtin_memset(answer->quote, 0, sizeof(answer->quote));
    if (bpf_skb_load_bytes(skb, ETH_HLEN, answer->quote, quoted)) return TC_ACT_SHOT;
    __u32 length = sizeof(answer->ip) + sizeof(answer->icmp) + quoted;
    write_answer(answer, s, length);

    if (!resize_answer(skb, ETH_HLEN + length)) return TC_ACT_SHOT;
    struct ethhdr* eth = (void*)(long)skb->data;
    if ((void*)(eth + 1) > (void*)(long)skb->data_end) return TC_ACT_SHOT;
    copy_mac(eth->h_dest, s->mac);
    copy_mac(eth->h_source, s->router_mac);
    if (bpf_skb_store_bytes(skb, ETH_HLEN, answer, length, 0)) return TC_ACT_SHOT;
    return bpf_redirect(skb->ifindex, 0);
}
