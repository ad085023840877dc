#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A host without an agent: a stock kernel's tunnel device behind a bridge plays the records bound to it.
#
#   i1 10.1.2.30, i3 10.1.2.40     box 10.1.2.60, later i3        i2 10.1.2.50
#        |                            bridge, vxlan device             |
#        h1 192.0.2.1 --------------- gw 192.0.2.9 ------------------- h2 192.0.2.2 (geneve only)
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/foreign.yaml"

gni=$(weft partition show blue -o json | jq -r .gni)
mac() { weft record show "$1" -o json | jq -r .mac; }
mac1=$(mac blue-i1) mac2=$(mac blue-i2)

# What whoever runs the foreign host gives it by hand: the tunnel, and where whose MAC is.
on gw ip link add br0 type bridge mcast_snooping 0
on gw ip link set br0 up
on gw ip link add vx0 type vxlan id "$gni" dstport 4789 local 192.0.2.9 nolearning
on gw ip link set vx0 master br0 up
on gw bridge fdb add "$mac1" dev vx0 master static
on gw bridge fdb add "$mac1" dev vx0 self permanent dst 192.0.2.1
on gw bridge fdb add "$mac2" dev vx0 master static
on gw bridge fdb add "$mac2" dev vx0 self permanent dst 192.0.2.2

# plug NAME RECORD HOST_BYTE: the instance becomes a machine at gw's bridge, with the record's MAC and addresses.
plug() {
    on gw ip link add "to-$1" type veth peer name wire netns "weft-$1"
    on gw ip link set "to-$1" master br0 up
    on "$1" ip link set wire address "$(mac "$2")" mtu 1400 up
    on "$1" ip address add "10.1.2.$3/24" dev wire
    on "$1" ip address add "2001:db8:12::$3/64" dev wire nodad
    for peer in "30 $mac1" "50 $mac2"; do
        on "$1" ip neigh add "10.1.2.${peer% *}" lladdr "${peer#* }" dev wire
        on "$1" ip neigh add "2001:db8:12::${peer% *}" lladdr "${peer#* }" dev wire
    done
}
plug box blue-box 60

# serve_both NAME: as serve, over IPv6 too.
serve_both() {
    serve "$1"
    start "$1" socat -t 5 TCP6-LISTEN:7777,ipv6only=1,reuseaddr,fork SYSTEM:"echo $1" &
    servers+=($!)
    start "$1" socat -t 5 UDP6-RECVFROM:7778,ipv6only=1,reuseaddr,fork SYSTEM:"read -r asked; echo $1" &
    servers+=($!)
    until_true 5 on "$1" sh -c 'ss -6Hltn "sport = 7777" | grep -q . && ss -6Hlun "sport = 7778" | grep -q .'
}
for name in box i1 i2 i3; do serve_both "$name"; done
# exchanges FROM NAME HOST_BYTE: ping, TCP and UDP with NAME, over both families.
exchanges() {
    for address in "10.1.2.$3" "[2001:db8:12::$3]"; do
        pings "$1" "$(tr -d '[]' <<<"$address")" && answers "$1" "$address" "$2" tcp &&
            until_true 10 answers "$1" "$address" "$2" udp || return 1
    done
}

host_is() { weft host show "$1" -o json | jq -e "$2"; }
in_status() { weft status -o json | jq -e ".hosts[] | select(.name == \"$1\") | $2"; }
check "[6.9/session] it is shown as foreign" host_is gw '.session == "foreign" and .problem == ""'
check "[6.9/session] in the status too" in_status gw '.session == "foreign"'
check "[6.9/session] the others are connected" all_connected
check "[6.9/exchange] an instance reaches it by ping, TCP and UDP, over IPv4 and IPv6" exchanges i1 box 60
check "[6.9/exchange] it reaches the instance" exchanges box i1 30

# on_h1 REASON: packets that h1 dropped for it, of whatever record.
on_h1() {
    weft counters -o json | jq --arg reason "$1" \
        '[.records[] | select(.host == "h1").drops[]? | select(.name == $reason).packets] | add // 0'
}
dropped_for() {
    local before
    before=$(on_h1 "$1")
    "${@:2}"
    until_true 5 grew "$before" on_h1 "$1"
}
send() { on "$1" python3 "$top/tests/e2e/send_encapsulated.py" "${@:2}"; }
on box ip address add 10.1.2.50/32 dev wire
on box ip address add 10.1.2.99/32 dev wire
check "[6.9/spoofed] it cannot send as another's record" silent box 10.1.2.30 10.1.2.50
check "[6.9/spoofed] it is dropped and counted" dropped_for inner_source silent box 10.1.2.30 10.1.2.50
check "[6.9/spoofed] nor as nobody" dropped_for inner_source silent box 10.1.2.30 10.1.2.99
check "[6.9/spoofed] nobody on the underlay sends as the foreign host" dropped_for outer_unknown_source \
    send coordinator vxlan 192.0.2.1 "$gni" 10.1.2.60 10.1.2.30
none_missing() { weft counters -o json | jq -e '."missing-hosts" | length == 0'; }
check "[6.9/counters] the counters do not miss a host that has none" none_missing
on box ip address del 10.1.2.50/32 dev wire
on box ip address del 10.1.2.99/32 dev wire

nothing_in_common() { in_status "$1" ".problem | test(\"^no framework in common: $1 has $3.*; $2 has $4\")"; }
check "[6.9/none] a pair without a common framework is an error that names both sets" \
    nothing_in_common h2 gw geneve/1 vxlan/1
check "[6.9/none] at the foreign host too" nothing_in_common gw h2 vxlan/1 geneve/1
before=$(dropped blue-i2 no_framework)
check "[6.9/none] nothing passes between the two" silent i2 10.1.2.60
check "[6.9/none] it is dropped and counted" until_true 5 grew "$before" dropped blue-i2 no_framework
check "[6.9/none] the two hosts with an agent talk all the same" pings i1 10.1.2.50

check "[6.9/trace] a trace ends where it is sent to the foreign host" \
    says '^sent$' weft trace --from blue-i1 --to 10.1.2.60 --proto tcp --dport 7777
# fails_with TEXT CMD...: the command fails and says TEXT.
fails_with() { ! "${@:2}" >"$scratch/refusal" 2>&1 && grep -F "$1" "$scratch/refusal"; }
check "[6.9/trace] nor can one begin there" \
    fails_with 'on a foreign host' weft trace --from blue-box --to 10.1.2.30

before=$(dropped blue-i1 no_mapping)
check "[6.9/detach] its record is detached" weft record detach blue-box --wait=all
check "[6.9/detach] nobody sends there any more" silent i1 10.1.2.60
check "[6.9/detach] it is dropped and counted" until_true 5 grew "$before" dropped blue-i1 no_mapping
check "[6.9/detach] what still comes from there is that of a stranger" \
    dropped_for outer_unknown_source silent box 10.1.2.30
check "[6.9/attach] it is attached again; the foreign host is not waited for" \
    weft record attach blue-box box --wait=all --timeout 10
check "[6.9/attach] and exchanges packets again" exchanges i1 box 60

no_eth0() { ! on i3 ip link show eth0; }
check "[6.9/move] an instance moves to the foreign host" weft instance move i3 gw --wait=all --timeout 10
check "[6.9/move] the former host takes its device away" until_true 5 no_eth0
plug i3 blue-i3 40
check "[6.9/move] it answers from there" exchanges i1 i3 40
on i3 ip link delete wire
check "[6.9/move] it moves back" weft instance move i3 h1 --wait=all --timeout 10
check "[6.9/move] and answers from the former host" exchanges i1 i3 40

check "[6.9/renegotiate] it is declared to have something that no host has" \
    weft host modify gw --capability stt/1 --wait=all --timeout 10
check "[6.9/renegotiate] the error names it" nothing_in_common h1 gw geneve/1 stt/1
check "[6.9/renegotiate] nothing passes any more" silent i1 10.1.2.60
check "[6.9/renegotiate] what it still sends is refused and counted" \
    dropped_for framework_not_negotiated silent box 10.1.2.30
check "[6.9/renegotiate] it is declared right again" weft host modify gw --capability vxlan/1 --wait=all --timeout 10
check "[6.9/renegotiate] and exchanges packets again" exchanges i1 box 60

check "[6.9/renegotiate] it is declared to have Geneve too" \
    weft host modify gw --capability vxlan/1 --capability geneve/1 --wait=all --timeout 10
check "[6.9/renegotiate] nothing is wrong with any pair" in_status h2 '.problem == ""'
check "[6.9/renegotiate] the less preferred framework is refused and counted" \
    dropped_for framework_not_negotiated silent box 10.1.2.30
# As another vendor's Geneve endpoint: one device of the kernel's for each host.
on gw ip link delete vx0
geneve_to() {
    on gw ip link add "gn$1" type geneve id "$gni" remote "192.0.2.$1" dstport 6081 &&
        on gw ip link set "gn$1" master br0 up && on gw bridge fdb add "$2" dev "gn$1" master static
}
if geneve_to 1 "$mac1" && geneve_to 2 "$mac2"; then
    check "[6.9/geneve] a kernel's Geneve device plays the record too" exchanges i1 box 60
    check "[6.9/geneve] and now the host without VXLAN can talk to it" exchanges box i2 50
else
    skip "[6.9/geneve] a kernel's Geneve device plays the record too" "this kernel has none"
fi

check "[6.9/declare] what an agent reports is not declared" \
    fails_with 'capabilities: can be declared for a foreign host only: the agent of h1 reports it' \
    weft host modify h1 --capability vxlan/1
check "[6.9/declare] a malformed capability is refused" \
    fails_with "'geneve/one' is no capability" weft host modify gw --capability geneve/one
weft export >"$scratch/cloud.yaml"
foreign_kept() { grep -A 9 'name: gw' "$scratch/cloud.yaml" | grep -F 'capabilities: [vxlan/1, geneve/1]'; }
check "[6.9/export] it is exported with what was declared" foreign_kept
check "[6.9/export] the others without what they reported" test "$(grep -c 'capabilities:' "$scratch/cloud.yaml")" = 1
check "[6.9/export] which changes nothing when it is applied" weft diff -f "$scratch/cloud.yaml"
echo 'lab: {hosts: [{name: h1, underlay: [192.0.2.1], capabilities: [vxlan/1]}]}' >"$scratch/lab.yaml"
check "[6.9/lab] a lab file that mistakes the two kinds is refused with the place" \
    fails_with 'lab.hosts: h1: capabilities: only for a host with foreign: true' lab up "$scratch/lab.yaml"
