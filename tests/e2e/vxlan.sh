#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A host that offers only VXLAN: the pair negotiates VXLAN in both directions, the wire shows it, traffic passes.
#
#   i1 10.1.2.30                       i2 10.1.2.50
#        h1 ------- UDP port 4789 -------- h2 (vxlan only)
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/vxlan.yaml"
serve i2

# on_the_wire FILTER: the next packet of a ping that the filter matches on h1's uplink.
on_the_wire() {
    start h1 timeout 5 tcpdump -Uni uplink0 -c 2 "$1" >"$scratch/wire" 2>"$scratch/listening" &
    local capture=$!
    until_true 5 grep -q 'listening on' "$scratch/listening"
    pings i1 10.1.2.50
    wait "$capture"
    cat "$scratch/wire"
    [ "$(wc -l <"$scratch/wire")" -ge 2 ]
}
check "[6.2/common] the highest common framework is used: VXLAN towards h2" on_the_wire 'udp dst port 4789 and dst host 192.0.2.2'
check "[6.2/common] and VXLAN back" on_the_wire 'udp dst port 4789 and src host 192.0.2.2'
check "[6.7/vxlan] TCP passes" answers i1 10.1.2.50 i2 tcp
refuse "[6.2/common] no Geneve on the wire" on_the_wire 'udp dst port 6081'
