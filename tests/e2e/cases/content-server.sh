#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: one server of content for two customers, with a record of each, and no way from one to the other.
#
#   content blue0 10.1.2.60, red0 10.2.2.60 (bob's)     a 10.1.2.50 (ann's blue), z 10.2.2.50 (zed's red)
#                   h1 -------------------------------- h2
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-users.sh"
up "${0%.sh}.yaml"
for name in content a z; do serve "$name"; done
row="[3.5/content-server]"

check "$row the customers get certificates" users ann bob
check "$row bob attaches ann's record to his server" as bob record attach blue/content content --device blue0
check "$row and zed's" as bob record attach red/content content --device red0
check "$row ann's instance gets content" until_true 5 answers a 10.1.2.60 content tcp
check "$row so does zed's" until_true 5 answers z 10.2.2.60 content tcp
before=$(dropped blue/content ingress_group)
check "$row nothing but content: ann's rules hold" mute a 10.1.2.60 content udp
check "$row which is counted" until_true 5 grew "$before" dropped blue/content ingress_group
before=$(dropped blue/content egress_group)
check "$row the server opens nothing in ann's partition" mute content 10.1.2.50 a tcp
check "$row which is counted" until_true 5 grew "$before" dropped blue/content egress_group
on content sysctl -qw net.ipv4.ip_forward=1
on a ip route replace 10.2.2.0/24 via 10.1.2.60 dev eth0
check "$row through it the one customer does not reach the other" mute a 10.2.2.50 z tcp
check "$row nor its address in the other partition" mute a 10.2.2.60 content tcp
refuse "$row bob cannot set ann's rules aside" as bob record modify blue/content --security-group default
check "$row ann takes her record back" as ann record detach blue/content
check "$row she gets no content any more" mute a 10.1.2.60 content tcp
check "$row zed still does" answers z 10.2.2.60 content tcp
