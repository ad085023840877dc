/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The frameworks: sending by number, receiving by UDP port. One line each; nothing else knows them. */
#pragma once

#include "lib/framework/geneve.h"
#include "lib/framework/vxlan.h"

/* X(number, prefix of its functions, is the first of those that share its port) */
#define FRAMEWORKS(X)                  \
    X(WEFT_FRAMEWORK_geneve_1, geneve) \
    X(WEFT_FRAMEWORK_vxlan_1, vxlan)

INLINE int framework_parse(__be16 port, const struct view* v, __u32 offset, __u32 room, struct arrival* a) {
#define FRAMEWORK_PARSE(number, name) \
    if (port == bpf_htons(name##_port)) return name##_parse(v, offset, room, a);
    FRAMEWORKS(FRAMEWORK_PARSE)
#undef FRAMEWORK_PARSE
    return VERDICT_NOT_OURS;
}

INLINE int framework_owns_port(__be16 port) {
#define FRAMEWORK_PORT(number, name) \
    if (port == bpf_htons(name##_port)) return 1;
    FRAMEWORKS(FRAMEWORK_PORT)
#undef FRAMEWORK_PORT
    return 0;
}
