/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps of weft/abi as the programs see them. User space sets the sizes before the first load. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "weft/abi/capture.h"
#include "weft/abi/config.h"
#include "weft/abi/counter.h"
#include "weft/abi/drop_reason.h"
#include "weft/abi/event.h"
#include "weft/abi/flow.h"
#include "weft/abi/local.h"
#include "weft/abi/mapping.h"
#include "weft/abi/peer.h"
#include "weft/abi/policy.h"
#include "weft/abi/port.h"
#include "weft/abi/punt.h"
#include "weft/abi/rate.h"
#include "weft/abi/route.h"
#include "weft/abi/source.h"
#include "weft/abi/spread.h"

#define PINNED_MAP(name, map_type, size, flags, key_type, value_type) \
    struct {                                                          \
        __uint(type, BPF_MAP_TYPE_##map_type);                        \
        __uint(max_entries, size);                                    \
        __uint(map_flags, flags);                                     \
        __type(key, key_type);                                        \
        __type(value, value_type);                                    \
        __uint(pinning, LIBBPF_PIN_BY_NAME);                          \
    } name SEC(".maps")

#define GROWING BPF_F_NO_PREALLOC

PINNED_MAP(WEFT_PORT_MAP, HASH, 4096, 0, struct weft_port_key, struct weft_port);
PINNED_MAP(WEFT_LOCAL_MAP, HASH, 16384, 0, struct weft_overlay_key, struct weft_local);
PINNED_MAP(WEFT_LOCAL_PREFIX_MAP, LPM_TRIE, 16384, GROWING, struct weft_overlay_prefix, struct weft_local);
PINNED_MAP(WEFT_STATION_MAP, HASH, 4096, 0, struct weft_station_key, struct weft_local);
PINNED_MAP(WEFT_MAPPING_MAP, HASH, 1048576, GROWING, struct weft_overlay_key, struct weft_mapping);
PINNED_MAP(WEFT_MAPPING_PREFIX_MAP, LPM_TRIE, 65536, GROWING, struct weft_overlay_prefix,
           struct weft_mapping);
PINNED_MAP(WEFT_SOURCE_MAP, HASH, 1048576, GROWING, struct weft_source_key, struct weft_source);
PINNED_MAP(WEFT_SOURCE_PREFIX_MAP, LPM_TRIE, 65536, GROWING, struct weft_source_prefix, struct weft_source);
PINNED_MAP(WEFT_ANY_SOURCE_MAP, HASH, 65536, GROWING, struct weft_any_source_key, struct weft_any_source);
PINNED_MAP(WEFT_ROUTE_MAP, LPM_TRIE, 65536, GROWING, struct weft_route_key, struct weft_route);
PINNED_MAP(WEFT_ROUTE_HOPS_MAP, HASH, 4096, GROWING, struct weft_route_key, struct weft_route_hops);
PINNED_MAP(WEFT_SPREAD_MAP, HASH, 4096, GROWING, __u64, struct weft_spread);
PINNED_MAP(WEFT_MEMBER_MAP, HASH, 65536, GROWING, struct weft_member_key, struct weft_member);
PINNED_MAP(WEFT_PEER_MAP, HASH, 65536, GROWING, __u64, struct weft_peer);
PINNED_MAP(WEFT_UNDERLAY_MAP, HASH, 65536, GROWING, struct weft_address, struct weft_underlay);
PINNED_MAP(WEFT_OWN_MAP, ARRAY, 1, 0, __u32, struct weft_own);
PINNED_MAP(WEFT_COUNTER_MAP, PERCPU_HASH, 4096, 0, __u64, struct weft_counter);
PINNED_MAP(WEFT_DROP_MAP, PERCPU_ARRAY, WEFT_DROP_ENTRIES, 0, __u32, struct weft_drop);
PINNED_MAP(WEFT_RECORD_DROP_MAP, PERCPU_HASH, 16384, 0, struct weft_record_drop_key, struct weft_drop);
PINNED_MAP(WEFT_EVENT_BUCKET_MAP, PERCPU_ARRAY, WEFT_EVENT_SORTS, 0, __u32, struct weft_event_bucket);
PINNED_MAP(WEFT_POLICY_MAP, HASH, 16384, GROWING, __u32, struct weft_policy);
PINNED_MAP(WEFT_RULE_ADDRESS_MAP, LPM_TRIE, 1048576, GROWING, struct weft_rule_address, __u32);
PINNED_MAP(WEFT_RULE_TAG_MAP, HASH, 1048576, GROWING, struct weft_rule_tag, __u32);
PINNED_MAP(WEFT_RULE_PORT_MAP, LPM_TRIE, 1048576, GROWING, struct weft_rule_port, struct weft_rule);
PINNED_MAP(WEFT_FLOW_MAP, HASH, 1048576, GROWING, struct weft_flow_key, struct weft_flow);
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __uint(map_flags, GROWING);
    __type(key, struct weft_flow_key);
    __type(value, struct weft_flow);
} WEFT_FLOW_FORMER_MAP SEC(".maps");
PINNED_MAP(WEFT_QUOTA_MAP, HASH, 4096, 0, __u64, struct weft_quota);
PINNED_MAP(WEFT_FLOW_USE_MAP, HASH, 4096, 0, __u64, struct weft_flow_use);
PINNED_MAP(WEFT_FRAGMENT_MAP, LRU_HASH, 65536, 0, struct weft_fragment_key, struct weft_fragment);
PINNED_MAP(WEFT_REJECT_MAP, HASH, 65536, GROWING, struct weft_reject_key, struct weft_reject);
PINNED_MAP(WEFT_RATE_MAP, HASH, 8192, 0, struct weft_rate_key, struct weft_rate);
PINNED_MAP(WEFT_RATE_STATE_MAP, HASH, 8192, 0, struct weft_rate_key, struct weft_rate_state);
PINNED_MAP(WEFT_CAPTURE_MAP, HASH, 64, 0, __u64, struct weft_capture);
PINNED_MAP(WEFT_CAPTURED_MAP, PERF_EVENT_ARRAY, 0, 0, __u32, __u32);
PINNED_MAP(WEFT_PUNT_MAP, ARRAY, 1, 0, __u32, struct weft_punt);
PINNED_MAP(WEFT_PUNT_PAID_MAP, LRU_HASH, 4096, 0, __u64, __u64);
PINNED_MAP(WEFT_CONFIG_MAP, ARRAY, 1, 0, __u32, struct weft_config);

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 18);
    __uint(pinning, LIBBPF_PIN_BY_NAME);
} WEFT_EVENT_MAP SEC(".maps");
