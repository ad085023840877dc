#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# IPv6 underlay: the hosts are declared with IPv6 addresses only, the overlay's IPv4 is carried all the same.
#
#   i1 10.1.2.30                                i2 10.1.2.50
#        h1 2001:db8::1 ---- UDP over IPv6 ---- 2001:db8::2 h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/underlay6.yaml"
serve i2

outer6() {
    start h2 timeout 5 tcpdump -Uni uplink0 -c 1 'ip6 and udp and src host 2001:db8::1 and dst host 2001:db8::2' \
        >"$scratch/wire" 2>"$scratch/listening" &
    local capture=$!
    until_true 5 grep -q 'listening on' "$scratch/listening"
    pings i1 10.1.2.50
    wait "$capture"
    grep -q '2001:db8::1' "$scratch/wire"
}
check "[5.6/underlay] packets travel in IPv6" outer6
check "[5.6/underlay] ping" pings i2 10.1.2.30
check "[5.6/underlay] TCP" answers i1 10.1.2.50 i2 tcp
