// SPDX-License-Identifier: Apache-2.0
// The least that encapsulating costs: instance_tx's helper calls with constants, nothing looked up or
// checked. Built by `run` for one shape and one packet: HEADER holds the outer IP, UDP, Geneve and inner
// Ethernet headers.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "floor_lookups.inc"

#define ETHERNET 14

static const unsigned char header[] = {HEADER};

FLOOR_MAP(port, HASH, 24);
FLOOR_MAP(mapping, HASH, 20);
FLOOR_MAP(peer, HASH, 8);
FLOOR_MAP(counter, PERCPU_HASH, 8);

SEC("tc")
int floor_tx(struct __sk_buff* skb) {
    const unsigned long long flags = BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L4_UDP |
                                     BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L2(ETHERNET) |
                                     BPF_F_ADJ_ROOM_ENCAP_L2_ETH;
    struct bpf_redir_neigh next = {.nh_family = 2, .ipv4_nh = NEXT_HOP};
    if (LOOKUPS) {
        look_up(&port);
        look_up(&mapping);
        look_up(&peer);
        look_up(&counter);
    }
    if (bpf_skb_adjust_room(skb, sizeof(header), BPF_ADJ_ROOM_MAC, flags)) return TC_ACT_SHOT;
    unsigned char* at = (void*)(long)skb->data + ETHERNET;
    if (at + sizeof(header) > (unsigned char*)(long)skb->data_end) return TC_ACT_SHOT;
    __builtin_memcpy(at, header, sizeof(header));
    return bpf_redirect_neigh(IFINDEX, &next, sizeof(next), 0);
}

char LICENSE[] SEC("license") = "GPL";
