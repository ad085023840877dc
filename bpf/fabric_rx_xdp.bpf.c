/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The uplink, native XDP: the checks of fabric_rx and decapsulation before the stack sees the packet, so that
 * it drops cheaply and GRO merges inner packets. fabric_rx delivers what this passes. */
#include "lib/drop.h"
#include "lib/metadata.h"
#include "lib/receiver.h"

/* Cuts the outer headers off. The destination MAC becomes the receiver's: never the uplink's, so that nothing
 * decapsulated enters the host's own stack. That of a shared record's instance goes on naming it. */
INLINE int decapsulate_xdp(struct xdp_md* xdp, const struct arrival* a, const struct weft_local* local) {
    if (bpf_xdp_adjust_head(xdp, a->strip & STRIP_MASK)) return DROP(decapsulate);
    struct ethhdr* eth = (void*)(long)xdp->data;
    if ((void*)(eth + 1) > (void*)(long)xdp->data_end) return DROP(step_lost);
    if (!(local->flags & WEFT_PORT_SPREAD)) copy_mac(eth->h_dest, local->mac);
    return metadata_put(xdp, a) ? XDP_PASS : DROP(step_lost);
}

INLINE int take(struct xdp_md* xdp, struct arrival* a) {
    struct weft_local* local;
    struct view v = view_xdp(xdp);
    int verdict = arrive(&v, a);
    if (verdict == VERDICT_NOT_OURS) return XDP_PASS;
    if (verdict == VERDICT_PULL) return DROP(step_lost);
    if (verdict == VERDICT_NEXT) verdict = find_arrival_receiver(&v, a, &local);
    if (verdict == DROP(local_too_big)) return XDP_PASS; /* generic XDP sees unsegmented packets: tc knows */
    if (verdict != VERDICT_NEXT) return verdict;
    if (!metadata_room(xdp)) return XDP_PASS;
    if (local->flags & WEFT_PORT_CAPTURE)
        capture(xdp, xdp->data_end - xdp->data, local->record, WEFT_RX, WEFT_CAPTURE_OUTER);
    v = view_xdp(xdp);
    verdict = mark_congestion(&v, a);
    if (verdict != VERDICT_NEXT) return verdict;
    return decapsulate_xdp(xdp, a, local);
}

SEC("xdp")
int fabric_rx_xdp(struct xdp_md* xdp) {
    struct arrival* a = begin_arrival();
    if (!a) return XDP_DROP;
    int verdict = take(xdp, a);
    if (verdict >= 0) return verdict;
    struct dropped d = {
        .record = a->record,
        .gni = a->gni,
        .reason = -verdict,
        .direction = WEFT_RX,
        .ifindex = xdp->ingress_ifindex,
        .length = xdp->data_end - xdp->data,
    };
    drop_xdp(xdp, &d);
    return XDP_DROP;
}

char program_license[] SEC("license") = "Dual BSD/GPL";
