/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* VXLAN (RFC 7348): VNI = destination GNI. Reserved bits are zero on send and ignored on receipt. */
#pragma once

#include "lib/arrival.h"
#include "lib/step.h"
#include "lib/verdict.h"
#include "weft/abi/framework.h"

#define VXLAN_VALID_VNI 0x08

struct vxlan {
    __u8 flags;
    __u8 reserved[3];
    __be32 vni; /* and 8 reserved bits */
};

#define vxlan_port WEFT_VXLAN_PORT
#define vxlan_size sizeof(struct vxlan)

INLINE void vxlan_write(void* at, const struct step* s) {
    __be32* word = at;
    word[0] = bpf_htonl(VXLAN_VALID_VNI << 24);
    word[1] = bpf_htonl(s->packet.destination.gni << 8);
}

INLINE int vxlan_parse(const struct view* v, __u32 offset, __u32 room, struct arrival* a) {
    const struct vxlan* header = v->data + (offset & STRIP_MASK);
    if (room < sizeof(*header)) return DROP(framework_truncated);
    if ((const void*)(header + 1) > v->end) return VERDICT_PULL;
    if (!(header->flags & VXLAN_VALID_VNI)) return DROP(vxlan_flags);
    a->framework = WEFT_FRAMEWORK_vxlan_1;
    a->framework_size = sizeof(*header);
    a->gni = a->source_gni = bpf_ntohl(header->vni) >> 8;
    return VERDICT_NEXT;
}
