#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A trunk device: each 802.1Q tag is a record of its own, here two with the same address in two partitions.
#
#   c0 10.1.3.30 (blue)  c10 10.1.2.30 (blue)  c20 10.1.2.30 (red)
#        | untagged          | tag 10              | tag 20
#        +----------------- i1 eth0 ---------------+       b2 10.1.2.50 (blue)   r2 10.1.2.50 (red)
#                                |                             |                     |
#                               h1 --------------------------- h2 -------------------+
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-guest.sh"
up "$top/tests/e2e/labs/trunk.yaml"

mac_of() { weft record show "$1" -o json | jq -r .mac; }
mtu() { on i1 ip -o link show dev eth0 | sed -n 's/.* mtu \([0-9]*\) .*/\1/p'; }
# hook DEVICE TAG TO OUT: frames that come in on the instance's device go on with the tag, or without (trunk_part.bpf.c).
hook() {
    local program="$scratch/$1-$2-$4.o"
    clang-14 -target bpf -O2 -isystem "/usr/include/$(uname -m)-linux-gnu" -DTAG="$2" -DOUT="$4" \
        -DTO="$(on i1 ip -o link show dev "$3" | cut -d: -f1)" -c "$top/tests/e2e/trunk_part.bpf.c" -o "$program" &&
        on i1 tc filter add dev "$1" ingress bpf direct-action object-file "$program" section tc
}
# part TAG RECORD: a part of the instance, on its VLAN of the device (0: untagged), with the record's MAC.
part() {
    on i1 ip link add "v$1" type veth peer name eth0 netns "weft-c$1"
    on i1 ip link set "v$1" up
    on i1 tc qdisc add dev "v$1" clsact
    on "c$1" sysctl -q -w net.ipv6.conf.eth0.accept_ra=1
    on "c$1" ip link set eth0 address "$(mac_of "$2")" mtu "$(mtu)" up
    hook "v$1" "$1" eth0 1 && hook eth0 "$1" "v$1" 0
}
lease() { guest "c$1" busybox udhcpc -f -q -n -i eth0 -O mtu -s /etc/udhcpc/default.script; }
has_tag() { weft attachment list -o json | jq -e --argjson tag "$2" --arg id "$(weft record show "$1" -o json | jq -r .id)" \
    'any(.[]; .record == $id and .vlan == $tag)'; }
on_h1() {
    weft counters -o json | jq --arg reason "$1" \
        '[.records[] | select(.host == "h1").drops[]? | select(.name == $reason).packets] | add // 0'
}

check "[2.6/attach] a tag is named at the attachment" has_tag blue-i1 10
check "[2.6/attach] or is the record's" has_tag red-i1 20
on i1 tc qdisc add dev eth0 clsact
check "[2.6/parts] the instance splits its trunk: untagged" part 0 blue-plain
check "[2.6/parts] tag 10" part 10 blue-i1
check "[2.6/parts] tag 20" part 20 red-i1
check "[5.3/trunk] a lease comes by the tag that it was asked for with" says "lease of 10.1.2.30 obtained" lease 10
check "[5.3/trunk] also by the other" says "lease of 10.1.2.30 obtained" lease 20
check "[5.3/trunk] and untagged" says "lease of 10.1.3.30 obtained" lease 0
check "[5.3/trunk] so do router advertisements" until_true 10 has_default6 c10

for name in c10 c20 b2 r2; do serve "$name"; done
check "[2.6/trunk] the untagged record talks" pings c0 10.1.2.50
for protocol in tcp udp; do
    check "[2.6/trunk] [4.5] tag 10 reaches blue's ($protocol)" answers c10 10.1.2.50 b2 "$protocol"
    check "[2.6/trunk] [4.5] tag 20 reaches red's ($protocol)" answers c20 10.1.2.50 r2 "$protocol"
    check "[2.6/trunk] [4.5] blue's reaches tag 10 ($protocol)" answers b2 10.1.2.30 c10 "$protocol"
    check "[2.6/trunk] [4.5] red's reaches tag 20 ($protocol)" answers r2 10.1.2.30 c20 "$protocol"
done
on c10 ip -6 address add 2001:db8:12::30/64 dev eth0 nodad
check "[2.6/trunk] [5.6] over IPv6" pings c10 2001:db8:12::50
on i1 ethtool -K eth0 tx-vlan-offload off
check "[2.6/inline] tags that the instance writes into its frames itself" answers c10 10.1.2.50 b2
check "[2.6/inline] on either" answers c20 10.1.2.50 r2
check "[2.6/mtu] a packet of the whole MTU passes with its tag" \
    on c10 ping -n -c 3 -i 0.05 -M "do" -s "$(($(mtu) - 28))" 10.1.2.50
delivered() { weft trace --from red-i1 --to 10.1.2.50 --proto tcp --dport 7777 | tee "$scratch/trace" | grep 'delivered to rec-'; }
check "[2.6/trace] a trace goes with the record's tag" delivered

on c10 ip address add 10.1.2.31/32 dev lo
check "[2.6/refused] [4.3] another address does not leave" silent c10 10.1.2.50 10.1.2.31
check "[2.6/refused] it was dropped and counted" grew 0 dropped blue-i1 source_address
on c20 ip link set eth0 address "$(mac_of blue-i1)"
check "[2.6/refused] [4.3] nor does another tag's MAC" silent c20 10.1.2.50
check "[2.6/refused] it was dropped and counted" grew 0 dropped red-i1 source_mac
on c20 ip link set eth0 address "$(mac_of red-i1)"
before=$(on_h1 no_port)
on i1 tc filter del dev v0 ingress
hook v0 30 eth0 1
check "[2.6/refused] a tag without an attachment reaches nobody" silent c0 10.1.2.50
check "[2.6/refused] it was dropped and counted" grew "$before" on_h1 no_port

check "[2.6/detach] one tag is detached" weft record detach blue-i1
check "[2.6/detach] it no longer talks" silent c10 10.1.2.50
check "[2.6/detach] the other does" answers c20 10.1.2.50 r2
exports() { weft export | grep -A4 'record: red/red-i1\|record: red-i1' | grep 'vlan: 20'; }
check "[8.1/export] the tag is in the export" exports
