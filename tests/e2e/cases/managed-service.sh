#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: a service in its customers' partitions, whose addresses are the same, looked after from its own.
#
#   db service0 10.9.2.60, blue0 10.1.2.60, red0 10.1.2.61     keeper 10.9.2.50 (bob's service)
#                                                              a 10.1.2.50 (ann's blue), z 10.1.2.50 (zed's red)
#               h1 ------------------------------------------- h2
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-users.sh"
up "${0%.sh}.yaml"
for name in db keeper a z; do serve "$name"; done
row="[3.5/managed-service]"

check "$row the customers get certificates" users bob zed
check "$row bob attaches ann's record" as bob record attach blue/db db --device blue0
check "$row and zed's" as bob record attach red/db db --device red0
on db ip rule add from 10.1.2.60 lookup 101
on db ip route add default via 10.1.2.1 dev blue0 onlink table 101
on db ip rule add from 10.1.2.61 lookup 102
on db ip route add default via 10.1.2.1 dev red0 onlink table 102
check "$row ann's 10.1.2.50 uses the service" until_true 5 answers a 10.1.2.60 db tcp
check "$row zed's 10.1.2.50 uses the service" until_true 5 answers z 10.1.2.61 db tcp
check "$row bob looks after it" answers keeper 10.9.2.60 db tcp
before=$(dropped a arp_unknown)
check "$row ann does not find zed's database" mute a 10.1.2.61 db tcp
check "$row which is counted" until_true 5 grew "$before" dropped a arp_unknown
before=$(dropped a no_route)
check "$row nor bob's management" mute a 10.9.2.60 db tcp
check "$row which is counted" until_true 5 grew "$before" dropped a no_route
before=$(dropped blue/db egress_group)
check "$row the database opens nothing in ann's partition" silent db 10.1.2.50 10.1.2.60
check "$row which is counted" until_true 5 grew "$before" dropped blue/db egress_group

refuse "$row zed has no say over ann's" as zed record modify blue/db --status disabled
check "$row zed disables his" as zed record modify red/db --status disabled --wait=installed
before=$(dropped red/db disabled)
check "$row and does not use it any more" mute z 10.1.2.61 db tcp
check "$row which is counted" until_true 5 grew "$before" dropped red/db disabled
check "$row ann uses it as before" answers a 10.1.2.60 db tcp
