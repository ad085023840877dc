#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# weft capture on a host that decapsulates in XDP: VXLAN over IPv6 and Geneve over IPv4, both families inside, the same
# bytes as on the instance's device and on the other end of the host's cable, which sees what XDP takes away.
#
#   i1 10.1.2.30, i4 .31 ---- h1 (XDP) ---- vxlan over IPv6 ---- h2 -- i2 10.1.2.50
#                                     ---- geneve over IPv4 ---- h3 -- i3 10.1.2.70
# mark: kernel
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-capture.sh"
up "$top/tests/e2e/labs/capture.yaml"
serve i2
serve i3
others=(10.1.2.50 2001:db8:12::50 10.1.2.70 2001:db8:12::70)
all_answer() { # all_answer NAME COUNT
    local address
    for address in "${others[@]}"; do pings "$1" "$address" "$2" || return 1; done
}
in_xdp() { on h1 ip -o link show uplink0 | grep ' xdp '; }
check "[8.3/capture] the host's uplink has XDP" in_xdp
check "[8.3/capture] the instances reach each other over IPv4 and IPv6" all_answer i1 3

echoes='icmp or (icmp6 and (ip6[40] == 128 or ip6[40] == 129))'
check "[8.3/capture] a capture of blue-i1 runs" capture one h1 blue-i1 -w "$scratch/one.pcapng"
check "[8.3/capture] tcpdump at the instance's device" dump i1 "$(device_in i1)" "$scratch/inner.pcap" "$echoes"
check "[8.3/capture] tcpdump where the cable ends" dump underlay h1 "$scratch/outer.pcap" 'udp port 4789 or udp port 6081'
check "[8.3/capture] five pings to each" all_answer i1 5
check "[8.3/capture] five of its neighbour" all_answer i4 5
check "[8.3/capture] tcpdump has seen them inside" until_true 5 seen "$scratch/inner.pcap" "" 40
check "[8.3/capture] and outside, with the neighbour's" until_true 5 seen "$scratch/outer.pcap" "" 80
end_dumps
kill -INT "${captures[0]}"
check "[8.3/capture] an interrupt ends it in order" wait "${captures[0]}"
check "[8.3/capture] it says that nothing was lost" grep -Eq '^[0-9]+ packets captured, 0 lost$' "$scratch/one.said"

list list "$scratch/one.pcapng" >"$scratch/packets"
# Bytes as hexadecimal digits, two each: ethertype, then protocol, for ICMPv6 with the type.
captured_inside() {
    awk '$1 == "inner" && (substr($3, 25, 4) == "0800" && substr($3, 47, 2) == "01" ||
         substr($3, 25, 4) == "86dd" && substr($3, 41, 2) == "3a" && substr($3, 109, 2) ~ /^8[01]/) {print $3}' \
        "$scratch/packets"
}
captured_outside() { awk '$1 == "outer" {print substr($3, 29)}' "$scratch/packets"; }
list pcap "$scratch/inner.pcap" | sort >"$scratch/inner"
# Of both neighbours' packets those with an address of blue-i1.
list pcap "$scratch/outer.pcap" 14 | grep -E '0a01021e|20010db8001200000000000000000030' | sort >"$scratch/outer"
same_inside() { diff <(captured_inside | sort) "$scratch/inner"; }
same_outside() { diff <(captured_outside | sort) "$scratch/outer"; }
check "[8.3/capture] inside: the bytes of the instance's device" same_inside
check "[8.3/capture] outside: those of the cable" same_outside
check "[8.3/capture] forty inside, forty outside" [ "$(wc -l <"$scratch/inner"),$(wc -l <"$scratch/outer")" = 40,40 ]
# outside DIRECTION VERSION PORT: how many, by IP version and UDP destination port.
outside() {
    awk -v direction="$1" -v version="$2" -v port="$3" '$1 == "outer" && $2 == direction &&
        substr($3, 29, 1) == version && substr($3, 29 + (version == 6 ? 84 : 44), 4) == port {n++} END {print n + 0}' \
        "$scratch/packets"
}
for direction in out in; do
    check "[8.3/capture] [5.6/capture] ten $direction as VXLAN over IPv6" [ "$(outside "$direction" 6 12b5)" = 10 ]
    check "[8.3/capture] ten $direction as Geneve over IPv4" [ "$(outside "$direction" 4 17c1)" = 10 ]
done
check "[8.3/capture] the file says that nothing was lost" [ "$(list dropped "$scratch/one.pcapng")" = 0 ]

check "[8.3/capture] one more" capture two h1 blue-i1 -w "$scratch/two.pcapng" --direction rx
for name in i2 i3; do
    address=$([ $name = i2 ] && echo 10.1.2.50 || echo 10.1.2.70)
    check "[8.3/capture] TCP passes while it runs" answers i1 "$address" "$name" tcp
done
kill -INT "${captures[1]}"
check "[8.3/capture] it ends" wait "${captures[1]}"
list list "$scratch/two.pcapng" >"$scratch/packets"
check "[8.3/capture] both answers are inside" [ "$(grep -c '^inner in .*\(69320a\|69330a\)' "$scratch/packets")" = 2 ]
check "[8.3/capture] and outside" [ "$(grep -c '^outer in .*\(69320a\|69330a\)' "$scratch/packets")" = 2 ]
refuse "[8.3/capture] what was sent is not there" grep ' out ' "$scratch/packets"
