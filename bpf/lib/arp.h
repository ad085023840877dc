/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ARP (RFC 826): answered on the instance's own host for the router and for every overlay address that is
 * known (requirement 5.2); no broadcast leaves the host. */
#pragma once

#include "lib/admit.h"
#include "lib/count.h"
#include "lib/neighbour.h"
#include "lib/trunk.h"

#define ARP_ETHERNET 1
#define ARP_REQUEST 1
#define ARP_REPLY 2

INLINE int arp_check(const struct arp* arp, const struct step* s) {
    if (arp->hardware != bpf_htons(ARP_ETHERNET) || arp->protocol != bpf_htons(ETH_P_IP) ||
        arp->hardware_size != MAC_SIZE || arp->protocol_size != sizeof(__be32))
        return DROP(arp_malformed);
    if (!same_mac(arp->sender_mac, s->mac)) return DROP(arp_sender_mac);
    const struct weft_overlay_key sender = overlay_ipv4(s->gni, arp_address(arp->sender));
    const struct weft_overlay_key target = overlay_ipv4(s->gni, arp_address(arp->target));
    if (sender.address.word[3] && !owns(s, &s->address, &sender)) return DROP(arp_sender_address);
    if (arp->operation != bpf_htons(ARP_REQUEST)) return DROP(arp_not_request);
    return owns(s, &s->address, &target) ? DROP(arp_own) : VERDICT_NEXT;
}

INLINE int answer_arp(struct __sk_buff* skb, struct step* s) {
    struct view v = view_skb(skb);
    struct ethhdr* eth = v.data;
    struct arp* arp = (void*)(eth + 1);
    if ((void*)(arp + 1) > v.end) return DROP(arp_truncated);
    int verdict = arp_check(arp, s);
    if (verdict != VERDICT_NEXT) return verdict;
    __u8 mac[MAC_SIZE] __attribute__((aligned(2)));
    const struct weft_overlay_key asked = overlay_ipv4(s->gni, arp_address(arp->target));
    if (!find_neighbour(s, &asked, mac)) return DROP(arp_unknown);

    __be16 target[2] = {arp->target[0], arp->target[1]};
    arp->operation = bpf_htons(ARP_REPLY);
    copy_mac(arp->target_mac, arp->sender_mac);
    arp->target[0] = arp->sender[0];
    arp->target[1] = arp->sender[1];
    copy_mac(arp->sender_mac, mac);
    arp->sender[0] = target[0];
    arp->sender[1] = target[1];
    copy_mac(eth->h_dest, s->mac);
    copy_mac(eth->h_source, mac);
    count_tx(s->record, s->length, 1);
    return send_to_asker(skb, s);
}
