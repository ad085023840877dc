#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Would this packet pass, and what decides: the same programs on every host of the path, and nothing left behind.
#
#   i1 10.1.2.30 (and 10.1.2.99, which is nobody's)        i2 10.1.2.50
#        h1 ------------------------------------------------- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"

trace() { weft trace --from blue-i1 "$@" | tee "$scratch/trace"; return "${PIPESTATUS[0]}"; }
check "[8.3/trace] a packet that passes is followed to its instance on the other host" \
    trace --to 10.1.2.50 --proto tcp --dport 443
shows() { grep -Eq "$1" "$scratch/trace"; }
check "[8.3/trace] it names the mapping that decided" shows 'mapping: 10\.1\.2\.50 is rec-[0-9a-f]* on host-'
check "[8.3/trace] it names the framework" shows 'sent to host-[0-9a-f]* at 192\.0\.2\.[0-9]+ in (geneve|vxlan)/1'
check "[8.3/trace] it goes on at the second host" shows '^h2$'
check "[8.3/trace] it ends at the record there" shows 'delivered to rec-'

refused_for() {
    local reason=$1
    shift
    trace "$@"
    [ $? = 1 ] && shows "dropped: $reason"
}
check "[8.3/trace] a spoofed source is refused with the reason that would be counted" \
    refused_for source_address --to 10.1.2.50 --source 10.1.2.99 --proto udp --dport 53
check "[8.3/trace] an address that nobody has" refused_for no_mapping --to 10.1.2.200 --proto udp --dport 53
check "[8.3/trace] what is too large for the path" refused_for too_big --to 10.1.2.50 --proto udp --size 3000
answered() { trace --to 10.1.2.1 --proto icmp && shows '^answered$'; }
check "[8.3/trace] the router's ping is answered on the host" answered

serve i2
asks() { echo "?" | on i1 timeout 5 socat -t 2 - UDP:10.1.2.50:7778,sourceport=4444 | grep -q i2; }
established() {
    trace --to 10.1.2.50 --proto udp --sport 4444 --dport 7778 &&
        [ "$(grep -c 'packet of an established flow' "$scratch/trace")" = 2 ]
}
check "[8.3/trace] two instances talk" asks
check "[8.3/trace] a packet of theirs meets their flow at both ends" established

sent() { weft counters blue-i1 -o json | grep -o '"tx-packets": *[0-9]*' | head -1; }
quiet() {
    local before
    before=$(sent) || return 1
    trace --to 10.1.2.50 --proto tcp --dport 443 >/dev/null
    [ "$before" = "$(sent)" ]
}
check "[8.3/trace] it counts nothing" until_true 10 quiet
says_what() { weft trace --from blue-i1 --to "$1" --proto "$2" 2>&1 | grep -q "$3"; }
check "[8.3/trace] an unknown protocol is a usage error that says what was expected" \
    says_what 10.1.2.50 nonsense 'proto'
check "[8.3/trace] so is an address of a family that the record has not" says_what 2001:db8:77::1 tcp 'family'
