/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Geneve version 1 of weft (RFC 8926): VNI = destination GNI; options source GNI, security tag, framework
 * version. */
#pragma once

#include "lib/arrival.h"
#include "lib/step.h"
#include "lib/verdict.h"
#include "weft/abi/framework.h"

#define GENEVE_TEB 0x6558 /* transparent Ethernet bridging */
#define GENEVE_CONTROL 0x80
#define GENEVE_CRITICAL 0x80 /* of an option's type */
#define GENEVE_LENGTH 0x1f   /* of an option's first word: words that follow */
#define GENEVE_WORDS_MAX 63

struct geneve_option {
    __be32 head; /* class 16 bits, type 8, reserved 3, words that follow 5 */
    __be32 value;
};

struct geneve {
    __u8 version_length; /* version 2 bits, words of options 6 bits */
    __u8 flags;
    __be16 protocol;
    __be32 vni; /* and 8 reserved bits */
    struct geneve_option source_gni;
    struct geneve_option tag;
    struct geneve_option version;
};

#define GENEVE_FIXED 8
#define GENEVE_OPTIONS (sizeof(struct geneve) - GENEVE_FIXED)
#define GENEVE_OPTION(type) bpf_htonl((__u32)WEFT_GENEVE_CLASS << 16 | (type) << 8 | 1)

#define geneve_port WEFT_GENEVE_PORT
#define geneve_size sizeof(struct geneve)

INLINE void geneve_write(void* at, const struct step* s) {
    struct geneve* g = at;
    g->version_length = GENEVE_OPTIONS / 4;
    g->flags = 0;
    g->protocol = bpf_htons(GENEVE_TEB);
    g->vni = bpf_htonl(s->packet.destination.gni << 8);
    g->source_gni.head = GENEVE_OPTION(WEFT_GENEVE_SOURCE_GNI);
    g->source_gni.value = bpf_htonl(s->packet.destination.gni);
    g->tag.head = GENEVE_OPTION(WEFT_GENEVE_TAG);
    g->tag.value = bpf_htonl(s->tag);
    g->version.head = GENEVE_OPTION(WEFT_GENEVE_VERSION);
    g->version.value = bpf_htonl(1);
}

/* The options as weft itself sends them. */
INLINE int geneve_own_options(const struct geneve* g) {
    return g->source_gni.head == GENEVE_OPTION(WEFT_GENEVE_SOURCE_GNI) &&
           g->tag.head == GENEVE_OPTION(WEFT_GENEVE_TAG) &&
           g->version.head == GENEVE_OPTION(WEFT_GENEVE_VERSION) && g->version.value == bpf_htonl(1);
}

/* Whether the option is one of weft's; its value follows. */
INLINE int geneve_own_option(__u32 head) {
    __u8 type = head >> 8;
    return head >> 16 == WEFT_GENEVE_CLASS && (head & GENEVE_LENGTH) == 1 &&
           (type == WEFT_GENEVE_SOURCE_GNI || type == WEFT_GENEVE_TAG || type == WEFT_GENEVE_VERSION);
}

INLINE int geneve_take_option(__u8 type, __u32 value, struct arrival* a) {
    if (type == WEFT_GENEVE_VERSION) return value == 1 ? VERDICT_NEXT : DROP(geneve_version);
    if (type == WEFT_GENEVE_SOURCE_GNI) {
        a->source_gni = value;
    } else {
        a->tag = value;
        a->tagged = 1;
    }
    return VERDICT_NEXT;
}

/* All options of the packet at hand, at their longest. */
struct geneve_words {
    __be32 word[GENEVE_WORDS_MAX + 1];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct geneve_words);
} weft_geneve_words SEC(".maps");

/* Options in any order, those of others skipped. A function of its own, which the verifier checks once and
 * not for every path that leads here. */
__attribute__((noinline)) int geneve_scan(__u32 words) {
    __u32 zero = 0;
    const struct geneve_words* options = bpf_map_lookup_elem(&weft_geneve_words, &zero);
    struct arrival* a = bpf_map_lookup_elem(&weft_arrival, &zero);
    if (!options || !a) return DROP(step_lost);
    __u32 left = 0; /* words left of the option at hand */
    __u8 own = 0;   /* its type, if it is one of weft's */
    for (__u32 i = 0; i < GENEVE_WORDS_MAX && i < words; i++) {
        __u32 word = bpf_ntohl(options->word[i]);
        if (left) {
            left--;
            int verdict = own ? geneve_take_option(own, word, a) : VERDICT_NEXT;
            if (verdict != VERDICT_NEXT) return verdict;
            continue;
        }
        left = word & GENEVE_LENGTH;
        own = geneve_own_option(word) ? word >> 8 : 0;
        if (!own && (word >> 8 & GENEVE_CRITICAL)) return DROP(geneve_critical);
    }
    return left ? DROP(geneve_option) : VERDICT_NEXT;
}

INLINE int geneve_options(const struct view* v, __u32 offset, __u32 words) {
    __u32 zero = 0;
    struct geneve_words* options = bpf_map_lookup_elem(&weft_geneve_words, &zero);
    if (!options) return DROP(step_lost);
    if (!words) return VERDICT_NEXT;
    __u32 last = words - 1;
    asm volatile("" : "+r"(last)); /* keeps the mask, from which Linux 6.1 learns both bounds of the size */
    __u32 size = (last & GENEVE_WORDS_MAX) * sizeof(__be32) + sizeof(__be32);
    if (view_load(v, offset, options, size)) return DROP(step_lost);
    return geneve_scan(words);
}

/* `room` is what the packet holds from `offset` on, in or beyond the linear part. */
INLINE int geneve_parse(const struct view* v, __u32 offset, __u32 room, struct arrival* a) {
    const struct geneve* g = v->data + (offset & STRIP_MASK);
    if (room < GENEVE_FIXED) return DROP(framework_truncated);
    if ((const void*)g + GENEVE_FIXED > v->end) return VERDICT_PULL;
    __u32 options = (g->version_length & 0x3f) * 4;
    if (g->version_length >> 6 || (g->flags & GENEVE_CONTROL)) return DROP(geneve_header);
    if (g->protocol != bpf_htons(GENEVE_TEB)) return DROP(geneve_protocol);
    if (room < GENEVE_FIXED + options) return DROP(framework_truncated);
    a->framework = WEFT_FRAMEWORK_geneve_1;
    a->framework_size = GENEVE_FIXED + options;
    a->gni = a->source_gni = bpf_ntohl(g->vni) >> 8;
    if (options == GENEVE_OPTIONS && (const void*)(g + 1) <= v->end && geneve_own_options(g)) {
        a->source_gni = bpf_ntohl(g->source_gni.value);
        a->tag = bpf_ntohl(g->tag.value);
        a->tagged = 1;
        return VERDICT_NEXT;
    }
    return geneve_options(v, offset + GENEVE_FIXED, options / 4);
}
