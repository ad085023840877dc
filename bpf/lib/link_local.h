/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Link-local addresses that are made of MACs (RFC 4291, appendix A). */
#pragma once

#include "lib/lookup.h"
#include "lib/step.h"

INLINE struct weft_address link_local_of(const __u8* mac) {
    return (struct weft_address){.word = {
                                     bpf_htonl(0xfe800000),
                                     0,
                                     bpf_htonl((__u32)(mac[0] ^ 2) << 24 | mac[1] << 16 | mac[2] << 8 | 0xff),
                                     bpf_htonl(0xfe000000U | mac[3] << 16 | mac[4] << 8 | mac[5]),
                                 }};
}

/* Whether the address is made of the router's MAC, or of that of another record on this host. One that is
 * made of no MAC (RFC 7217) may be anybody's: answers go to the asking device alone. */
INLINE int is_anothers(const struct step* s, const struct weft_address* address) {
    __u32 high = bpf_ntohl(address->word[2]);
    __u32 low = bpf_ntohl(address->word[3]);
    __u8 mac[MAC_SIZE]
        __attribute__((aligned(2))) = {high >> 24 ^ 2, high >> 16, high >> 8, low >> 16, low >> 8, low};
    struct weft_address made = link_local_of(mac);
    if (!same_address(address, &made) || same_mac(mac, s->mac)) return 0;
    return same_mac(mac, s->router_mac) || find_station(s->gni, mac, 0);
}
