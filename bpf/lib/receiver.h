/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who receives a checked arrival, and in what shape. */
#pragma once

#include "lib/arrive.h"
#include "lib/deliver.h"

/* The receiver of an arrival, known to take it. */
INLINE int find_arrival_receiver(const struct view* v, struct arrival* a, struct weft_local** local) {
    int verdict = find_receiver(&a->packet.destination, a->macs, local, &a->record);
    if (verdict != VERDICT_NEXT) return verdict;
    return ip_size(v, &a->packet) > (*local)->mtu ? DROP(local_too_big) : VERDICT_NEXT;
}

INLINE void mark_congestion(const struct view* v, const struct arrival* a) {
    if (a->packet.tos == a->inner_tos) return;
    struct iphdr* ip = v->data + (a->packet.offset & L3_MASK);
    if ((void*)(ip + 1) <= v->end) ipv4_set_tos(ip, a->inner_tos);
}
