#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An attached device that loses its carrier, or goes away, takes its record into repair: both directions drop with that
# reason, and the record says why. When the device is back, so is the record.
#
#   v1 10.1.2.30 (its device is made by hand, as a VMM does)      i3 10.1.3.7
#        h1 ----------------------------------------------------- h2
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/dhcp.yaml"

machine() {
    on h1 ip link add v1 type veth peer name eth0 netns weft-v1
    on v1 ip link set eth0 address "$(weft record show blue-v1 -o json | jq -r .mac)" up
    on h1 ip link set v1 up
    on v1 ip address add 10.1.2.30/24 dev eth0
    on v1 ip route add default via 10.1.2.1
}
is() { weft record show blue-v1 -o json | jq -e --arg status "$1" '.status == $status'; }
says_why() { weft record show blue-v1 -o json | jq -e '.notice | test("in repair: device v1 on h1 went away or lost its carrier")'; }

check "[1.15/attach] a device of the host's own" machine
check "[1.15/attach] is attached" weft record attach blue-v1 v1 --device v1
check "[1.15/attach] and talks" pings i3 10.1.2.30

check "[1.15/carrier] the device loses its carrier" on v1 ip link set eth0 down
check "[1.15/carrier] the record is in repair" until_true 10 is in-repair
check "[1.15/carrier] and says why" says_why
counted() { on i3 ping -n -c 1 -W 0.1 10.1.2.30; [ "$(dropped blue-v1 in_repair)" -gt "$1" ]; }
check "[1.15/carrier] what comes for it is dropped with that reason" until_true 5 counted 0
check "[1.15/carrier] it stays attached" sh -c \
    "'$top/packaging/lab' weft record show blue-v1 -o json | jq -e '.\"attachment-status\" == \"attached\"'"
check "[1.15/back] the carrier is back" on v1 ip link set eth0 up
on v1 ip route replace default via 10.1.2.1
check "[1.15/back] so is the record" until_true 10 is available
check "[1.15/back] it talks again" until_true 5 pings i3 10.1.2.30

check "[1.15/gone] the device goes away" on h1 ip link delete v1
check "[1.15/gone] the record is in repair" until_true 10 is in-repair
before=$(dropped blue-v1 in_repair)
check "[1.15/gone] what comes for it is dropped with that reason" until_true 5 counted "$before"
check "[1.15/gone] a coordinator that dies" lab coordinator kill
check "[1.15/gone] and comes back" lab coordinator start
check "[1.15/gone] still knows" is in-repair
check "[1.15/gone] another device of the name comes" machine
check "[1.15/gone] the record is available" until_true 20 is available
check "[1.15/gone] and talks" until_true 5 pings i3 10.1.2.30

check "[1.15/operator] the operator takes it into repair" weft record modify blue-v1 --status in-repair --wait=installed
on v1 ip link set eth0 down
on v1 ip link set eth0 up
check "[1.15/operator] no device brings that back" is in-repair
check "[1.15/operator] the operator does" weft record modify blue-v1 --status available --wait=installed
on v1 ip route replace default via 10.1.2.1
check "[1.15/operator] it talks" until_true 10 pings i3 10.1.2.30
