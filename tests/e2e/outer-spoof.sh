#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What arrives encapsulated is taken only from the host that may send it, with the GNI and framework agreed.
#
#   i1 10.1.2.30                 (coordinator's namespace 192.0.2.250,      i2 10.1.2.50, i3 10.1.3.7
#        h1 192.0.2.1 ----------- on the underlay but no host) ----------- 192.0.2.2 h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"

gni=$(weft partition show blue -o json | jq -r .gni)
send() { on "$1" python3 "$top/tests/e2e/send_encapsulated.py" "${@:2}"; }

# at_i2 CMD...: i2 sees a UDP packet to port 9 after the command.
at_i2() {
    start i2 timeout 3 tcpdump -Uni any -c 1 'udp port 9' >"$scratch/seen" 2>"$scratch/listening" &
    local capture=$!
    until_true 5 grep -q 'listening on' "$scratch/listening"
    "$@"
    wait "$capture"
}
# on_h2 REASON: packets that h2 dropped for it, of whatever record.
on_h2() {
    weft counters -o json | jq --arg reason "$1" \
        '[.records[] | select(.host == "h2").drops[]? | select(.name == $reason).packets] | add // 0'
}
# dropped_for REASON CMD...: the command makes h2 count a drop for this reason.
dropped_for() {
    local before
    before=$(on_h2 "$1")
    "${@:2}"
    until_true 5 grew "$before" on_h2 "$1"
}

check "[4.4/allowed] h1 may send what comes from i1" at_i2 send h1 geneve 192.0.2.2 "$gni" 10.1.2.30 10.1.2.50
refuse "[4.4/stranger] who is no host may not" \
    at_i2 send coordinator geneve 192.0.2.2 "$gni" 10.1.2.30 10.1.2.50
check "[4.4/stranger] it is counted" dropped_for outer_unknown_source \
    send coordinator geneve 192.0.2.2 "$gni" 10.1.2.30 10.1.2.50
refuse "[4.4/source] h1 may not send what comes from h2's i3" \
    at_i2 send h1 geneve 192.0.2.2 "$gni" 10.1.3.7 10.1.2.50
check "[4.4/source] it is counted" dropped_for inner_source send h1 geneve 192.0.2.2 "$gni" 10.1.3.7 10.1.2.50
refuse "[4.4/gni] another partition's GNI as the source's is refused" \
    at_i2 send h1 geneve 192.0.2.2 "$gni" 10.1.2.30 10.1.2.50 $((gni + 1))
check "[4.4/gni] it is counted" dropped_for gni_mismatch \
    send h1 geneve 192.0.2.2 "$gni" 10.1.2.30 10.1.2.50 $((gni + 1))
refuse "[4.4/framework] so is a framework that was not negotiated" \
    at_i2 send h1 vxlan 192.0.2.2 "$gni" 10.1.2.30 10.1.2.50
check "[4.4/framework] it is counted" dropped_for framework_not_negotiated \
    send h1 vxlan 192.0.2.2 "$gni" 10.1.2.30 10.1.2.50
check "[4.4/allowed] instances talk all the same" pings i1 10.1.2.50
