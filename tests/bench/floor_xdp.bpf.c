// SPDX-License-Identifier: Apache-2.0
// The least that dropping costs.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int floor_xdp(struct xdp_md* xdp) {
    (void)xdp;
    return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
