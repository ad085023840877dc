/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Time-exceeded, fragmentation-needed and packet-too-big to the sending instance (RFC 792, 1191, 1812 section
 * 4.3; RFC 4443), made in the packet's own skb. */
#pragma once

#include "lib/echo.h"
#include "lib/rate.h"

#define QUOTE_MAX 548    /* the whole datagram does not exceed 576 bytes (RFC 1812, 4.3.2.3) */
#define QUOTE6_MAX 1232  /* the whole packet does not exceed 1280 bytes (RFC 4443, 2.4 c) */
#define TOS_CONTROL 0xc0 /* internetwork control (RFC 1812, 4.3.2.5) */
#define ICMP_UNREACHABLE 3
#define ICMP_FRAGMENTATION_NEEDED 4
#define ICMP_NO_HOST 1
#define ICMP_TIME_EXCEEDED 11
#define ICMP6_UNREACHABLE 1
#define ICMP6_NO_ADDRESS 3
#define ICMP6_REDIRECT 137
#define ERROR_RATE 100 /* answers a second to one record (RFC 1812, 4.3.2.8; RFC 4443, 2.4 f) */
#define ERROR_BURST 100

struct answer4 {
    struct iphdr ip;
    struct icmp icmp;
    __u8 quote[QUOTE_MAX];
};

struct answer6 {
    struct ipv6hdr ip;
    struct icmp6 icmp;
    __u8 quote[QUOTE6_MAX];
};

union answer {
    struct answer4 v4;
    struct answer6 v6;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, union answer);
} weft_answer SEC(".maps");

/* Up to when each record has had its answers. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, __u64);
    __type(value, __u64);
} weft_error_paid SEC(".maps");

/* Not about errors, later fragments, or what has no single sender (RFC 1812, 4.3.2.7). */
INLINE int may_answer4(const struct view* v, const struct packet* p) {
    __be32 source = p->source.address.word[3];
    __u8 type;
    if (p->fragment_offset || !source || ipv4_group(source)) return 0;
    if (p->protocol != IPPROTO_ICMP) return 1;
    if (view_load(v, p->l4, &type, sizeof(type))) return 0;
    return type == ICMP_ECHO_REPLY || type == ICMP_ECHO_REQUEST || type >= 13;
}

/* Not about errors, what may be one, redirects, or what has no single sender (RFC 4443, 2.4 e). */
INLINE int may_answer6(const struct view* v, const struct packet* p) {
    const struct weft_address* source = &p->source.address;
    __u8 type;
    if (is_unspecified(source) || ipv6_group(source)) return 0;
    if (p->protocol != IPV6_ICMP) return 1;
    if (p->fragment_offset || view_load(v, p->l4, &type, sizeof(type))) return 0;
    return type >= ICMP6_ECHO_REQUEST && type != ICMP6_REDIRECT;
}

/* Word by word: clang has no memset of this size. */
INLINE void clear_quote(__u8* quote, const __u32 size) {
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < size; i += sizeof(__u32)) *(volatile __u32*)(quote + i) = 0;
}

/* Copies as much of the packet as fits, the rest of `quote` zero, so that a sum may go over all of it; its
 * length, 0 if that fails. */
INLINE __u32 quote_packet(struct __sk_buff* skb, const struct packet* p, __u8* quote, const __u32 size) {
    __u32 quoted = p->length;
    if (quoted > size) quoted = size;
    if (quoted < sizeof(struct iphdr)) return 0;
    clear_quote(quote, size);
    return bpf_skb_load_bytes(skb, ETH_HLEN, quote, quoted) ? 0 : quoted;
}

INLINE __u8 error_code4(__u8 error) {
    if (error == ERROR_TOO_BIG) return ICMP_FRAGMENTATION_NEEDED;
    return error == ERROR_NO_HOST ? ICMP_NO_HOST : 0;
}

INLINE __u8 error_type6(__u8 error) {
    if (error == ERROR_TOO_BIG) return ICMP6_PACKET_TOO_BIG;
    return error == ERROR_HOPS ? ICMP6_TIME_EXCEEDED : ICMP6_UNREACHABLE;
}

INLINE __u32 write_answer4(struct __sk_buff* skb, struct answer4* answer, const struct step* s) {
    const __u32 size = sizeof(*answer) - sizeof(answer->ip);
    __u32 quoted = quote_packet(skb, &s->packet, answer->quote, sizeof(answer->quote));
    if (!quoted) return 0;
    __u32 length = sizeof(answer->ip) + sizeof(answer->icmp) + quoted;
    __be32* word = (__be32*)&answer->ip;
    word[0] = bpf_htonl(0x45000000 | TOS_CONTROL << 16 | length);
    word[1] = bpf_htonl(IPV4_DONT_FRAGMENT);
    word[2] = bpf_htonl(ROUTER_TTL << 24 | IPPROTO_ICMP << 16);
    word[3] = s->router.word[3];
    word[4] = s->packet.source.address.word[3];
    ipv4_checksum(&answer->ip);
    answer->icmp = (struct icmp){
        .type = s->error == ERROR_HOPS ? ICMP_TIME_EXCEEDED : ICMP_UNREACHABLE,
        .code = error_code4(s->error),
        .rest = {0, bpf_htons(s->error_mtu)},
    };
    __u32 sum = checksum_add(&answer->icmp, CHECKSUM_PIECE, 0);
    sum = checksum_add((void*)&answer->icmp + CHECKSUM_PIECE, size - CHECKSUM_PIECE, sum);
    answer->icmp.checksum = ~checksum_fold(sum);
    return length;
}

INLINE __u32 write_answer6(struct __sk_buff* skb, struct answer6* answer, const struct step* s) {
    const __u32 size = sizeof(*answer) - sizeof(answer->ip);
    __u32 quoted = quote_packet(skb, &s->packet, answer->quote, sizeof(answer->quote));
    if (!quoted) return 0;
    __u32 length = sizeof(answer->icmp) + quoted;
    write_ipv6(&answer->ip, ROUTER_TTL, length, &s->router, &s->packet.source.address);
    answer->icmp = (struct icmp6){
        .type = error_type6(s->error),
        .code = s->error == ERROR_NO_HOST ? ICMP6_NO_ADDRESS : 0,
        .rest = bpf_htonl(s->error_mtu),
    };
    __u32 sum = checksum_add(&answer->icmp, CHECKSUM_PIECE, 0);
    sum = checksum_add((void*)&answer->icmp + CHECKSUM_PIECE, CHECKSUM_PIECE, sum);
    sum = checksum_add((void*)&answer->icmp + 2 * CHECKSUM_PIECE, size - 2 * CHECKSUM_PIECE, sum);
    answer->icmp.checksum = icmp6_checksum(&answer->ip, length, sum);
    return sizeof(answer->ip) + length;
}

/* Makes the skb `frame` bytes long; 0 if that fails. Its checksum may be pending somewhere behind the
 * headers, and would later be written into the answer: cutting the front past that place makes the kernel
 * forget it. */
INLINE int resize_answer(struct __sk_buff* skb, const struct packet* p, __u32 frame) {
    const int front = (p->l4 & L4_MASK) + 1;
    return !bpf_skb_change_tail(skb, frame + front, 0) &&
           !bpf_skb_adjust_room(skb, -front, BPF_ADJ_ROOM_MAC, 0);
}

INLINE int answer_error(struct __sk_buff* skb, const struct step* s) {
    __u32 zero = 0;
    union answer* answer = bpf_map_lookup_elem(&weft_answer, &zero);
    struct view v = view_skb(skb);
    int v6 = s->packet.flags & PACKET_IPV6;
    if (!answer || !(v6 ? may_answer6(&v, &s->packet) : may_answer4(&v, &s->packet))) return TC_ACT_SHOT;
    if (!take_turn(&weft_error_paid, s->record, ERROR_RATE, ERROR_BURST)) return TC_ACT_SHOT;
    __u32 length = v6 ? write_answer6(skb, &answer->v6, s) : write_answer4(skb, &answer->v4, s);
    if (!length || length > sizeof(*answer)) return TC_ACT_SHOT;

    if (!resize_answer(skb, &s->packet, ETH_HLEN + length)) return TC_ACT_SHOT;
    struct ethhdr* eth = (void*)(long)skb->data;
    if ((void*)(eth + 1) > (void*)(long)skb->data_end) return TC_ACT_SHOT;
    copy_mac(eth->h_dest, s->mac);
    copy_mac(eth->h_source, s->router_mac);
    if (bpf_skb_store_bytes(skb, ETH_HLEN, answer, length, 0)) return TC_ACT_SHOT;
    int verdict = send_to_asker(skb, s);
    return verdict < 0 ? TC_ACT_SHOT : verdict;
}
