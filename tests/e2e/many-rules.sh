#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 12,500 rules on one record: 16 groups from a file. A packet's verdict is what its rule says.
#
#   i1 10.1.2.30, i4 10.1.2.40 (16 groups)          i2 10.1.2.50
#        h1 -------------------------------------------- h2
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
serve i2

# Rule number N, of 12,500: egress to port 1000 + N % 500 of the Nth /24 from 100.64.0.0 on; the last of each
# group opens one service of the partition: TCP 7777, or UDP 2000 and up.
document() {
    python3 -c '
groups, rules = 16, 12500
for group in range(groups):
    print(("cloud:\n  groups:\n" if group == 0 else "") + "    - {partition: blue, name: many-%d, rules: [" % group)
    own = list(range(group, rules, groups))
    for n in own[:-1]:
        print("        {direction: egress, protocol: tcp, ports: %d, remote: 100.%d.%d.0/24}," %
              (1000 + n % 500, 64 + n // 256, n % 256))
    print("        {direction: egress, protocol: %s, ports: %d, remote: 10.1.0.0/16}]}" %
          (("tcp", 7777) if group == 0 else ("udp", 2000 + group)))
print("  records:\n    - {partition: blue, subnet: front, name: blue-i4, addresses: [10.1.2.40], security-groups: [%s]}" %
      ", ".join("many-%d" % group for group in range(groups)))'
}
rules() { weft group list -o json | jq '[.[] | select(.name | startswith("many-")).rules | length] | add'; }
timed() {
    local begin=$EPOCHREALTIME
    "$@" || return 1
    took=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.2f", b - a}')
}
passes() { weft trace --from blue-i4 --to "$1" --proto "$2" --dport "$3" | grep -E 'allowed by rule [0-9]+ of sg-'; }
refused() { ! weft trace --from blue-i4 --to "$1" --proto "$2" --dport "$3" >"$scratch/trace" &&
    grep -q 'dropped: egress_group' "$scratch/trace"; }

check "[4.1/many] i2 lets everybody in" weft group create open --partition blue --rule "ingress any from any"
check "[4.1/many] by its group" weft record modify blue-i2 --security-group open --wait=installed
document >"$scratch/many.yaml"
check "[4.1/many] a document of 16 groups is applied" timed weft apply -f "$scratch/many.yaml"
echo "applied in $took s"
check "[4.1/many] they have 12,500 rules" [ "$(rules)" = 12500 ]
check "[4.1/many] their record is attached" timed weft record attach blue-i4 i4 --wait=installed
echo "attached in $took s"
check "[4.1/many] what one of them allows passes" answers i4 10.1.2.50 i2 tcp
before=$(dropped blue-i4 egress_group)
check "[4.1/many] what none allows does not" mute i4 10.1.2.50 i2 udp
check "[4.1/many] it is counted" until_true 5 grew "$before" dropped blue-i4 egress_group
for group in 1 7 15; do
    check "[4.1/many] the last rule of group $group decides" passes 10.1.2.50 udp $((2000 + group))
done
check "[4.1/many] a port beside it is refused" refused 10.1.2.50 udp 2016

check "[4.1/many] a rule of one group changes" timed weft group rule remove many-0 \
    "egress tcp 7777 to 10.1.0.0/16" --wait=installed
echo "changed in $took s"
check "[4.1/many] it applies at once" mute i4 10.1.2.50 i2 tcp
check "[4.1/many] the others still hold" passes 10.1.2.50 udp 2001
