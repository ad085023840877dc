#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records carry ping, TCP and UDP between hosts, and through the partition's router between subnets.
#
#   i1 10.1.2.30                      i2 10.1.2.50, i3 10.1.3.7
#        |                                 |
#        h1 ---- geneve, 192.0.2.0/24 ---- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
for name in i1 i2 i3; do serve "$name"; done

check "[2.2/carry] ping between hosts" pings i1 10.1.2.50
check "[2.2/carry] ping the other way" pings i2 10.1.2.30
check "[2.2/carry] TCP" answers i1 10.1.2.50 i2 tcp
check "[2.2/carry] TCP the other way" answers i2 10.1.2.30 i1 tcp
check "[2.2/carry] UDP" answers i1 10.1.2.50 i2 udp
check "[5.1/router-ping] the router answers" pings i1 10.1.2.1
check "[5.1/route] another subnet's instance is reached" pings i1 10.1.3.7
check "[5.1/route] TCP through the router" answers i1 10.1.3.7 i3 tcp

ttl_exceeded() { on i1 ping -n -c 1 -W 2 -t 1 10.1.3.7 | grep '^From 10\.1\.2\.1 .*Time to live exceeded'; }
check "[5.1/ttl] the router answers time exceeded" ttl_exceeded
check "[5.1/ttl] TTL 2 is enough: one router on the way" on i1 ping -n -c 1 -W 2 -t 2 10.1.3.7

# 2 MB through TCP arrive as they were sent: segmentation, path MTU and checksums on the way.
transfer() {
    head -c 2000000 /dev/urandom >"$scratch/sent"
    start i3 socat -u TCP-LISTEN:7780,reuseaddr "CREATE:$scratch/received" &
    until_true 5 on i3 sh -c 'ss -Hltn "sport = 7780" | grep -q .'
    on i1 socat -u "FILE:$scratch/sent" TCP:10.1.3.7:7780,connect-timeout=3
    wait $!
    cmp "$scratch/sent" "$scratch/received"
}
check "[2.2/carry] a large TCP transfer arrives whole" transfer

device=$(on i1 ip -o route get 10.1.2.50 | grep -o 'dev [^ ]*' | cut -d' ' -f2)
check "[5.2/answer] ARP for an overlay address is answered locally" on i1 arping -c 2 -w 2 -I "$device" 10.1.2.50
no_broadcast() {
    start h1 tcpdump -Uni uplink0 'ether broadcast and not arp host 192.0.2.2' >"$scratch/wire" 2>"$scratch/listening" &
    local capture=$!
    until_true 5 grep -q 'listening on' "$scratch/listening"
    on i1 arping -c 2 -w 2 -I "$device" 10.1.2.50
    on i1 arping -c 1 -w 1 -I "$device" 10.1.2.99
    pings i1 10.1.2.50
    kill "$capture"
    wait "$capture"
    grep -q '^0 packets captured' "$scratch/listening"
}
check "[5.2/quiet] no broadcast crosses the underlay" no_broadcast
