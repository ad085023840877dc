/* SPDX-License-Identifier: Apache-2.0 */
/* What an 802.1Q device of the kernel does, where it has none: compiled once for each VLAN of an instance and
 * direction, with the tag (0: untagged), the device that frames go on to, and OUT towards the trunk. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int part(struct __sk_buff* skb) {
    const __u32 tag = skb->vlan_present ? skb->vlan_tci & 0xfff : 0;
    if (!OUT && tag != TAG) return TC_ACT_UNSPEC;
    if (!OUT && tag) bpf_skb_vlan_pop(skb);
    if (OUT && TAG != 0) bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), TAG);
    return bpf_redirect(TO, 0);
}

char program_license[] SEC("license") = "Apache-2.0";
