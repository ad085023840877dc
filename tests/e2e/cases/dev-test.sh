#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Use case: what was developed is tested as it runs: its record goes to the test subnet, nothing is deployed again.
#
#   build 10.1.2.30, then 10.1.3.30          developer 10.1.2.50, tester 10.1.3.50
#            h1 ---------------------------------- h2
. "$(dirname "$0")/../lib.sh"
up "${0%.sh}.yaml"
for name in build developer; do serve "$name"; done
row="[3.5/dev-test]"

same_program() { kill -0 "${servers[0]}"; }
check "$row the developer uses it" answers developer 10.1.2.30 build tcp
check "$row the tester does not" mute tester 10.1.2.30 build tcp
refuse "$row while it is attached, its record stays in its subnet" \
    weft record modify build --subnet test --address 10.1.3.30
check "$row the record is detached" weft record detach build --wait=installed
check "$row and goes to the test subnet" \
    weft record modify build --subnet test --address 10.1.3.30 --security-group testers
check "$row where it is attached to the same instance" weft record attach build build --device eth0
check "$row the tester uses it" answers tester 10.1.3.30 build tcp
check "$row the developer does not any more" mute developer 10.1.3.30 build tcp
check "$row nor at the former address" mute developer 10.1.2.30 build tcp
check "$row it is the same program all the time" same_program
check "$row its MAC is the record's as before" \
    [ "$(weft record show build -o json | jq -r .mac)" = 02:00:00:00:02:30 ]
