#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A disabled record and one in repair drop everything with a reason of their own, and keep attachment and address.
#
#   i1 10.1.2.30          i2 10.1.2.50
#        h1 ---------------- h2
. "$(dirname "$0")/lib.sh"
up "$top/packaging/examples/two-hosts.yaml"
check "[1.15/available] traffic passes" pings i1 10.1.2.50

drops_as() {
    local status=$1 reason=$2 before
    check "[1.15/$status] the record becomes $status" weft record modify blue-i2 --status "$status" --wait=installed
    before=$(dropped blue-i2 "$reason")
    check "[1.15/$status] nothing reaches it" silent i1 10.1.2.50
    check "[1.15/$status] what was for it is counted with its reason" until_true 5 grew "$before" dropped blue-i2 "$reason"
    before=$(dropped blue-i2 "$reason")
    check "[1.15/$status] nothing comes from it" silent i2 10.1.2.30
    check "[1.15/$status] what it sent is counted too" until_true 5 grew "$before" dropped blue-i2 "$reason"
    check "[1.15/$status] it stays attached, with its address" sh -c \
        "'$top/packaging/lab' weft record show blue-i2 -o json |
            jq -e '.\"attachment-status\" == \"attached\" and .addresses == [\"10.1.2.50\"]'"
}
drops_as disabled disabled
drops_as in-repair in_repair
check "[1.15/available] available again" weft record modify blue-i2 --status available --wait=installed
check "[1.15/available] traffic passes again" pings i1 10.1.2.50
