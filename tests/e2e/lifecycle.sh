#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From nothing to a record in use in one request, from a pool, and to the end of the instance.
#
#   i1 10.1.2.30, i4 (no record)            i2 10.1.2.50, i3 10.1.3.7
#        h1 ----------------------------------- h2
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
for name in i1 i2 i4; do serve "$name"; done
gone() { ! weft record show "$1"; }
state() { [ "$(weft record show "$1" -o json | jq -r '."attachment-status"')" = "$2" ]; }

check "[1.3/both] one request creates a record and attaches it" \
    weft record create extra --partition blue --subnet front --address 10.1.2.60 --instance i4 --delete-on-terminate
check "[1.3/both] i4 answers at its address at once" answers i2 10.1.2.60 i4
refuse "[1.3/refused] a request whose attachment is impossible is refused" \
    weft record create other --partition blue --subnet front --address 10.1.2.61 --instance i4 --device eth0 \
        --no-source-dest-check
check "[1.3/refused] and leaves no record behind" gone other

check "[1.10/pool] a pool with two records" weft pool create web --partition blue
check "[1.10/pool] the first" weft record create web-1 --partition blue --subnet back --pool web --address 10.1.3.71
check "[1.10/pool] the second" weft record create web-2 --partition blue --subnet back --pool web --address 10.1.3.72
weft pool attach web i1 >"$scratch/1" 2>&1 &
first=$!
weft pool attach web i2 >"$scratch/2" 2>&1 &
check "[1.10/concurrent] two instances take any of them at the same time" wait "$first"
check "[1.10/concurrent] both succeed" wait $!
check "[1.10/concurrent] i1 has one of them, i2 the other" \
    test "$(weft record list --pool web -o json | jq -r '.[].instances[]' | sort -u | wc -l)" = 2
check "[1.10/concurrent] the first answers" who i3 10.1.3.71
check "[1.10/concurrent] and so does the second" who i3 10.1.3.72
refuse "[1.10/exhausted] a third caller is refused" weft pool attach web i4
check "[1.10/addresses] a pool of addresses" weft address-pool create low --partition blue --range 10.1.2.128/31
check "[1.10/addresses] an address is chosen from it" \
    weft record create picked --partition blue --subnet front --address-pool low
check "[1.10/addresses] as the pool says" \
    says '10.1.2.12[89]' weft record show picked -o json

check "[2.10/kept] the partition wants active instances to keep a record" weft partition modify blue --require-record
refuse "[2.10/kept] a running instance's last record stays" weft record detach blue-i3
check "[2.10/kept] it still answers" pings i1 10.1.3.7

check "[2.9/terminate] an instance is terminated" weft instance terminate i4
check "[2.9/terminate] its traffic has ended" silent i2 10.1.2.60
check "[2.9/terminate] its record with delete-on-terminate is deleted" gone extra
check "[2.9/terminate] another instance's record, without, is kept" weft instance terminate i2
check "[2.9/terminate] and detached" state blue-i2 detached
refuse "[2.9/terminate] a terminated instance takes no records" weft record attach blue-i2 i2
weft export >"$scratch/cloud.yaml"
check "[8.1/export] pools are exported, and applying it changes nothing" weft diff -f "$scratch/cloud.yaml"
