#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A scaling rule: as many instances as desired, with records of a pool, whatever is killed meanwhile.
#
#   web-1, web-3 10.1.2.10x        web-2, i2 10.1.2.50
#        h1 ---------------------------- h2
# shellcheck disable=SC2016
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/instances.yaml"

command='socat TCP-LISTEN:7777,reuseaddr,fork SYSTEM:"echo web"'
instances() { weft instance list --scaling-rule web -o json | jq -r ".[] | $1"; }
count() { [ "$(instances .name | wc -l)" = "$1" ]; }
id_of() { weft instance show "$1" -o json | jq -r .id; }
replaced() { [ "$(id_of "$1" 2>/dev/null)" != "$2" ] && count 3; }
# serving N: exactly so many instances, each of which answers at its record's address.
addresses() {
    weft record list --pool web -o json |
        jq -r '.[] | select(."attachment-status" == "attached") | .addresses[0]'
}
serving() {
    count "$1" && [ "$(addresses | wc -l)" = "$1" ] || return 1
    for address in $(addresses); do answers i2 "$address" web || return 1; done
}
available() {
    [ "$(weft record list --pool web -o json | jq '[.[] | select(."attachment-status" == "detached")] | length')" = "$1" ]
}

check "[2.13/scaling] a pool has records" weft pool create web --partition blue
for number in 1 2 3; do
    check "[2.13/scaling] a record of it" weft record create "web-$number" --subnet blue/front --pool blue/web \
        --addresses "10.1.2.10$number"
done
check "[2.13/scaling] a rule wants three instances" \
    weft scaling-rule create web --driver netns --parameter "command=$command" --pool blue/web --desired 3
rule=$(weft scaling-rule show web -o json | jq -r .id)
leftovers=("$rule-1" "$rule-2" "$rule-3")
check "[2.13/scaling] three run, and traffic to each passes" until_true 20 serving 3
check "[2.13/scaling] on both hosts" [ "$(instances .host | sort -u | wc -l)" = 2 ]

former=$(id_of web-1)
check "[2.13/scaling-replace] what one runs dies" eval "ip netns pids weft-$rule-1 | xargs kill -9"
check "[2.13/scaling-replace] it is replaced" until_true 20 replaced web-1 "$former"
check "[2.13/scaling-replace] and reachable" until_true 20 serving 3

check "[2.13/scaling-down] one is desired" weft scaling-rule modify web --desired 1
check "[2.13/scaling-down] two are gone, with their namespaces" \
    until_true 20 eval 'count 1 && [ "$(find /run/netns -name "weft-scale-*" | wc -l)" = 1 ]'
check "[2.13/scaling-down] their records are available again" until_true 5 available 2
check "[2.13/scaling-down] the other serves on" serving 1

check "[2.13/scaling-killed] three are desired" weft scaling-rule modify web --desired 3 --wait=store
check "[2.13/scaling-killed] the coordinator is killed on the way" lab coordinator kill
check "[2.13/scaling-killed] it starts again" lab coordinator start
check "[2.13/scaling-killed] there are exactly three" until_true 30 serving 3
refuse "[2.13/scaling-delete] the rule is not deleted while it has instances" weft scaling-rule delete web
check "[2.13/scaling-delete] none is desired" weft scaling-rule modify web --desired 0
check "[2.13/scaling-delete] none is left" until_true 20 count 0
check "[2.13/scaling-delete] it is deleted" weft scaling-rule delete web
