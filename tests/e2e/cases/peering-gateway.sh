#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: two partitions with the same addresses are joined by an instance that translates.
#
#   b 10.1.2.30 (blue) ---- blue0 10.1.250.9 gateway red0 10.1.251.9 ---- r 10.1.2.30 (red)
#                             sees red as 10.9/16, blue as 10.8/16
#           h1 -------------------------------------------------------- h2
. "$(dirname "$0")/../lib.sh"
up "${0%.sh}.yaml"
for name in b r; do serve "$name"; done
row="[3.5/peering-gateway]"

on gateway sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.{blue0,red0}.rp_filter=0
on gateway ip rule add iif blue0 lookup 102
on gateway ip route add default via 10.1.251.1 dev red0 table 102
on gateway ip rule add iif red0 lookup 101
on gateway ip route add default via 10.1.250.1 dev blue0 table 101
check "$row without translation nothing passes" mute b 10.9.2.30 r tcp
check "$row the gateway translates" on gateway nft -f - <<'END'
table ip nat {
    chain arrive {
        type nat hook prerouting priority dstnat
        iifname blue0 dnat ip prefix to ip daddr map { 10.9.0.0/16 : 10.1.0.0/16 }
        iifname red0 dnat ip prefix to ip daddr map { 10.8.0.0/16 : 10.1.0.0/16 }
    }
    chain leave {
        type nat hook postrouting priority srcnat
        oifname red0 snat ip prefix to ip saddr map { 10.1.0.0/16 : 10.8.0.0/16 }
        oifname blue0 snat ip prefix to ip saddr map { 10.1.0.0/16 : 10.9.0.0/16 }
    }
}
END
check "$row blue reaches red's 10.1.2.30 as 10.9.2.30" answers b 10.9.2.30 r tcp
check "$row red reaches blue's 10.1.2.30 as 10.8.2.30" answers r 10.8.2.30 b tcp
before=$(dropped red/r ingress_group)
check "$row red's rules hold for what comes from blue" mute b 10.9.2.30 r udp
check "$row which is counted" until_true 5 grew "$before" dropped red/r ingress_group
check "$row the gateway leaves red" weft record detach red/gateway --wait=installed
check "$row nothing passes without it" mute b 10.9.2.30 r tcp
