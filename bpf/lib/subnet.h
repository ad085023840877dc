/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether two addresses are in one subnet, `bits` long; a subnet of no bits holds nothing. */
#pragma once

#include "lib/packet.h"

INLINE int same_subnet4(__be32 a, __be32 b, __u8 bits) {
    __be32 mask = bpf_htonl((__u32)(0xffffffffULL << (32 - (bits & 63))));
    return bits && bits <= 32 && !((a ^ b) & mask);
}

/* Of the bits of a prefix those that fall into the word that begins at bit `first`. */
INLINE __be32 word_mask(__u32 bits, __u32 first) {
    if (bits <= first) return 0;
    return bits >= first + 32 ? 0xffffffff : bpf_htonl(0xffffffff << (32 - (bits - first)));
}

INLINE int same_subnet6(const struct weft_address* a, const struct weft_address* b, __u8 bits) {
    __be32 differ = 0;
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) differ |= (a->word[i] ^ b->word[i]) & word_mask(bits, i * 32);
    return bits && !differ;
}
