#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A record with a standby, whatever happens to who has it. Both instances send from its address all the time, without
# knowing whether they have it; c writes down whom it hears. Two at once would be heard in turns.
#
#   a 10.1.2.30           b (its standby)         c 10.1.2.9
#   v1 10.1.2.40          v2 (its standby)
#       h1 ------------------ h2 ------------------ h3
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/failover.yaml"

. "$(dirname "$0")/lib-standby.sh"

check "[2.11/standby] a has the record" comes_from a
check "[2.11/standby] under a lease" held
check "[2.11/standby] b is its standby" listed b
weft export >"$scratch/cloud.yaml"
check "[2.11/standby] the list is exported, and applying it changes nothing" weft diff -f "$scratch/cloud.yaml"

check "[2.11/request] b is to have it" says "fails over to instance b" weft record failover service
check "[2.11/request] b has it" has b
check "[2.11/request] c hears b" comes_from b
check "[2.11/request] then a again" weft record failover service --to a
check "[2.11/request] c hears a" comes_from a
refuse "[2.11/request] who is no standby gets nothing" weft record failover service --to c
check "[2.11/request] never two at once" in_turn a b a

stop agent-h1
check "[2.11/fence] an agent that is stopped loses what it does not renew: b is heard" comes_from b 20
check "[2.11/standby] b has it" has b
check "[2.11/standby] and a is its standby now" listed a
resume agent-h1
check "[2.11/standby] the host comes back" until_true 15 connected h1
check "[2.11/standby] b goes on" comes_from b
check "[2.11/fence] never two at once" in_turn a b a b

on h2 ip route add blackhole 192.0.2.250
check "[2.11/cut-off] a host that is cut off from the coordinator is as good as stopped: a is heard" comes_from a 20
on h2 ip route delete blackhole 192.0.2.250
check "[2.11/cut-off] it is reached again" until_true 30 connected h2
check "[2.11/cut-off] a goes on" comes_from a
check "[2.11/cut-off] never two at once" in_turn a b a b a

stop coordinator
check "[2.11/pause] while the coordinator sleeps the lease is over for everybody" until_true 15 quiet
resume coordinator
check "[2.11/pause] when it wakes up one is heard" comes_from a
check "[2.11/pause] who had it" has a
check "[2.11/pause] never two at once" in_turn a b a b a

for name in v1 v2; do
    on "h${name#v}" ip link add tapv type veth peer name guest netns "weft-$name"
    on "$name" ip link set guest address "$(weft record show machine -o json | jq -r .mac)" mtu 1400 up
    on "$name" ip address add 10.1.2.40/24 dev guest
    on "h${name#v}" ip link set tapv up
done
works() {
    weft record show machine -o json |
        jq -e --arg id "$(id "$1")" '.instances == [$id] and .status == "available"'
}
check "[2.11/device] a record on a device as a VMM makes it" weft record attach machine v1 --device tapv
check "[2.11/device] talks" pings c 10.1.2.40
on v1 ip link set guest down
check "[2.11/device] its device fails: its standby has it" until_true 10 works v2
check "[2.11/device] and talks" until_true 10 pings c 10.1.2.40

stop agent-h3
weft record failover service --wait=store >"$scratch/said" 2>&1
under_way() { attachment | jq -e '.phase == "announcing"'; }
check "[2.11/crash] a failover comes to wait for a host" until_true 10 under_way
check "[2.11/crash] and the coordinator dies" lab coordinator kill
resume agent-h3
check "[2.11/crash] the next one" lab coordinator start
check "[2.11/crash] brings it to its end" until_true 15 has b
check "[2.11/crash] c hears b" comes_from b
check "[2.11/crash] never two at once" in_turn a b a b a b
