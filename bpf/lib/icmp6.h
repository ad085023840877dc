/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ICMPv6 messages that weft itself writes (RFC 4443). */
#pragma once

#include "lib/ip.h"

#define ICMP6_PACKET_TOO_BIG 2
#define ICMP6_TIME_EXCEEDED 3
#define ICMP6_ECHO_REQUEST 128
#define ICMP6_ECHO_REPLY 129

enum discovery_type {
    ROUTER_SOLICITATION = 133,
    NEIGHBOUR_SOLICITATION = 135,
    NEIGHBOUR_ADVERTISEMENT = 136,
};

struct icmp6 {
    __u8 type;
    __u8 code;
    __u16 checksum;
    __be32 rest;
};

#define CHECKSUM_PIECE 512 /* what one call of bpf_csum_diff takes */

/* `size` bytes, a multiple of four, on the running `sum`. */
INLINE __u32 checksum_add(const void* at, __u32 size, __u32 sum) {
    return bpf_csum_diff(0, 0, (__be32*)at, size, sum);
}

/* The checksum of a message of `length` bytes, whose own bytes sum up to `sum` (RFC 8200, 8.1). */
INLINE __u16 icmp6_checksum(const struct ipv6hdr* ip, __u32 length, __u32 sum) {
    sum = checksum_add(&ip->saddr, 2 * sizeof(struct weft_address), sum);
    return ~checksum_fold((__u64)sum + bpf_htonl(length) + bpf_htonl(IPV6_ICMP));
}

INLINE void write_ipv6(struct ipv6hdr* ip, __u8 hops, __u32 length, const struct weft_address* source,
                       const struct weft_address* destination) {
    __be32* word = (__be32*)ip;
    word[0] = bpf_htonl(0x60000000);
    word[1] = bpf_htonl(length << 16 | IPV6_ICMP << 8 | hops);
    *(struct weft_address*)(word + 2) = *source;
    *(struct weft_address*)(word + 6) = *destination;
}
