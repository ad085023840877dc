#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: a server works in one subnet and is managed from another; neither leads into the other.
#
#   server data0 10.1.2.30, mgmt0 10.1.3.30         client 10.1.2.50 (data), admin 10.1.3.50 (management)
#                    h1 ------------------------------ h2
. "$(dirname "$0")/../lib.sh"
up "${0%.sh}.yaml"
for name in server client admin; do serve "$name"; done
row="[3.5/management-data]"

check "$row the client uses the service" answers client 10.1.2.30 server udp
check "$row the administrator manages the server" answers admin 10.1.3.30 server tcp
before=$(dropped server-data ingress_group)
check "$row the client finds no management at the data address" mute client 10.1.2.30 server tcp
check "$row which is counted" until_true 5 grew "$before" dropped server-data ingress_group
check "$row nor at the management address" mute client 10.1.3.30 server tcp
check "$row the administrator does not reach the data" mute admin 10.1.2.50 client udp
before=$(dropped server-mgmt egress_group)
check "$row a server that was taken over gets nowhere in the management subnet" \
    mute server 10.1.3.50 admin tcp
check "$row which is counted" until_true 5 grew "$before" dropped server-mgmt egress_group
on server sysctl -qw net.ipv4.ip_forward=1
on client ip route replace 10.1.3.0/24 via 10.1.2.30 onlink dev eth0
check "$row not even one that forwards: its records' checks are on" silent client 10.1.3.50

check "$row the data record is disabled" weft record modify server-data --status disabled --wait=installed
check "$row the service is gone" mute client 10.1.2.30 server udp
check "$row the server can still be managed" answers admin 10.1.3.30 server tcp
