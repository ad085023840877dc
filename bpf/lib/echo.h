/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ping of a phantom router, the own subnet's or another's (requirement 5.1; echo of
 * RFC 792 and RFC 4443). */
#pragma once

#include "lib/count.h"
#include "lib/icmp6.h"
#include "lib/trunk.h"

#define ICMP_ECHO_REPLY 0
#define ICMP_ECHO_REQUEST 8
#define ROUTER_TTL 64

struct icmp {
    __u8 type;
    __u8 code;
    __u16 checksum;
    __be16 rest[2];
};

/* From the router to the instance, on the device that it came from. */
INLINE int send_back(struct __sk_buff* skb, const struct step* s, struct ethhdr* eth) {
    copy_mac(eth->h_dest, s->mac);
    copy_mac(eth->h_source, s->router_mac);
    count_tx(s->record, s->length, 1);
    return send_to_asker(skb, s);
}

INLINE int answer_echo(struct __sk_buff* skb, struct step* s) {
    struct view v = view_skb(skb);
    struct ethhdr* eth = v.data;
    struct iphdr* ip = (void*)(eth + 1);
    if ((void*)(ip + 1) > v.end) return DROP(step_lost);
    struct icmp* icmp = l4_header(&v, &s->packet);
    if (s->packet.protocol != IPPROTO_ICMP || (s->packet.flags & PACKET_FRAGMENT) ||
        (void*)(icmp + 1) > v.end || icmp->type != ICMP_ECHO_REQUEST || icmp->code)
        return DROP(router_traffic);

    icmp->type = ICMP_ECHO_REPLY;
    checksum_replace(&icmp->checksum, bpf_htons(ICMP_ECHO_REQUEST << 8), bpf_htons(ICMP_ECHO_REPLY << 8));
    __be32 asker = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = asker;
    __u16* ttl = (__u16*)&ip->ttl;
    __u16 from = *ttl;
    ip->ttl = ROUTER_TTL;
    checksum_replace(&ip->check, from, *ttl);
    return send_back(skb, s, eth);
}

/* Extension headers are not turned round. */
INLINE int answer_echo6(struct __sk_buff* skb, struct step* s) {
    struct view v = view_skb(skb);
    struct ethhdr* eth = v.data;
    struct ipv6hdr* ip = (void*)(eth + 1);
    struct icmp6* icmp = (void*)(ip + 1);
    if (s->packet.protocol != IPV6_ICMP || (s->packet.flags & PACKET_EXTENDED) || (void*)(icmp + 1) > v.end ||
        icmp->type != ICMP6_ECHO_REQUEST || icmp->code)
        return DROP(router_traffic);
    icmp->type = ICMP6_ECHO_REPLY;
    checksum_replace(&icmp->checksum, bpf_htons(ICMP6_ECHO_REQUEST << 8), bpf_htons(ICMP6_ECHO_REPLY << 8));
    *(struct weft_address*)&ip->saddr = s->packet.destination.address;
    *(struct weft_address*)&ip->daddr = s->packet.source.address;
    ip->hop_limit = ROUTER_TTL;
    return send_back(skb, s, eth);
}
