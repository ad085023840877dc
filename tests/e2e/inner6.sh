#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# IPv6 wherever IPv4 works: a dual-stack partition between hosts, on one host, between subnets, and at the path's MTU.
#
#   i1 2001:db8:12::30, i4 ::31          i2 2001:db8:12::50, i3 chosen in 2001:db8:13::/64
#        |                                   |
#        h1 --- underlay of 1400 bytes, geneve 74 --- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/inner6.yaml"

serve6() {
    start "$1" socat TCP6-LISTEN:7777,reuseaddr,fork SYSTEM:"echo $1" &
    servers+=($!)
    until_true 5 on "$1" sh -c 'ss -Hltn "sport = 7777" | grep -q .'
}
# answers6 FROM ADDRESS NAME: it is NAME that answers at the address.
answers6() {
    local name
    name=$(on "$1" timeout 5 socat -T 2 -u "TCP6:[$2]:7777,connect-timeout=2" -)
    echo "$1 asks $2: ${name:-no answer}"
    [ "$name" = "$3" ]
}
for name in i1 i2 i3 i4; do serve6 "$name"; done
i3=$(weft record show blue-i3 -o json | jq -r '.addresses[] | select(contains(":"))')
device=$(on i1 ip -o route get 10.1.2.50 | grep -o 'dev [^ ]*' | cut -d' ' -f2)

check "[5.6/carry] ping between hosts" pings i1 2001:db8:12::50
check "[5.6/carry] TCP between hosts" answers6 i1 2001:db8:12::50 i2
check "[5.6/carry] TCP the other way" answers6 i2 2001:db8:12::30 i1
check "[5.6/carry] IPv4 beside it" pings i1 10.1.2.50
check "[5.6/local] ping and TCP on one host" pings i1 2001:db8:12::31
check "[5.6/local] TCP on one host" answers6 i1 2001:db8:12::31 i4
check "[1.2/dual] a record that names no address got one of each family" test -n "$i3"
check "[5.6/route] another subnet's instance is reached" answers6 i1 "$i3" i3
check "[5.1/router-ping] the router answers" pings i1 2001:db8:12::1
check "[5.1/router-ping] another subnet's router answers" pings i1 2001:db8:13::1
hops_exceeded() { on i1 ping -n -c 1 -W 2 -t 1 "$i3" | grep '^From 2001:db8:12::1 .*Time exceeded: Hop limit'; }
check "[5.1/ttl] the router answers time exceeded" hops_exceeded

neighbour() { on i1 ip -6 neigh show dev "$device" | grep "^$1 lladdr"; }
check "[5.2/nd] the kernel learned the router's MAC" neighbour 2001:db8:12::1
check "[5.2/nd] and a peer's on another host" neighbour 2001:db8:12::50
check "[5.2/nd] and a peer's on the same one" neighbour 2001:db8:12::31
usable() { ! on i1 ip -6 addr show dev "$device" | grep -E 'tentative|dadfailed'; }
check "[5.2/dad] no address of the instance is taken for a duplicate" until_true 10 usable

spoofs() {
    on i1 ip addr add 2001:db8:12::99/128 dev lo
    silent i1 2001:db8:12::50 2001:db8:12::99
}
before=$(dropped blue-i1 source_address)
check "[4.3/source6] a spoofed address is not answered" spoofs
check "[4.3/source6] it was dropped and counted" until_true 5 grew "$before" dropped blue-i1 source_address

# 1278 bytes, ICMPv6 and IPv6 headers make 1326. The host's agent takes the MTU back before long.
raise() { on i1 ip link set "$device" mtu 1500; }
whole() { raise && on i1 ping -n -M "do" -s "$1" -c 1 -W 2 2001:db8:12::50; }
too_big() {
    raise && on i1 ping -n -M "do" -s 1279 -c 1 -W 2 2001:db8:12::50 |
        grep '^From 2001:db8:12::1 .*Packet too big: mtu=1326'
}
learned() { on i1 ip -6 route get 2001:db8:12::50 | grep 'mtu 1326'; }
check "[5.1/mtu6] the instance raises its MTU on its own" raise
check "[5.1/mtu6] what fits passes" whole 1278
before=$(dropped blue-i1 too_big)
check "[5.1/too-big6] one byte more is answered with the size that fits" too_big
check "[5.1/too-big6] it was dropped and counted" until_true 5 grew "$before" dropped blue-i1 too_big
check "[5.1/quote6] the sender's kernel believed the quote: it knows the path's MTU" learned
on i1 ip -6 route flush cache
transfer() {
    head -c 2000000 /dev/urandom >"$scratch/sent"
    start i2 socat -u TCP6-LISTEN:7780,reuseaddr "CREATE:$scratch/received" &
    until_true 5 on i2 sh -c 'ss -Hltn "sport = 7780" | grep -q .'
    on i1 socat -u "FILE:$scratch/sent" "TCP6:[2001:db8:12::50]:7780,connect-timeout=3"
    wait $!
    cmp "$scratch/sent" "$scratch/received"
}
check "[5.1/tcp6] TCP arrives whole all the same" transfer
