#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Instances from launch to termination, run by a driver on their host, with hooks; by hand and by a scaler.
#
#   web 10.1.2.30 (netns driver)            i2 10.1.2.50
#        h1 ----------------------------------- h2
# shellcheck disable=SC2016
. "$(dirname "$0")/lib.sh"
up "$top/tests/e2e/labs/instances.yaml"
hooks=/run/weft-lab/h1/hooks.d
leftovers=(web)

show() { weft instance show "$1" -o json; }
state() { [ "$(show "$1" | jq -r .state)" = "$2" ]; }
reason() { show "$1" | jq -r .error | grep -q "$2"; }
no_namespace() { [ ! -e /run/netns/weft-web ]; }
mute() { ! answers "$@"; }
ready() { weft instance ready "$1" --timeout 1; }
# hook NAME TEXT: a hook of h1 is there.
hook() {
    mkdir -p "$hooks"
    printf '#!/bin/sh\n%s\n' "$2" >"$hooks/.$1"
    chmod 755 "$hooks/.$1"
    mv "$hooks/.$1" "$hooks/$1"
}
tls=/run/weft-lab/coordinator/tls
remote() { on coordinator "$top/packaging/lab" weft --server 192.0.2.250:7470 --tls-directory "$tls" "$@"; }
# A program of ann's, with nothing but an access key.
scaler() { remote --access-key "$scratch/ann.key" "$@"; }
command='socat TCP-LISTEN:7777,reuseaddr,fork SYSTEM:"echo web"'

check "[2.13/launch] an instance is made that a driver is to run" \
    weft instance create web --owner ann --host h1 --netns weft-web --driver netns --parameter "command=$command"
check "[2.13/launch] it is stopped at first" state web stopped
check "[2.3/stopped] a record attaches to it" weft record attach blue-web web --wait=store
refuse "[2.3/ready] it is not ready" ready web
check "[2.13/hooks] a hook of the host refuses the launch" hook 10-quota 'test "$2" != launch || { echo "no room today" >&2; exit 1; }'
refuse "[2.13/hooks] the launch fails" weft instance launch web
check "[2.13/hooks] and says why" reason web 'hook 10-quota failed (1): no room today'
check "[2.13/hooks] the instance is stopped" state web stopped
check "[2.3/ready] what was prepared is ready" until_true 10 ready web
check "[2.13/hooks] the hook lets it pass, and writes down what it is told" \
    hook 10-quota 'jq -r "[\"$1\", \"$2\", .name, .attachments[0].addresses[0]] | join(\" \")" >>'"$scratch/hooks"
check "[2.13/launch] the launch succeeds" weft instance launch web
check "[2.13/launch] what the driver started answers at the record's address" until_true 10 answers i2 10.1.2.30 web
check "[2.13/hooks] the hook was called around it" diff - "$scratch/hooks" <<'END'
before launch web 10.1.2.30/24
after launch web 10.1.2.30/24
END
check "[2.13/launch] launching what runs changes nothing" says 'already running' weft instance launch web

check "[2.13/suspend] it is suspended" weft instance suspend web
check "[2.13/suspend] and does not answer" mute i2 10.1.2.30 web
check "[2.13/suspend] its record stays attached" ready web
check "[2.13/resume] it is resumed" weft instance resume web
check "[2.13/resume] and answers" answers i2 10.1.2.30 web

check "[2.13/killed] the agent is killed" lab agent kill h1
check "[2.13/killed] a stop is asked for meanwhile" weft instance stop web --wait=store
check "[2.13/killed] the instance runs on" answers i2 10.1.2.30 web
check "[2.13/killed] the agent is back" lab agent start h1
check "[2.13/killed] and does what was asked" until_true 15 mute i2 10.1.2.30 web
check "[2.13/stop] the instance is stopped" state web stopped
check "[2.13/launch] it is launched again" weft instance launch web
check "[2.13/launch] and answers" until_true 10 answers i2 10.1.2.30 web
check "[2.13/itself] what it runs dies" eval 'ip netns pids weft-web | xargs kill -9'
check "[2.13/itself] it is seen to be stopped" until_true 20 state web stopped
check "[2.13/itself] with the reason" reason web 'it ended by itself'

check "[2.13/one-path] its owner has a certificate" weft pki user --directory "$tls" ann
(umask 077 && remote --user ann key create --description scaler >"$scratch/ann.key")
check "[2.13/one-path] a scaler with the owner's access key launches it" scaler instance launch web
check "[2.13/one-path] it answers" until_true 10 answers i2 10.1.2.30 web
refuse "[2.13/one-path] what is run is the operator's to say" scaler instance modify web --parameter command=true
check "[2.13/detach] shutting down detaches all its records" weft instance stop web --detach
check "[2.13/detach] the record is detached" says detached weft record show blue-web -o json
check "[2.13/terminate] it is attached and launched once more" weft record attach blue-web web --wait=store
check "[2.13/terminate] it runs" weft instance launch web
check "[2.13/terminate] it is terminated" weft instance terminate web
check "[2.13/terminate] nothing is left of it" no_namespace
check "[2.13/terminate] its traffic has ended" silent i2 10.1.2.30
