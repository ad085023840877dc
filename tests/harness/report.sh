# SPDX-License-Identifier: Apache-2.0
# Sourced by shell tests: one line a test case on standard output, `pass NAME`, `fail NAME: REASON` or
# `skip NAME: REASON`; packaging/check counts these lines. Exit with $failures.
# shellcheck shell=bash disable=SC2034  # failures: read by the script that sources this

failures=0
pass() { printf 'pass %s\n' "$*"; }
skip() { printf 'skip %s: %s\n' "$1" "$2"; }
fail() {
    printf 'fail %s: %s\n' "$1" "$2"
    failures=1
}

# verdict NAME: passes when standard input is empty, else fails with its lines.
verdict() {
    local lines
    lines=$(cat)
    if [ -z "$lines" ]; then
        pass "$1"
    else
        fail "$1" "see the lines below"
        printf '%s\n' "$lines" | head -n 40 | sed 's/^/    /'
    fi
}
