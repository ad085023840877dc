#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An instance moves from host to host and back; its record's address answers from the new host.
#
#   i1 10.1.2.30        i3 10.1.3.7 -- h2, then h1, then h2 again
#        h1 ------------------------------- h2
# mark: kernel
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
for name in i1 i3; do serve "$name"; done

host_of() { weft record show "$1" -o json | jq -r '.hosts[]'; }
h1=$(weft host show h1 -o json | jq -r .id)
check "[2.8/before] i3 answers from h2" answers i1 10.1.3.7 i3
check "[2.8/there] i3 moves to h1" weft instance move i3 h1
check "[2.8/there] the record is attached on h1" [ "$(host_of blue-i3)" = "$h1" ]
check "[2.8/there] it answers on its new host" answers i1 10.1.3.7 i3
check "[2.8/there] and from the old one" answers i2 10.1.3.7 i3
check "[2.8/back] i3 moves back" weft instance move i3 h2
check "[2.8/back] and answers across again" answers i1 10.1.3.7 i3
check "[2.8/again] moving where it is changes nothing and says so" says 'already on' weft instance move i3 h2
