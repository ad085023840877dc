#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A host with two NICs loses one, then the other, and no flow of its records is cut.
#
#   i1 10.1.2.30                            i2 10.1.2.50
#        h1 == uplink0, uplink1 == underlay --- h2
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/nic-loss.yaml"
packets() { on h1 ip -s -j link show "uplink$1" | jq ".[0].stats64.$2.packets"; }

check "[2.14/any] the records of a host with two NICs are reached" until_true 10 pings i2 10.1.2.30
serve i1
check "[2.14/loss] a flow into the host is open" talk i2 i1 10.1.2.30
steady_ping i1 10.1.2.50
for lost in 0 1; do
    other=$((1 - lost))
    sent=$(packets "$other" tx) received=$(packets "$other" rx)
    check "[2.14/loss] NIC $lost is lost" on underlay ip link set "h1-$lost" down
    check "[2.14/loss] the flow into the host goes on" hears "lost-$lost"
    check "[2.14/loss] what the host sends goes on" steady_more 50
    check "[2.14/loss] by the other NIC, in both directions" eval \
        "until_true 5 grew $sent packets $other tx && until_true 5 grew $received packets $other rx"
    check "[2.14/loss] a new flow is possible" until_true 5 answers i2 10.1.2.30 i1
    check "[2.14/loss] the host stays usable" all_connected
    check "[2.14/back] the NIC is back" on underlay ip link set "h1-$lost" up
    check "[2.14/back] the flow goes on" hears "back-$lost"
done
kill "$steady"
hang_up
