#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two records on one device, in two partitions, told apart by the source address alone.
#
#   i1 eth0: 10.1.2.30 (blue), 10.2.2.30 (red)      b2 10.1.2.50 (blue)   r2 10.2.2.50 (red)
#                  |                                      |                     |
#                  h1 ------------------------------------h2 --------------------
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/shared-device.yaml"

on_h1() {
    weft counters -o json | jq --arg reason "$1" \
        '[.records[] | select(.host == "h1").drops[]? | select(.name == $reason).packets] | add // 0'
}
mac_of() { weft record show "$1" -o json | jq -r .mac; }
has_both() { [ "$(on i1 ip -4 -o address show dev eth0 | grep -Eo 'inet 10\.[12]\.2\.30/24' | wc -l)" = 2 ]; }
has_mac() { on i1 ip link show eth0 | grep -F "link/ether $(mac_of "$1") "; }

check "[2.6/shared] the device has both records' addresses" has_both
check "[2.6/shared] and the first one's MAC" has_mac blue-i1
check "[2.6/shared] it reaches the one's partition" pings i1 10.1.2.50
check "[2.6/shared] and the other's" pings i1 10.2.2.50
check "[2.6/shared] and is reached from the one" pings b2 10.1.2.30
check "[2.6/shared] and from the other" pings r2 10.2.2.30

check "[2.6/refused] [4.5] as the one it does not reach the other's partition" silent i1 10.2.2.50 10.1.2.30
check "[2.6/refused] it was dropped and counted on its account" grew 0 dropped blue-i1 no_route
before=$(on_h1 no_port_source)
on i1 ip address add 10.2.2.99/32 dev lo
check "[2.6/refused] [4.3] an address of neither does not leave" silent i1 10.2.2.50 10.2.2.99
check "[2.6/refused] it was dropped and counted with its reason" grew "$before" on_h1 no_port_source
delivered() { weft trace --from red-i1 --to 10.2.2.50 --proto udp --dport 53 | tee "$scratch/trace" | grep 'delivered to rec-'; }
check "[2.6/trace] a trace goes as the record that it is asked for" delivered
unchecked() { ! weft record modify red-i1 --source-dest-check=false 2>"$scratch/said" && grep -q source-dest-check "$scratch/said"; }
check "[2.6/refused] the source check cannot be turned off: nothing else tells them apart" unchecked

# The first one leaves and comes back; the device, its MAC and the other's traffic stay.
steady_ping i1 10.2.2.50
check "[2.6/leave] the first record is detached" weft record detach blue-i1
check "[2.6/leave] it no longer talks" silent i1 10.1.2.50
check "[2.6/leave] the device keeps its MAC" has_mac blue-i1
check "[2.6/join] it comes back" weft record attach blue-i1 i1 --device eth0
check "[2.6/join] it talks again" until_true 5 pings i1 10.1.2.50
check "[2.6/join] a third one joins" weft record attach red-free i1 --device eth0
steady_more 20
check "[2.6/others] the other's traffic had no gap" none_lost
check "[8.5/restart] the agent is killed" lab agent kill h1
check "[8.5/restart] and starts again" lab agent start h1
check "[8.5/restart] both talk" pings i1 10.1.2.50
check "[8.5/restart] both talk" pings i1 10.2.2.50
