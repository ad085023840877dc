/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Congestion marks on decapsulation (RFC 6040, section 4.2, figure 4). */
#pragma once

#include "lib/packet.h"
#include "lib/verdict.h"

#define ECN_MASK 3
#define ECN_ECT1 1
#define ECN_ECT0 2
#define ECN_CE 3

/* The inner TOS after decapsulation, or the drop that RFC 6040 asks for. */
INLINE int ecn_decapsulate(__u8 outer, __u8 inner) {
    outer &= ECN_MASK;
    if (outer == ECN_CE) {
        if (!(inner & ECN_MASK)) return DROP(ecn);
        return inner | ECN_CE;
    }
    if (outer == ECN_ECT1 && (inner & ECN_MASK) == ECN_ECT0) return (inner & ~ECN_MASK) | ECN_ECT1;
    return inner;
}
