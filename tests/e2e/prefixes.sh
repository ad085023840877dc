#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A record with delegated prefixes: its instance has containers of its own at addresses inside them.
#
#   r 10.1.2.30, 10.1.2.64/28, 2001:db8:12:0:64::/80   near 10.1.2.31      far 10.1.2.50, 2001:db8:12::50
#        `-------------------- h1 --------------------------'                    `--- h2
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/prefixes.yaml"
field() { weft record show "$1" -o json | jq -rc ".\"$2\""; }

# The containers are addresses of the instance's loopback device here.
for address in 10.1.2.64 10.1.2.79 10.1.2.80; do on r ip address add "$address/32" dev lo; done
for address in 2001:db8:12:0:64::7 2001:db8:12:0:65::7; do on r ip address add "$address/128" dev lo nodad; done

check "[1.1/prefix] an instance next door reaches a container" until_true 5 pings near 10.1.2.64
check "[1.1/prefix] so does one on another host" pings far 10.1.2.79
check "[1.1/prefix] over IPv6 too" pings far 2001:db8:12:0:64::7
check "[1.1/prefix] and next door" pings near 2001:db8:12:0:64::7
from() { on r ping -n -I "$1" -i 0.05 -W 2 -c 3 "$2"; }
check "[1.1/prefix] a container reaches another host" from 10.1.2.79 10.1.2.50
check "[1.1/prefix] over IPv6 too" from 2001:db8:12:0:64::7 2001:db8:12::50
check "[1.1/prefix] and next door" from 10.1.2.64 10.1.2.31
refuse "[1.1/prefix] an address beside the prefix is not its own" from 10.1.2.80 10.1.2.50
refuse "[1.1/prefix] over IPv6 too" from 2001:db8:12:0:65::7 2001:db8:12::50
check "[1.1/prefix] which is counted" until_true 5 grew 5 dropped r source_address
check "[1.1/prefix] and nothing reaches it there" silent far 10.1.2.80

thief() { weft record create thief --subnet blue/front --address 10.1.2.70 2>&1 | grep 'inside 10.1.2.64/28'; }
check "[1.1/prefix] nobody else gets an address inside" thief
check "[1.1/prefix] one of a length is chosen" \
    weft record create other --subnet blue/front --prefix 0.0.0.0/28 --prefix ::/80
apart() { field other prefixes | jq -e 'length == 2 and all(.[]; . != "10.1.2.64/28" and . != "2001:db8:12:0:64::/80")'; }
check "[1.1/prefix] apart from the others" apart

check "[1.1/public] the record has the public address of its private one" \
    [ "$(field r public-addresses)" = '[{"private":"10.1.2.30","public":"203.0.113.7"}]' ]
mac() { on "$1" ip -j link show uplink0 | jq -r '.[0].address'; }
nics_are() { [ "$(field r nics)" = "[\"$1\"]" ]; }
check "[1.1/nics] the usable NICs of its host" until_true 10 nics_are "$(mac h1)"
counted() { field r monitoring | jq -e '."tx-packets" > 3 and ."rx-bytes" > 300 and ."tx-drops" > 5 and .time != null'; }
check "[1.1/monitoring] what its host counted" until_true 10 counted

steady_ping far 10.1.2.79
check "[1.1/prefix] a further one is given while it is in use" \
    weft record modify r --prefix 10.1.2.64/28 --prefix 2001:db8:12:0:64::/80 --prefix 10.1.2.96/28 --wait=installed
on r ip address add 10.1.2.97/32 dev lo
check "[1.1/prefix] it works on both hosts" until_true 5 pings far 10.1.2.97
check "[1.1/prefix] what stays was never without it" none_lost
check "[1.1/prefix] the instance moves" weft instance move r h2
check "[1.1/prefix] its containers answer from there" until_true 5 pings near 10.1.2.79
check "[1.1/prefix] over IPv6 too" pings near 2001:db8:12:0:64::7
check "[1.1/nics] the NICs are those of the new host" until_true 5 nics_are "$(mac h2)"
check "[1.1/prefix] the prefixes are taken away" weft record modify r --prefix "" --wait=installed
gone() { silent near 10.1.2.79 && ! from 10.1.2.79 10.1.2.31; }
check "[1.1/prefix] then they are nobody's" until_true 10 gone
check "[1.1/prefix] its own addresses stay" pings near 10.1.2.30
check "[1.1/nics] it is detached" weft record detach r
check "[1.1/nics] and has none then" [ "$(field r nics)" = "[]" ]
