#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: an instance works in two partitions of its customer, and does not join them.
#
#   both sales0 10.1.2.30, plant0 10.2.2.30      seller 10.1.2.50 (sales), machine 10.2.2.50 (plant)
#                   h1 ------------------------- h2
. "$(dirname "$0")/../lib.sh"
up "${0%.sh}.yaml"
for name in both seller machine; do serve "$name"; done
row="[3.5/two-partitions]"

check "$row it works in the one" answers both 10.1.2.50 seller tcp
check "$row and is reached from it" answers seller 10.1.2.30 both tcp
check "$row it works in the other" answers both 10.2.2.50 machine tcp
check "$row and is reached from it" answers machine 10.2.2.30 both tcp

before=$(dropped seller no_route)
check "$row who is in one partition does not reach the other" mute seller 10.2.2.50 machine tcp
check "$row which is counted" until_true 5 grew "$before" dropped seller no_route
on both sysctl -qw net.ipv4.ip_forward=1
before=$(dropped seller no_route)
on seller ip route replace 10.2.2.0/24 via 10.1.2.30 dev eth0
check "$row not by way of the instance either, though it forwards" mute seller 10.2.2.50 machine tcp
check "$row for no route leads to it" until_true 5 grew "$before" dropped seller no_route
before=$(dropped plant/both source_address)
check "$row and it cannot send one partition's packets into the other" silent both 10.2.2.50 10.1.2.30
check "$row which is counted" until_true 5 grew "$before" dropped plant/both source_address
check "$row it leaves one" weft record detach plant/both --wait=installed
check "$row and still works in the other" answers seller 10.1.2.30 both tcp
