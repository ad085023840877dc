#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: clients reach the front end, the front end reaches the back end, and nobody else does.
#
#   client 10.1.1.30, db 10.1.3.7 (back)       web 10.1.2.50 (front)
#                  h1 ------------------------- h2
. "$(dirname "$0")/../lib.sh"
up "${0%.sh}.yaml"
for name in client web db; do serve "$name"; done
row="[3.5/front-back]"

check "$row the client uses the front end" answers client 10.1.2.50 web tcp
check "$row the front end uses the back end" answers web 10.1.3.7 db tcp
before=$(dropped db ingress_group)
check "$row the client does not reach the back end, on whose host it is" mute client 10.1.3.7 db tcp
check "$row which is counted" until_true 5 grew "$before" dropped db ingress_group
check "$row the front end reaches nothing but the service" silent web 10.1.3.7
before=$(dropped db egress_group)
check "$row the back end opens nothing" mute db 10.1.2.50 web tcp
check "$row which is counted" until_true 5 grew "$before" dropped db egress_group
check "$row a second front end is made by its group alone" weft record attach web2 client --device eth1
on client ip route replace 10.1.3.0/24 via 10.1.2.1 dev eth1
check "$row it uses the back end" answers client 10.1.3.7 db tcp
check "$row and when it leaves the group" weft record modify web2 --security-group client --wait=installed
check "$row it does not" mute client 10.1.3.7 db tcp
