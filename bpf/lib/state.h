/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether an attachment may pass packets at all: its flags and its lease. */
#pragma once

#include "lib/packet.h"
#include "lib/verdict.h"
#include "weft/abi/local.h"

INLINE int check_state(__u32 flags, __u64 lease_expiry) {
    if (flags & (WEFT_PORT_DISABLED | WEFT_PORT_IN_REPAIR))
        return flags & WEFT_PORT_DISABLED ? DROP(disabled) : DROP(in_repair);
    if (lease_expiry && bpf_ktime_get_boot_ns() >= lease_expiry) return DROP(lease_expired);
    return VERDICT_NEXT;
}

INLINE int check_transmit(const struct weft_port* port) {
    int verdict = check_state(port->flags, port->lease_expiry);
    if (verdict != VERDICT_NEXT) return verdict;
    return port->flags & WEFT_PORT_TRANSMIT ? VERDICT_NEXT : DROP(transmit_off);
}

INLINE int check_deliver(const struct weft_local* local) {
    int verdict = check_state(local->flags, local->lease_expiry);
    if (verdict != VERDICT_NEXT) return verdict;
    return local->flags & WEFT_PORT_DELIVER ? VERDICT_NEXT : DROP(deliver_off);
}
