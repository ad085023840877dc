#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The coordinator dies with -9 under traffic and comes back: hosts forward without it, nothing acknowledged is lost.
#
#   i1 10.1.2.30                  i2 10.1.2.50
#        h1 ------------------------ h2
#              coordinator (killed)
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"

check "[8.5/alone] a ping runs" steady_ping i1 10.1.2.50
check "[8.2/durable] a record is created and acknowledged" \
    weft record create late --partition blue --subnet front --addresses 10.1.2.77
check "[8.2/durable] the coordinator is killed" lab coordinator kill
check "[8.5/alone] packets go on without it" steady_more 100
refuse "[8.2/durable] meanwhile it does not answer" weft record list
check "[8.2/durable] it starts again" lab coordinator start
check "[8.2/durable] the acknowledged record is there" sh -c \
    "'$top/packaging/lab' weft record show late -o json | jq -e '.addresses == [\"10.1.2.77\"]'"
check "[8.5/alone] sessions are back" until_true 20 all_connected
check "[8.5/alone] packets went on" steady_more 50
check "[8.5/alone] no packet was lost" none_lost
check "[8.2/resume] a detach works" weft record detach blue-i2
check "[8.2/resume] and takes effect" silent i1 10.1.2.50
