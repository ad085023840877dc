/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Neighbour discovery (RFC 4861): solicitations are answered on the instance's own host for the router and
 * for every overlay address that is known (requirement 5.2), those for routers by the agent (5.3); no message
 * leaves the host. */
#pragma once

#include "lib/admit.h"
#include "lib/count.h"
#include "lib/icmp6.h"
#include "lib/link_local.h"
#include "lib/neighbour.h"
#include "lib/trunk.h"

#define DISCOVERY_HOPS 255  /* proves that no router forwarded it */
#define DISCOVERY_OPTIONS 8 /* most that a message may carry */

enum discovery_option {
    OPTION_SOURCE_MAC = 1,
    OPTION_TARGET_MAC = 2,
};

#define ADVERTISE_ROUTER 0x80000000
#define ADVERTISE_SOLICITED 0x40000000
#define ADVERTISE_OVERRIDE 0x20000000

/* Solicitations and advertisements of a neighbour, and what weft itself puts behind them. */
struct discovery {
    struct icmp6 icmp;
    struct weft_address target;
};

struct advertisement {
    struct ipv6hdr ip;
    struct discovery body;
    __u8 option;
    __u8 option_words;
    __u8 mac[MAC_SIZE];
};

INLINE int is_router(const struct step* s, const struct weft_overlay_key* target) {
    const struct weft_address local = link_local_of(s->router_mac);
    return same_address(&target->address, &s->router) || same_address(&target->address, &local);
}

/* The MAC of the target; 0 if nobody has it. */
INLINE int find_target(const struct step* s, const struct weft_overlay_key* target, __u8* mac) {
    if (!is_router(s, target)) return find_neighbour(s, target, mac);
    copy_mac(mac, s->router_mac);
    return 1;
}

/* No link-layer address in the options but the record's own. */
INLINE int check_options(const struct view* v, const struct step* s, __u32 offset, __u32 end) {
    for (int i = 0; i < DISCOVERY_OPTIONS && offset < end; i++) {
        __u8 option[8] __attribute__((aligned(2))); /* type, length in words of 8 bytes, MAC */
        if (offset + sizeof(option) > end || view_load(v, offset, option, sizeof(option)) || !option[1])
            return DROP(discovery_malformed);
        if ((option[0] == OPTION_SOURCE_MAC || option[0] == OPTION_TARGET_MAC) &&
            (option[1] != 1 || !same_mac(option + 2, s->mac)))
            return DROP(discovery_mac);
        offset += option[1] * 8;
    }
    return offset == end ? VERDICT_NEXT : DROP(discovery_malformed);
}

/* An instance tells nobody what it has: the coordinator does. */
INLINE int check_advertisement(const struct step* s, const struct weft_overlay_key* target) {
    if (is_router(s, target)) return DROP(discovery_target);
    if (is_link_local(&target->address) || owns(s, &s->address, target)) return DROP(discovery_announcement);
    return DROP(discovery_target);
}

/* A link-local sender may be any: the answer goes to nobody else. */
INLINE int check_solicitation(const struct step* s, const struct weft_overlay_key* target) {
    const struct weft_overlay_key* sender = &s->packet.source;
    int probe = is_unspecified(&sender->address);
    if (ipv6_group(&target->address) || is_mapped(&target->address)) return DROP(discovery_malformed);
    if (!probe && !is_link_local(&sender->address) && !owns(s, &s->address, sender))
        return DROP(discovery_sender);
    if (probe && is_link_local(&target->address) && !is_router(s, target)) return DROP(discovery_own);
    return owns(s, &s->address, target) ? DROP(discovery_own) : VERDICT_NEXT;
}

/* To the routers of the link, from who has no address yet or a record's own one (RFC 4861, 4.1). The agent
 * looks at the rest. */
INLINE int check_router_solicitation(const struct view* v, const struct step* s) {
    const struct packet* p = &s->packet;
    const struct weft_overlay_key* sender = &p->source;
    const struct weft_address routers = {.word = {bpf_htonl(0xff020000), 0, 0, bpf_htonl(2)}};
    int verdict = check_options(v, s, p->l4 + sizeof(struct icmp6), p->offset + p->length);
    if (verdict != VERDICT_NEXT) return verdict;
    if (!same_address(&p->destination.address, &routers) && !is_router(s, &p->destination))
        return DROP(router_solicitation);
    if (is_unspecified(&sender->address)) return VERDICT_PUNT;
    if (is_link_local(&sender->address) ? is_anothers(s, &sender->address) : !owns(s, &s->address, sender))
        return DROP(router_solicitation);
    return VERDICT_PUNT;
}

/* What the target itself would advertise (RFC 4861, 7.2.4), to all nodes if the sender has no address yet. */
INLINE void write_advertisement(struct advertisement* a, const struct step* s,
                                const struct weft_address* target, const __u8* mac) {
    const struct weft_address* asker = &s->packet.source.address;
    const __u32 length = sizeof(*a) - sizeof(a->ip);
    struct weft_address to = {.word = {bpf_htonl(0xff020000), 0, 0, bpf_htonl(1)}};
    __u32 flags = ADVERTISE_OVERRIDE;
    if (same_mac(mac, s->router_mac)) flags |= ADVERTISE_ROUTER;
    if (!is_unspecified(asker)) {
        to = *asker;
        flags |= ADVERTISE_SOLICITED;
    }
    write_ipv6(&a->ip, DISCOVERY_HOPS, length, target, &to);
    a->body.icmp = (struct icmp6){.type = NEIGHBOUR_ADVERTISEMENT, .rest = bpf_htonl(flags)};
    a->body.target = *target;
    a->option = OPTION_TARGET_MAC;
    a->option_words = 1;
    copy_mac(a->mac, mac);
    a->body.icmp.checksum = icmp6_checksum(&a->ip, length, checksum_add(&a->body, length, 0));
}

/* The frame becomes the advertisement. */
INLINE int advertise(struct __sk_buff* skb, const struct step* s, const struct weft_address* target,
                     const __u8* mac) {
    const __be16 all_nodes[3] = {bpf_htons(0x3333), 0, bpf_htons(1)};
    struct advertisement a;
    write_advertisement(&a, s, target, mac);
    if (bpf_skb_change_tail(skb, ETH_HLEN + sizeof(a), 0)) return DROP(step_lost);
    struct ethhdr* eth = (void*)(long)skb->data;
    if ((void*)(eth + 1) > (void*)(long)skb->data_end) return DROP(step_lost);
    copy_mac(eth->h_dest, s->mac);
    if (is_unspecified(&s->packet.source.address)) copy_mac(eth->h_dest, all_nodes);
    copy_mac(eth->h_source, mac);
    if (bpf_skb_store_bytes(skb, ETH_HLEN, &a, sizeof(a), 0)) return DROP(step_lost);
    count_tx(s->record, s->length, 1);
    return send_to_asker(skb, s);
}

INLINE int answer_discovery(struct __sk_buff* skb, struct step* s) {
    struct view v = view_skb(skb);
    const struct packet* p = &s->packet;
    struct discovery asked;
    if (p->hops != DISCOVERY_HOPS || (p->flags & (PACKET_FRAGMENT | PACKET_EXTENDED)) ||
        p->length < sizeof(struct ipv6hdr) + sizeof(asked.icmp) ||
        view_load(&v, p->l4, &asked.icmp, sizeof(asked.icmp)) || asked.icmp.code)
        return DROP(discovery_malformed);
    if (asked.icmp.type == ROUTER_SOLICITATION) return check_router_solicitation(&v, s);
    if (asked.icmp.type != NEIGHBOUR_SOLICITATION && asked.icmp.type != NEIGHBOUR_ADVERTISEMENT)
        return DROP(discovery_router);
    if (p->length < sizeof(struct ipv6hdr) + sizeof(asked) || view_load(&v, p->l4, &asked, sizeof(asked)))
        return DROP(discovery_malformed);
    int verdict = check_options(&v, s, p->l4 + sizeof(asked), p->offset + p->length);
    if (verdict != VERDICT_NEXT) return verdict;
    const struct weft_overlay_key target = {.gni = s->gni, .address = asked.target};
    if (asked.icmp.type == NEIGHBOUR_ADVERTISEMENT) return check_advertisement(s, &target);
    verdict = check_solicitation(s, &target);
    if (verdict != VERDICT_NEXT) return verdict;
    __u8 mac[MAC_SIZE] __attribute__((aligned(2)));
    if (!find_target(s, &target, mac)) return DROP(discovery_unknown);
    return advertise(skb, s, &target.address, mac);
}
