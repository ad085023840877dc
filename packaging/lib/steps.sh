# SPDX-License-Identifier: Apache-2.0
# Sourced by quickstart: a numbered step with its explanation, commands that must work, and the end.
# shellcheck shell=bash disable=SC2154

number=0 worked=no

step() {
    number=$((number + 1))
    printf '\n\033[1m%d. %s\033[0m\n' "$number" "$1"
    shift
    [ $# = 0 ] || printf '   %s\n' "$@"
}

# see CMD...: shows the command and what it prints.
see() {
    printf '\n   $ %s\n' "$*"
    "$@" 2>&1 | sed 's/^/     /'
    return "${PIPESTATUS[0]}"
}

# try CMD...: the same; the quickstart ends here when it fails.
try() {
    printf '\n   $ %s\n' "$*"
    "$@" >"$scratch/output" 2>&1
    local status=$?
    sed 's/^/     /' "$scratch/output"
    if [ "$status" = 0 ]; then
        echo "     -- as it should be"
    else
        echo "     -- this did NOT work (status $status)"
        exit 1
    fi
}

finish() {
    local status=$?
    [ "$worked" = yes ] || status=1
    stop_servers
    rm -rf "$scratch"
    if [ "$once" = yes ]; then
        [ ! -e /run/weft-lab ] || lab down || status=1
    elif [ -e /run/weft-lab ]; then
        cat <<'END'

The lab is up. Try:
  packaging/lab weft record list
  packaging/lab exec i1 -- ping 10.1.3.7
  packaging/lab weft monitor
  packaging/lab status
  packaging/lab down
END
    fi
    [ "$status" = 0 ] && [ "$once" = yes ] && echo && echo "every step worked"
    exit "$status"
}
