/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The last step towards an instance on this host: size, VLAN, MACs, counter, redirect. */
#pragma once

#include "lib/capture.h"
#include "lib/count.h"
#include "lib/member.h"
#include "lib/size.h"
#include "lib/state.h"
#include "lib/trace.h"
#include "lib/verdict.h"

/* Who of this host receives what is for `address`, by way of the station `mac`. A record whose check is off
 * receives by its MAC whatever is sent to it; all others by their address alone, so that a sender's stale MAC
 * does no harm. `record` is filled in as soon as the receiver is known, for the counters. */
INLINE int receive_by(struct weft_local* local, struct weft_local** found, __u64* record) {
    note(WEFT_TRACE_RECEIVER, local->record, 0);
    *record = local->record;
    *found = local;
    return check_deliver(local);
}

INLINE int find_receiver(const struct weft_overlay_key* address, const void* mac, struct weft_local** found,
                         __u64* record) {
    struct weft_local* local = find_local(address);
    if (local && (local->flags & WEFT_PORT_SPREAD)) {
        *record = local->record;
        int verdict = find_member_here(local, address->gni, mac, &local);
        return verdict == VERDICT_NEXT ? receive_by(local, found, record) : verdict;
    }
    if (local && same_mac(local->mac, mac)) return receive_by(local, found, record);
    struct weft_local* station = find_station(address->gni, mac, 0);
    if (station && !(station->flags & WEFT_PORT_SOURCE_DEST_CHECK)) return receive_by(station, found, record);
    if (local) return receive_by(local, found, record);
    if (!station) return DROP(no_destination);
    *record = station->record;
    return DROP(destination_address);
}

/* The frame starts with an Ethernet header whose MACs are right. */
INLINE int deliver(struct __sk_buff* skb, const struct weft_local* local) {
    __u32 length = skb->len;
    if (local->flags & WEFT_PORT_CAPTURE) capture(skb, length, local->record, WEFT_RX, WEFT_CAPTURE_INNER);
    if (local->vlan && bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), local->vlan)) return DROP(vlan_push);
    if (skb->pkt_type != PACKET_HOST) bpf_skb_change_type(skb, PACKET_HOST);
    count_rx(local->record, length, segments(skb));
    note(WEFT_TRACE_DELIVER, local->record, local->ifindex);
    if (local->flags & WEFT_PORT_PEER) return bpf_redirect_peer(local->ifindex, 0);
    return bpf_redirect(local->ifindex, 0);
}
