/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rate limits (requirement 4.7): the generic cell rate algorithm (ITU-T I.371) over one word a limit, so that
 * CPUs need no lock. */
#pragma once

#include "lib/count.h"
#include "lib/flow.h"
#include "lib/size.h"

#define RATE_RETRIES 8

/* How long `amount` takes at `rate`, ns. Amounts are below 2^32, so that nothing overflows. */
INLINE __u64 duration(__u64 amount, __u64 rate) { return amount * SECOND / rate; }

/* Whether what is not paid for yet is less than the burst. */
INLINE int affordable(__u64 paid, __u64 now, __u64 rate, __u32 burst) {
    return !rate || paid <= now + duration(burst, rate);
}

INLINE void pay(__u64* paid, __u64 now, __u64 amount, __u64 rate) {
    if (!rate) return;
    __u64 cost = duration(amount, rate);
#pragma clang loop unroll(disable)
    for (int i = 0; i < RATE_RETRIES; i++) {
        __u64 old = *(volatile __u64*)paid;
        if (__sync_val_compare_and_swap(paid, old, (old > now ? old : now) + cost) == old) return;
    }
}

/* Whether the record may have one more of what it is given `rate` of a second, and takes it. `paid` is an LRU
 * map of records. */
INLINE int take_turn(void* paid_map, __u64 record, __u64 rate, __u32 burst) {
    __u64 now = bpf_ktime_get_coarse_ns();
    __u64* paid = bpf_map_lookup_elem(paid_map, &record);
    if (!paid) {
        bpf_map_update_elem(paid_map, &record, &now, BPF_NOEXIST);
        paid = bpf_map_lookup_elem(paid_map, &record);
        if (!paid) return 0;
    }
    if (!affordable(*paid, now, rate, burst)) return 0;
    pay(paid, now, 1, rate);
    return 1;
}

/* Bytes that leave the segmentation of this one. */
INLINE __u64 segmented_bytes(const struct view* v, const struct packet* p, __u32 bytes, __u32 count) {
    if (!v->gso) return bytes;
    return bytes + (__u64)(count - 1) * (sizeof(struct ethhdr) + ip_size(v, p) - v->gso);
}

INLINE int police(const struct __sk_buff* skb, const struct view* v, const struct packet* p,
                  const struct track* t) {
    const struct weft_rate_key key = {.record = t->key.record, .direction = t->direction};
    const struct weft_rate* rate = bpf_map_lookup_elem(&WEFT_RATE_MAP, &key);
    struct weft_rate_state* state = bpf_map_lookup_elem(&WEFT_RATE_STATE_MAP, &key);
    if (!rate) return DROP(no_rate);       /* never unlimited: who shares the host would pay for it */
    if (weft_tracing) return VERDICT_NEXT; /* a trace pays for nothing */
    if (!state) return DROP(no_rate);
    __u64 now = bpf_ktime_get_ns();
    if (!affordable(state->packets_paid, now, rate->packets, rate->burst_packets))
        return t->direction == WEFT_TX ? DROP(egress_packet_rate) : DROP(ingress_packet_rate);
    if (!affordable(state->bytes_paid, now, rate->bytes, rate->burst_bytes))
        return t->direction == WEFT_TX ? DROP(egress_byte_rate) : DROP(ingress_byte_rate);
    __u32 count = segments(skb);
    pay(&state->packets_paid, now, count, rate->packets);
    pay(&state->bytes_paid, now, segmented_bytes(v, p, t->bytes, count), rate->bytes);
    return VERDICT_NEXT;
}
