#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Security groups and a subnet's ACL in force, across hosts and on one.
#
#   i1 10.1.2.30, i4 (front)          i2 10.1.2.50 (front), i3 10.1.3.7 (back)
#        h1 ------------------------------ h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
for name in i1 i2 i3; do serve "$name"; done

check "[4.1/default] members of the default group reach each other" pings i1 10.1.2.50
check "[4.1/default] across subnets too" answers i1 10.1.3.7 i3 tcp

check "[4.1/rule] a group that lets TCP 7777 in" \
    weft group create web --partition blue --rule "ingress tcp 7777 from 10.1.2.0/24"
check "[4.1/rule] becomes a record's only group" \
    weft record modify blue-i2 --security-group web --wait=installed
before=$(dropped blue-i2 ingress_group)
check "[4.1/rule] what it allows passes" answers i1 10.1.2.50 i2 tcp
check "[4.1/rule] another protocol does not" mute i1 10.1.2.50 i2 udp
check "[4.1/rule] it is counted on the record" until_true 5 grew "$before" dropped blue-i2 ingress_group
check "[4.1/rule] from another address it does not" mute i3 10.1.2.50 i2 tcp
check "[4.1/egress] without an egress rule the record opens nothing itself" mute i2 10.1.2.30 i1 tcp

check "[4.1/group] a rule for a remote group" \
    weft group rule add web "ingress udp 7778 from group default" --wait=installed
check "[4.1/group] lets its members in" answers i1 10.1.2.50 i2 udp
check "[4.1/group] a record leaves that group" bash -c "
    '$top/packaging/lab' weft group create lone --partition blue --rule 'egress any to any' &&
    '$top/packaging/lab' weft record modify blue-i1 --security-group lone --wait=installed"
check "[4.1/group] and is no longer let in" mute i1 10.1.2.50 i2 udp
check "[4.1/trace] trace names the rule that decides" says "allowed by rule 0 of sg-" \
    weft trace --from blue-i1 --to 10.1.2.50 --proto tcp --dport 7777

# A connection that is open while its rule goes.
check "[4.1/change] another rule applies to new flows at once" \
    weft group rule add web "ingress tcp 7779 from 10.1.2.0/24" --wait=installed
check "[4.1/change] a connection opens" talk i1 i2 10.1.2.50
check "[4.1/change] its rule is removed" \
    weft group rule remove web "ingress tcp 7779 from 10.1.2.0/24" --wait=installed
before=$(dropped blue-i2 flow_cut)
speaks() { speak "$1"; grew "$before" dropped blue-i2 flow_cut; }
check "[4.1/change] the connection is cut, and counted" until_true 5 speaks two
refuse "[4.1/change] nothing more arrives" heard two
hang_up

check "[4.2/acl] an ACL that denies TCP 7777 from the partition" \
    weft acl create guard --partition blue --rule "100 deny ingress tcp 7777 from 10.1.0.0/16" \
    --rule "200 allow ingress any from any" --rule "200 allow egress any to any"
check "[4.2/acl] is the front subnet's" weft subnet modify blue/front --acl guard --wait=installed
open() { weft record modify blue-i1 --security-group default --wait=installed; }
check "[4.2/acl] the record's groups allow it" open
check "[4.2/border] inside the subnet it does not apply" answers i1 10.1.2.50 i2 tcp
before=$(dropped blue-i1 ingress_acl)
check "[4.2/acl] from the other subnet it is refused" mute i3 10.1.2.30 i1 tcp
check "[4.2/acl] and counted" until_true 5 grew "$before" dropped blue-i1 ingress_acl
check "[4.2/acl] UDP is not" answers i3 10.1.2.30 i1 udp
