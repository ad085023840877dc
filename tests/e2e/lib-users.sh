# SPDX-License-Identifier: Apache-2.0
# Sourced after lib.sh by the scenarios of several customers, who come over TLS.
#
#   users NAME...    they get certificates
#   as NAME ARGS...  weft as that user
#   remote ARGS...   weft where the coordinator's address is known
# shellcheck shell=bash disable=SC2154

users_tls=/run/weft-lab/coordinator/tls

users() {
    local user
    for user in "$@"; do weft pki user --directory "$users_tls" "$user" >"$scratch/pki" 2>&1 || return 1; done
}
remote() {
    on coordinator "$top/packaging/lab" weft --server 192.0.2.250:7470 --tls-directory "$users_tls" "$@"
}
as() { remote --user "$@"; }
