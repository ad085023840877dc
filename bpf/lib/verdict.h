/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a step answers: a TC action or one of these (not negative), or a drop reason, negated. */
#pragma once

#include <linux/pkt_cls.h>

#include "weft/abi/drop_reason.h"

#define DROP(reason) (-(int)WEFT_DROP_##reason)

enum verdict {
    VERDICT_NEXT = 0x100, /* go on with the next step */
    VERDICT_NOT_OURS,     /* somebody else's packet: leave it alone */
    VERDICT_EARLY,        /* a fragment ahead of its first one: nothing to track, it passes */
    VERDICT_PULL,         /* headers are beyond the linear part: pull and look again */
    VERDICT_SERVICE,      /* for the service program */
    VERDICT_ICMP_ERROR,   /* for the icmp_error program */
    VERDICT_PUNT,         /* for the agent: the punt program */
};
