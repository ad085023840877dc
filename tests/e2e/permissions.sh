#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bob lets ann attach a record of his to her instance, and takes it back. Both come over TLS: by certificates, and
# bob's program by an access key.
#
#   a 10.1.2.30 (ann's blue), then also 10.2.2.60 (bob's red)        b 10.2.2.50 (bob's red)
#                          h1 ------------------------------------ h2
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-users.sh"
up "$top/tests/e2e/labs/permissions.yaml"
keyed() { remote --access-key "$scratch/bob.key" "$@"; }
status_of() {
    local expected=$1 status=0
    shift
    "$@" || status=$?
    echo "status $status"
    [ "$status" = "$expected" ]
}
check "[3.1/certificate] certificates for three customers" users ann bob zed

check "[3.1/certificate] ann sees her partition alone" [ "$(as ann partition list -o name)" = blue ]
check "[3.2/attach] what bob has not granted does not exist for ann" status_of 3 as ann record attach red/shared a
check "[3.2/attach] and is silent" silent b 10.2.2.60
check "[3.2/lists] bob lets ann's group attach it" as bob record modify red/shared --attacher group:web
check "[3.2/attach] a dry run says that ann may" as ann record attach red/shared a --dry-run
check "[3.2/attach] which changed nothing" silent b 10.2.2.60
check "[3.2/attach] ann attaches bob's record to her instance" as ann record attach red/shared a
check "[3.3/attach] bob's partition reaches ann's instance through it" until_true 5 pings b 10.2.2.60
check "[3.3/attach] ann's instance reaches bob's" until_true 5 pings a 10.2.2.50
check "[3.2/see] bob sees the attachment" [ "$(as bob attachment list -o name | sort | tr '\n' ' ')" = "b@b shared@a " ]
check "[3.2/modify] its addresses stay bob's to set" status_of 5 as ann record modify red/shared --address 10.2.2.61
check "[3.2/lists] so do its lists" status_of 5 as ann record modify red/shared --detacher ann
check "[3.2/delete] and its end" status_of 5 as ann record delete red/shared --force
check "[3.2/see] zed sees none of it" [ -z "$(as zed record list; as zed attachment list; as zed instance list)" ]
check "[3.2/detach] nor may he detach it" status_of 3 as zed record detach red/shared
check "[3.2/lists] bob takes the right back" as bob record modify red/shared --attacher ""
check "[3.2/lists] what is attached stays so" pings b 10.2.2.60
check "[3.2/detach] the instance's owner may always detach" as ann record detach red/shared a
check "[3.2/detach] it is silent" silent b 10.2.2.60
check "[3.2/attach] and ann may not attach it again" status_of 3 as ann record attach red/shared a

umask 077
as bob key create --description "bob's program" >"$scratch/bob.key" || fail "[3.1/key] bob makes himself a key" "see above"
check "[3.1/key] it opens the coordinator as bob" [ "$(keyed partition list -o name)" = red ]
chmod 644 "$scratch/bob.key"
check "[3.1/key] not from a file that others may read" status_of 5 keyed partition list
chmod 600 "$scratch/bob.key"
check "[3.1/key] bob attaches with it" keyed record attach red/shared b
check "[3.1/key] bob deletes it" as bob key delete "$(cut -d' ' -f1 "$scratch/bob.key")"
check "[3.1/key] and it opens nothing any more" status_of 5 keyed partition list
