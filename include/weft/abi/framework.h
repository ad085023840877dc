/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Frameworks (wire formats with a version). Numbers are appended, never reused; masks have bit 1 << number.
 */
#pragma once

#include "weft/abi/types.h"

/* X(number, name, version, overhead over IPv4, over IPv6): bytes from the outer IP header to the inner one.
 */
#define WEFT_FRAMEWORKS(X)  \
    X(1, geneve, 1, 74, 94) \
    X(2, vxlan, 1, 50, 70)

enum weft_framework {
    WEFT_FRAMEWORK_NONE = 0,
#define WEFT_FRAMEWORK_ENUM(number, name, version, overhead4, overhead6) \
    WEFT_FRAMEWORK_##name##_##version = (number),
    WEFT_FRAMEWORKS(WEFT_FRAMEWORK_ENUM)
#undef WEFT_FRAMEWORK_ENUM
};

#define WEFT_GENEVE_PORT 6081
#define WEFT_VXLAN_PORT 4789

/* Geneve options of weft (RFC 8926, 3.5): an experimental class; each carries one 32-bit big-endian value and
 * is not critical, so that a foreign endpoint may skip it. */
#define WEFT_GENEVE_CLASS 0xff77
enum weft_geneve_option {
    WEFT_GENEVE_SOURCE_GNI = 1, /* GNI of the sending record, in the low 24 bits */
    WEFT_GENEVE_TAG = 2,        /* security tag of the sending record */
    WEFT_GENEVE_VERSION = 3,    /* framework version */
};
