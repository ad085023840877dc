#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: what goes from one subnet to the other goes through an instance that filters it.
#
#   client 10.1.2.30 ---- filter left0 10.1.2.9, right0 10.1.3.9 ---- server 10.1.3.50
#                          h1 ------------------------------------------ h2
. "$(dirname "$0")/../lib.sh"
up "${0%.sh}.yaml"
for name in client server; do serve "$name"; done
row="[3.5/appliance]"

filtered() { on filter nft list ruleset | sed -n 's/.*udp dport 7778 counter packets \([0-9]*\).*/\1/p'; }
on filter sysctl -qw net.ipv4.ip_forward=1
on filter nft -f - <<'END'
table ip filter {
    chain forward {
        type filter hook forward priority 0; policy drop;
        ct state established,related accept
        iifname left0 oifname right0 tcp dport 7777 accept
        iifname left0 oifname right0 udp dport 7778 counter drop
    }
}
END
check "$row what the filter lets through arrives" answers client 10.1.3.50 server tcp
before=$(filtered)
check "$row what it does not, does not" mute client 10.1.3.50 server udp
check "$row and it is the filter that saw it" grew "$before" filtered
check "$row the other way nothing is let through" mute server 10.1.2.30 client tcp
on client ip neigh replace 10.1.2.1 lladdr "$(weft record show server -o json | jq -r .mac)" dev eth0
check "$row the client does not get past it by another MAC" mute client 10.1.3.50 server udp
on client ip neigh del 10.1.2.1 dev eth0

check "$row the filter is detached" weft record detach filter-left --wait=installed
before=$(dropped client no_mapping)
check "$row then nothing passes at all" mute client 10.1.3.50 server tcp
check "$row which is counted" until_true 5 grew "$before" dropped client no_mapping
check "$row it comes back" weft record attach filter-left filter --device left0
check "$row and lets through what it did" until_true 5 answers client 10.1.3.50 server tcp
