#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What does not fit after encapsulation is answered with fragmentation-needed; TCP finds its size.
#
#   i1 10.1.2.30 (MTU 1326, then 1500)              i2 10.1.2.50
#        h1 --- underlay of 1400 bytes, geneve 74 --- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/small-mtu.yaml"
serve i2
device=$(on i1 ip -o route get 10.1.2.50 | grep -o 'dev [^ ]*' | cut -d' ' -f2)

# 1298 bytes, ICMP and IP headers make 1326.
whole() { on i1 ping -n -M "do" -s "$1" -c 1 -W 2 10.1.2.50; }
has_mtu() { on i1 ip -o link show dev "$device" | grep " mtu $1 "; }
check "[5.1/mtu] the instance's device has the MTU that fits" has_mtu 1326
check "[5.1/mtu] a packet of that size passes" whole 1298
# The agent puts the device right again from time to time.
raise() { on i1 ip link set "$device" mtu 1500; }
check "[5.1/mtu] the instance raises its MTU on its own" raise
check "[5.1/mtu] what fits still passes" whole 1298
too_big() { raise && on i1 ping -n -M "do" -s 1299 -c 1 -W 2 10.1.2.50 | grep '^From 10\.1\.2\.1 .*Frag needed.*mtu = 1326'; }
before=$(dropped blue-i1 too_big)
check "[5.1/too-big] one byte more is answered with the size that fits" until_true 10 too_big
check "[5.1/too-big] it was dropped and counted" until_true 5 grew "$before" dropped blue-i1 too_big
learned() { on i1 ip route get 10.1.2.50 | grep 'mtu 1326'; }
check "[5.1/quote] the sender's kernel believed the quote: it knows the path's MTU" learned
on i1 ip route flush cache
transfer() {
    head -c 2000000 /dev/urandom >"$scratch/sent"
    start i2 socat -u TCP-LISTEN:7780,reuseaddr "CREATE:$scratch/received" &
    until_true 5 on i2 sh -c 'ss -Hltn "sport = 7780" | grep -q .'
    on i1 socat -u "FILE:$scratch/sent" TCP:10.1.2.50:7780,connect-timeout=3
    wait $!
    cmp "$scratch/sent" "$scratch/received"
}
check "[5.1/tcp] TCP arrives whole all the same" transfer
