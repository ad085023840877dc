#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: one server, several sites, each at an address of its own of the same subnet.
#
#   web eth0: 10.1.2.30 .31 .32 (one record), 10.1.2.40 (another, TCP alone)      client 10.1.2.50
#                                 h1 ------------------------------------------ h2
. "$(dirname "$0")/../lib.sh"
up "${0%.sh}.yaml"
for name in web client; do serve "$name"; done
row="[3.5/several-addresses]"

for address in 10.1.2.30 10.1.2.31 10.1.2.32 10.1.2.40; do
    check "$row the server answers at $address" answers client "$address" web tcp
    check "$row and reaches out as $address" on web ping -n -i 0.05 -W 2 -c 3 -I "$address" 10.1.2.50
done
check "$row the first record lets everything in" pings client 10.1.2.31
before=$(dropped secure ingress_group)
check "$row the other one TCP alone" silent client 10.1.2.40
check "$row what they refuse is counted on it" until_true 5 grew "$before" dropped secure ingress_group

on web ip address add 10.1.2.60/32 dev lo
check "$row a further address that the server gives itself reaches nobody" silent web 10.1.2.50 10.1.2.60
check "$row nor does anybody reach it" silent client 10.1.2.60
check "$row the record is given it" \
    weft record modify sites --address 10.1.2.30 --address 10.1.2.31 --address 10.1.2.60 --wait=installed
check "$row now it answers" answers client 10.1.2.60 web tcp
check "$row the one that it gave up for it does not" silent client 10.1.2.32
