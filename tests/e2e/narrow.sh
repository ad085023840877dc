#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ann attaches bob's record to her instance: each partition reaches it through its own record under that record's own
# rules, and nothing crosses from one to the other. ann narrows what passes; bob sees that and cannot lift it.
#
#   a 10.1.2.30 (ann's blue) and 10.2.2.60 (bob's red)      c 10.1.2.40 (blue)   b 10.2.2.50 (red)
#                          h1 ------------------------------------ h2
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/narrow.yaml"
tls=/run/weft-lab/coordinator/tls
as() {
    local user=$1
    shift
    on coordinator "$top/packaging/lab" weft --server 192.0.2.250:7470 --tls-directory "$tls" --user "$user" "$@"
}
status_of() {
    local expected=$1 status=0
    shift
    "$@" || status=$?
    echo "status $status"
    [ "$status" = "$expected" ]
}
for user in ann bob; do
    weft pki user --directory "$tls" "$user" >/dev/null || fail "[3.1/certificate] a certificate for $user" "see above"
done
serve a
serve b

check "[3.3/both] ann attaches bob's record to her instance" as ann record attach red/shared a
attachment=$(weft attachment list -o json | jq -r '.[] | select(.device == "eth1").id')
check "[3.3/both] bob's partition reaches it" until_true 5 answers b 10.2.2.60 a
check "[3.3/both] and ann's own, each through its own record" answers c 10.1.2.30 a

tcp_alone() { as bob group modify red/web --rule "ingress tcp 7777-7779 from any" --rule "egress any to any"; }
check "[3.3/own-rules] bob's group lets TCP in through bob's record alone" tcp_alone
check "[3.3/own-rules] which holds for bob's partition" until_true 5 silent b 10.2.2.60
check "[3.3/own-rules] and says nothing of ann's" pings c 10.1.2.30
check "[3.3/own-rules] what bob's allows passes" answers b 10.2.2.60 a

check "[3.3/no-other-path] a forwards for nobody, whatever its kernel would" \
    on a sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
on b ip route replace 10.1.2.0/24 via 10.2.2.60
on c ip route replace 10.2.2.0/24 via 10.1.2.30
check "[3.3/no-other-path] b does not reach c by way of a" silent b 10.1.2.40
check "[3.3/no-other-path] whose partition has no route there" until_true 5 grew 0 dropped b no_route
check "[3.3/no-other-path] c does not reach b by way of a" silent c 10.2.2.50
on a ip route replace 10.2.2.50/32 dev eth1 src 10.1.2.30
check "[3.3/no-other-path] a's blue address does not leave into red" silent a 10.2.2.50 10.1.2.30
check "[3.3/no-other-path] counted on the record it left by" until_true 5 grew 0 dropped shared source_address
on a ip route delete 10.2.2.50/32

check "[3.3/narrow] ann lets nothing but ICMP in" as ann attachment modify "$attachment" --rule "ingress icmp from any" --wait=installed
check "[3.3/narrow] so TCP, which bob's group allows, is refused" answers b 10.2.2.60 ""
check "[3.3/narrow] with a reason of its own" until_true 5 grew 0 dropped shared ingress_attachment
check "[3.3/narrow] and ICMP still by bob's group" silent b 10.2.2.60
check "[3.3/narrow] it says nothing of ann's own record" answers c 10.1.2.30 a
check "[3.3/see] bob sees the rules" says "ingress icmp from any" as bob attachment show "$attachment"
check "[3.3/see] and cannot lift them" status_of 5 as bob attachment modify "$attachment" --rule ""
traced() { [ "$(weft trace --from b --to 10.2.2.60 --proto tcp --dport "$1" >"$scratch/trace"; echo $?)" = "$2" ] && grep "$3" "$scratch/trace"; }
check "[3.3/narrow] a trace names the refusal" traced 7777 1 "dropped: ingress_attachment"

check "[3.3/narrow] ann adds a rule and keeps the other" \
    as ann attachment rule add "$attachment" "ingress tcp 7777-7779 from 10.2.2.0/24" --wait=installed
check "[3.3/narrow] what both allow passes" answers b 10.2.2.60 a
check "[3.3/narrow] a trace names the attachment's rule that decided" traced 7777 0 "allowed by rule 1 of $attachment"
check "[3.3/narrow] a connection opens" talk b a 10.2.2.60
check "[3.3/narrow] ann takes the rule back" as ann attachment rule remove "$attachment" "ingress tcp 7777-7779 from 10.2.2.0/24" --wait=installed
mute() { speak two; ! heard two && grew 0 dropped shared flow_cut; }
check "[3.3/narrow] it is cut, though bob's group keeps what was allowed" until_true 5 mute
check "[3.3/narrow] without rules bob's group alone decides" as ann attachment modify "$attachment" --rule "" --wait=installed
check "[3.3/narrow] again" answers b 10.2.2.60 a
hang_up

check "[3.3/keep] ann narrows it again" as ann attachment modify "$attachment" --rule "ingress icmp from any" --wait=installed
check "[3.3/keep] and lets bob attach records to her instance" as ann instance modify a --attachers bob
check "[3.3/keep] bob detaches his record" as bob record detach red/shared a
check "[3.3/keep] and attaches it again" says "under the rules that instance a keeps" as bob record attach red/shared a
check "[3.3/keep] TCP is still refused" answers b 10.2.2.60 ""
check "[3.3/keep] ann detaches it, and her rules with it" as ann record detach red/shared a
check "[3.3/keep] bob attaches it" as bob record attach red/shared a
check "[3.3/keep] his group alone decides" until_true 5 answers b 10.2.2.60 a
