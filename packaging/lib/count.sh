# SPDX-License-Identifier: Apache-2.0
# Sourced by check: sums test cases over logs of doctest programs (skipped ones: tests/harness/skip.h) and of shell
# tests (tests/harness/report.sh).
# shellcheck shell=bash

passed=0 failed=0 skipped=0 reasons=()

# count_log FILE STATUS STAGE: adds what FILE reports; a stage that failed without saying so is one failure.
count_log() {
    local ok bad left unrun line
    ok=$(grep -cE '^(6\.1: )?pass ' "$1")
    bad=$(grep -cE '^(6\.1: )?fail ' "$1")
    left=$(grep -cE '^(6\.1: )?(\[doctest\] )?skip ' "$1")
    while read -r line; do reasons+=("$line"); done < <(sed -nE 's/^(6\.1: )?(\[doctest\] )?(skip .*)/\1\3/p' "$1")
    # doctest takes a case that returned early for a passed one.
    unrun=$(grep -cE '^(6\.1: )?\[doctest\] skip ' "$1")
    local ran broke
    read -r ran broke < <(sed -nE 's/^(6\.1: )?\[doctest\] test cases: *[0-9]+ \| *([0-9]+) passed \| *([0-9]+) failed.*/\2 \3/p' "$1" |
        awk '{p += $1; f += $2} END {print p + 0, f + 0}')
    if [ "$2" != 0 ] && [ $((bad + broke)) = 0 ]; then
        say "the stage $3 ended with status $2 and named no failed case"
        bad=1
    fi
    if [ $((ok + bad + left + ran + broke)) = 0 ]; then
        say "the stage $3 ran no test case"
        bad=1
    fi
    passed=$((passed + ok + ran - unrun)) failed=$((failed + bad + broke)) skipped=$((skipped + left))
}

finish_count() {
    [ ${#reasons[@]} = 0 ] || printf '%s\n' "${reasons[@]}" >&2
    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" = 0 ]
}
