/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The punt tap, tc ingress: the agent's answers go to the instances that asked. */
#include "lib/capture.h"
#include "lib/count.h"
#include "lib/drop.h"
#include "lib/state.h"

#define HEADERS 54 /* Ethernet and IPv6; IPv4 without options needs less */

/* The address that the answer is for; 0 if it is not IP. */
INLINE int find_destination(const struct view* v, struct weft_address* to) {
    const struct ethhdr* eth = v->data;
    const struct iphdr* ip = (const void*)(eth + 1);
    const struct ipv6hdr* ip6 = (const void*)(eth + 1);
    if ((const void*)(ip + 1) > v->end) return 0;
    if (eth->h_proto == bpf_htons(ETH_P_IP)) {
        *to = mapped(ip->daddr);
        return 1;
    }
    if (eth->h_proto != bpf_htons(ETH_P_IPV6) || (const void*)(ip6 + 1) > v->end) return 0;
    *to = *(const struct weft_address*)&ip6->daddr;
    return 1;
}

/* The port that the destination MAC names; where records share the device, the one that has the address, or
 * else the primary one. */
INLINE int find_asker(const struct view* v, struct weft_port_key* key, struct weft_port** found) {
    const struct weft_punt_mac* to = v->data;
    struct weft_address destination;
    if (!find_destination(v, &destination)) return DROP(punt_frame);
    if ((const void*)(to + 1) > v->end) return DROP(punt_frame);
    __u32 word = bpf_ntohs(to->vlan);
    if ((word & WEFT_PUNT_MARK_MASK) != WEFT_PUNT_MARK) return DROP(punt_frame);
    key->vlan = WEFT_PUNT_VLAN(word);
    key->ifindex = (__u32)bpf_ntohs(to->ifindex[0]) << 16 | bpf_ntohs(to->ifindex[1]);
    struct weft_port* port = bpf_map_lookup_elem(&WEFT_PORT_MAP, key);
    if (port && (port->flags & WEFT_PORT_SHARED)) {
        key->source = destination;
        struct weft_port* own = bpf_map_lookup_elem(&WEFT_PORT_MAP, key);
        if (own) port = own;
    }
    if (!port || !port->record) return DROP(no_port);
    *found = port;
    return VERDICT_NEXT;
}

INLINE int answer(struct __sk_buff* skb, struct dropped* d) {
    struct weft_port* port;
    struct weft_port_key key = {};
    pull(skb, HEADERS);
    struct view v = view_skb(skb);
    int verdict = find_asker(&v, &key, &port);
    if (verdict != VERDICT_NEXT) return verdict;
    d->record = port->record;
    d->gni = port->gni;
    verdict = check_state(port->flags, port->lease_expiry);
    if (verdict != VERDICT_NEXT) return verdict;
    struct ethhdr* eth = v.data;
    copy_mac(eth->h_dest, port->mac);
    copy_mac(eth->h_source, port->router_mac);
    if (port->flags & WEFT_PORT_CAPTURE) capture(skb, skb->len, port->record, WEFT_RX, WEFT_CAPTURE_INNER);
    if (key.vlan && bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), key.vlan)) return DROP(vlan_push);
    count_rx(d->record, d->length, 1);
    return bpf_redirect(key.ifindex, 0);
}

SEC("tc")
int punt_rx(struct __sk_buff* skb) {
    struct dropped d = {.direction = WEFT_RX, .ifindex = skb->ifindex, .length = skb->len};
    int verdict = answer(skb, &d);
    if (verdict >= 0) return verdict;
    d.reason = -verdict;
    drop_skb(skb, &d);
    return TC_ACT_SHOT;
}

char program_license[] SEC("license") = "Dual BSD/GPL";
