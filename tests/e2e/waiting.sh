#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Attach before there is a host, and before there is a device: it completes by itself.
#
#   i1 10.1.2.30                   i4 10.1.2.40 (placed later), i5 10.1.2.60 (its device tap60 comes later)
#        h1 ------------------------- h2
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/waiting.yaml"

ready() { weft instance ready "$1" --timeout 1; }
check "[2.3/host] a record attaches to an instance without a host" weft record attach blue-i4 i4 --wait=store
refuse "[2.3/host] the instance is not ready" ready i4
check "[2.3/host] its address is silent" silent i1 10.1.2.40
check "[2.3/host] the host becomes known" weft instance modify i4 --host h2
check "[2.3/ready] ready is answered when it is programmed" weft instance ready i4 --timeout 10
check "[2.3/host] the address answers without another request" pings i1 10.1.2.40

check "[2.3/device] a record attaches by a device that does not exist" \
    weft record attach blue-i5 i5 --device tap60 --wait=store
refuse "[2.3/device] the instance is not ready" ready i5
# The device appears as a VMM would make it: here a veth whose other end is the guest.
on h2 ip link add tap60 type veth peer name guest netns weft-i5
on i5 ip link set guest address "$(weft record show blue-i5 -o json | jq -r .mac)" mtu 1400 up
on i5 ip address add 10.1.2.60/24 dev guest
on h2 ip link set tap60 up
check "[2.3/ready] ready is answered when the device is programmed" weft instance ready i5 --timeout 10
check "[2.3/device] the address answers" until_true 5 pings i1 10.1.2.60
check "[2.3/device] the device disappears" on h2 ip link delete tap60
check "[2.3/device] then the address is silent" silent i1 10.1.2.60
