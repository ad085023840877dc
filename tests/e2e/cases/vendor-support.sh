#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: a vendor looks after one machine of a customer's, and nothing leaves the customer's partition by itself.
#
#   support desk0 10.2.2.60, blue0 10.1.2.60 (lent)         machine 10.1.2.50, other 10.1.2.51 (ann's blue)
#   desk 10.2.2.50 (bob's vendor)
#               h1 ---------------------------------------- h2
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-users.sh"
up "${0%.sh}.yaml"
for name in support desk machine other; do serve "$name"; done
row="[3.5/vendor-support]"

check "$row the customers get certificates" users ann bob
check "$row before, the vendor reaches nothing" mute support 10.1.2.50 machine tcp
check "$row bob attaches what ann lent him" as bob record attach blue/support support --device blue0
check "$row the vendor looks after the machine" until_true 5 answers support 10.1.2.50 machine tcp
before=$(dropped blue/support egress_group)
check "$row not after the other one" mute support 10.1.2.51 other tcp
check "$row which is counted" until_true 5 grew "$before" dropped blue/support egress_group
before=$(dropped machine egress_group)
check "$row the machine cannot open anything to the vendor" mute machine 10.1.2.60 support tcp
check "$row nor send datagrams" mute machine 10.1.2.60 support udp
check "$row nor to its neighbour: egress is forbidden" silent machine 10.1.2.51
check "$row which is counted" until_true 5 grew "$before" dropped machine egress_group
on support sysctl -qw net.ipv4.ip_forward=1
on desk ip route replace 10.1.2.0/24 via 10.2.2.60 dev eth0
check "$row the vendor's desk works with the vendor's instance" answers desk 10.2.2.60 support tcp
check "$row and gets no further" mute desk 10.1.2.50 machine tcp
check "$row the work is done: ann takes the record back" as ann record detach blue/support
check "$row the vendor reaches nothing again" mute support 10.1.2.50 machine tcp
check "$row and its own partition as before" answers desk 10.2.2.60 support tcp
