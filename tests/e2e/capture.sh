#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# weft capture: a record's packets inside and outside, the same bytes as on the devices, and nobody else's.
#
#   i1 10.1.2.30, i4, r1 (red)        i2 10.1.2.50, i3, r2 (red)
#        h1 --------------------------------- h2
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-capture.sh"
up "$top/packaging/examples/two-hosts.yaml"

check "[8.3/capture] the instances reach each other" pings i1 10.1.2.50
check "[8.3/capture] so do the other customer's" pings r1 10.1.2.50

# Both ways, five packets each, while another partition's with the same addresses go the same way.
device=$(device_in i1)
check "[8.3/capture] a capture of blue-i1 runs" capture one h1 blue-i1 -w "$scratch/one.pcapng"
check "[8.3/capture] tcpdump at the instance's device" dump i1 "$device" "$scratch/inner.pcap" icmp
check "[8.3/capture] tcpdump at the uplink" dump h1 uplink0 "$scratch/outer.pcap" "udp port 6081"
on r1 ping -n -i 0.05 -c 5 10.1.2.50 >"$scratch/red" &
check "[8.3/capture] five pings" pings i1 10.1.2.50 5
check "[8.3/capture] five of the other customer" wait $!
check "[8.3/capture] tcpdump has seen them inside" until_true 5 seen "$scratch/inner.pcap" "" 10
check "[8.3/capture] and outside, with the others" until_true 5 seen "$scratch/outer.pcap" "" 20
end_dumps
kill -INT "${captures[0]}"
check "[8.3/capture] an interrupt ends it in order" wait "${captures[0]}"
check "[8.3/capture] it says what it captured, and that nothing was lost" \
    grep -Eq '^[0-9]+ packets captured, 0 lost$' "$scratch/one.said"

list list "$scratch/one.pcapng" >"$scratch/packets"
list pcap "$scratch/inner.pcap" | sort >"$scratch/inner"
icmp() { awk -v interface="$1" '$1 == interface {print $3}' "$scratch/packets"; }
same_inside() { diff <(icmp inner | grep '^.\{24\}0800.\{18\}01' | sort) "$scratch/inner"; }
check "[8.3/capture] inside: the bytes of the instance's device" same_inside
# Of what tcpdump saw outside, that of blue: its GNI is in the Geneve header, bytes 32 to 34 behind IP and UDP.
gni=$(weft partition show blue -o json | jq .gni)
list pcap "$scratch/outer.pcap" 14 | awk -v gni="$(printf '%06x' "$gni")" 'substr($1, 65, 6) == gni' | sort >"$scratch/outer"
same_outside() { diff <(icmp outer | cut -c29- | sort) "$scratch/outer"; }
check "[8.3/capture] outside: those of the uplink" same_outside
check "[8.3/capture] ten inside, ten outside" [ "$(wc -l <"$scratch/inner"),$(wc -l <"$scratch/outer")" = 10,10 ]
check "[8.3/capture] sent and received are told apart" \
    bash -c "[ \"\$(grep -c '^outer out' '$scratch/packets'),\$(grep -c '^outer in' '$scratch/packets')\" = 5,5 ]"
check "[8.3/capture] the file says that nothing was lost" [ "$(list dropped "$scratch/one.pcapng")" = 0 ]
check "[8.3/capture] tcpdump reads the file" bash -c \
    "[ \"\$(tcpdump -nr '$scratch/one.pcapng' 2>/dev/null | grep -c 'ICMP echo request')\" -ge 10 ]"
check "[8.3/capture] the record is no longer marked" [ "$(flag blue-i1 h1)" = 0 ]

check "[8.3/capture] a count ends it" capture two h1 blue-i1 -w "$scratch/two.pcapng" --count 3 --direction tx --snaplen 50
check "[8.3/capture] while it runs the record is marked" [ "$(flag blue-i1 h1)" = 1 ]
check "[8.3/capture] pings" pings i1 10.1.2.50
check "[8.3/capture] it has ended" wait "${captures[1]}"
check "[8.3/capture] with three packets of at most 50 bytes, all sent" bash -c \
    "python3 -B '$top/tests/e2e/pcapng.py' list '$scratch/two.pcapng' |
        awk '{n++; if (\$2 != \"out\" || length(\$3) > (\$1 == \"outer\" ? 128 : 100)) bad = 1} END {exit n != 3 || bad}'"
short() {
    WEFT_SOCKET=/run/weft-lab/coordinator/coordinator.sock \
        "$(programs)/weft" capture "$@" --agent /run/weft-lab/h1/agent.sock
}
check "[8.3/capture] a duration ends it, on standard output" \
    bash -c "$(declare -f short programs); top='$top'; short blue-i1 -w - --duration 0.2 >'$scratch/three.pcapng'"
check "[8.3/capture] which is a whole file" list list "$scratch/three.pcapng"

wrong_host() { short blue-i2 -w "$scratch/none" 2>&1 | tee "$scratch/said"; grep -q 'h2' "$scratch/said"; }
check "[8.3/capture] elsewhere it says where" wrong_host
refuse "[8.3/capture] and fails" short blue-i2 -w "$scratch/none"
check "[8.3/capture] without a file" [ ! -e "$scratch/none" ]
refuse "[8.3/capture] others than root may not" \
    setpriv --reuid 65534 --regid 65534 --clear-groups "$(programs)/weft" capture "$(weft record show blue-i1 -o json | jq -r .id)" \
    -w /dev/null --agent /run/weft-lab/h1/agent.sock

check "[8.3/capture] one more" capture four h1 blue-i1 -w "$scratch/four.pcapng"
check "[8.3/capture] is marked" [ "$(flag blue-i1 h1)" = 1 ]
kill -9 "${captures[2]}"
unmarked() { [ "$(flag blue-i1 h1)" = 0 ]; }
check "[8.3/capture] its command line dies, and it ends" until_true 5 unmarked
check "[8.3/capture] yet another" capture five h1 blue-i1 -w "$scratch/five.pcapng"
check "[8.3/capture] the agent dies" lab agent kill h1
check "[8.3/capture] packets pass" pings i1 10.1.2.50
check "[8.3/capture] the agent starts again" lab agent start h1
check "[8.3/capture] and nothing is captured any more" until_true 10 unmarked
