#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An instance sends neither with another MAC nor ARP in another's name, even where its sources are not checked.
#
#   i1 10.1.2.30          i2 10.1.2.50
#        h1 ---------------- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
check "[4.3/mac] the record's own MAC passes" pings i1 10.1.2.50
device=$(on i1 ip -o route get 10.1.2.50 | grep -o 'dev [^ ]*' | cut -d' ' -f2)
mac=$(weft record show blue-i1 -o json | jq -r .mac)

on i1 ip address add 10.1.2.99/32 dev lo
claims() { on i1 arping -c 1 -w 1 -I "$device" -s 10.1.2.99 10.1.2.50; }
before=$(dropped blue-i1 arp_sender_address)
refuse "[4.3/arp] ARP that claims another's address is not answered" claims
check "[4.3/arp] it is counted" until_true 5 grew "$before" dropped blue-i1 arp_sender_address

before=$(dropped blue-i1 source_mac)
other=$(weft record show blue-i2 -o json | jq -r .mac)
# A static neighbour, since ARP with the wrong MAC goes unanswered too.
take_mac() { on i1 ip link set "$device" address "$1" && on i1 ip neighbour replace 10.1.2.50 lladdr "$other" dev "$device"; }
take_mac 02:00:00:00:00:99
check "[4.3/mac] another MAC does not pass" silent i1 10.1.2.50
check "[4.3/mac] it is counted" until_true 5 grew "$before" dropped blue-i1 source_mac
check "[4.3/off] the source check is turned off" weft record modify blue-i1 --source-dest-check=false --wait=installed
take_mac 02:00:00:00:00:99 # the change of the record has set it right
check "[4.3/off] another MAC is refused all the same" silent i1 10.1.2.50
take_mac "$mac"
check "[4.3/mac] with its own MAC it talks again" until_true 5 pings i1 10.1.2.50
