#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A bare server, and an instance that spans two hosts.
#
#   h1 itself is metal: 10.1.2.40 on weft-0
#   pair: 10.1.2.30 on h1 ------------------------ 10.1.2.31 on h2, i2 10.1.2.50
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/instances.yaml"
own_mac() { on h1 ip -o link show weft-0 | grep -F "link/ether $(weft record show blue-metal -o json | jq -r .mac) "; }
unaddressed() { [ -z "$(on h1 ip -4 -o address show dev weft-0)" ]; }
came() { on h1 ip -s -j link show weft-0 | jq '.[0].stats64.rx.packets'; }
no_device() { ! on h1 ip link show weft-0; }

check "[2.15/bare] h1 itself is an instance" weft instance create metal --bare --host h1
check "[2.15/bare] its record attaches" weft record attach blue-metal metal
check "[2.15/bare] a device with the record's MAC is in the host's own namespace" own_mac
check "[2.15/bare] nobody but the host addresses it" unaddressed
check "[2.15/bare] the host does" on h1 ip address add 10.1.2.40/24 dev weft-0
check "[2.15/bare] another host's instance reaches it" until_true 5 pings i2 10.1.2.40
check "[2.15/bare] and it reaches that" pings h1 10.1.2.50
check "[2.15/bare] from the record's address alone" silent h1 10.1.2.50 192.0.2.1
received=$(came)
check "[2.15/bare] what it is sent" pings i2 10.1.2.40 10
check "[2.15/bare] comes by that device alone" grew $((received + 9)) came

leftovers=(pair1 pair2)
for name in "${leftovers[@]}"; do ip netns add "weft-$name"; done
check "[2.15/several-hosts] an instance spans both hosts" weft instance create pair --host h1 --hosts h2
check "[2.15/several-hosts] one record is on its first host" weft record attach blue-web pair --netns weft-pair1
check "[2.15/several-hosts] another on the second" weft record attach blue-far pair --host h2 --netns weft-pair2
check "[2.15/several-hosts] both are reached" eval 'pings h1 10.1.2.30 && pings h1 10.1.2.31'
check "[2.15/several-hosts] and reach each other" pings pair1 10.1.2.31
check "[2.15/several-hosts] h2 is lost" on underlay ip link set h2 down
check "[2.15/several-hosts] its record is silent" silent h1 10.1.2.31
check "[2.15/several-hosts] the other goes on" pings h1 10.1.2.30
check "[2.15/several-hosts] h2 is back" on underlay ip link set h2 up
check "[2.15/several-hosts] both are reached again" until_true 20 pings h1 10.1.2.31
check "[2.15/several-hosts] the instance is terminated" weft instance terminate pair
check "[2.15/several-hosts] and silent on both" eval 'silent h1 10.1.2.30 && silent h1 10.1.2.31'

check "[2.15/bare] the bare server's record is detached" weft record detach blue-metal
check "[2.15/bare] its device is gone" until_true 10 no_device
