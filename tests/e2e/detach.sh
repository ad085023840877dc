#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Attach, detach, attach elsewhere: the address follows the record.
#
#   i1 10.1.2.30, i4 (no record)            i2 10.1.2.50, i3 10.1.3.7
#        h1 ----------------------------------- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
for name in i2 i4; do serve "$name"; done

check "[2.2/carry] i2 answers at the record's address" answers i1 10.1.2.50 i2
mac=$(weft record show blue-i2 -o json | jq -r .mac)

# An established connection that would go on for ever is cut by the detach.
start i2 socat -u TCP-LISTEN:7790,reuseaddr "CREATE:$scratch/stream" &
servers+=($!)
until_true 5 on i2 sh -c 'ss -Hltn "sport = 7790" | grep -q .'
start i1 socat -u SYSTEM:'while echo tick; do sleep 0.02; done' TCP:10.1.2.50:7790 &
servers+=($!)
grown() { [ "$(stat -c %s "$scratch/stream")" -gt "$1" ]; }
check "[2.4/cut] a connection is established and carries data" until_true 5 grown 100
check "[2.4/record] detach by record alone" weft record detach blue-i2
size=$(stat -c %s "$scratch/stream")
check "[2.4/cut] no ping passes" silent i1 10.1.2.50
check "[2.4/cut] nor data of the established connection" [ "$(stat -c %s "$scratch/stream")" = "$size" ]

check "[2.4/again] detaching again is a no-op that says so" says 'already detached' weft record detach blue-i2
refuse "[2.4/strict] with --strict it is an error" weft record detach blue-i2 --strict

check "[2.5/elsewhere] the record attaches to i4 on the other host" weft record attach blue-i2 i4
check "[2.5/elsewhere] i4 answers at the same address" answers i3 10.1.2.50 i4
check "[2.5/elsewhere] also on its own host" answers i1 10.1.2.50 i4
check "[2.5/keep] the record kept its MAC" [ "$(weft record show blue-i2 -o json | jq -r .mac)" = "$mac" ]
refuse "[2.1/conflict] an exclusive record does not attach twice" weft record attach blue-i2 i2
check "[2.4/instance] detach all of an instance" weft instance detach i4
check "[2.4/instance] its address is silent" silent i3 10.1.2.50
