#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The quickstart itself, as a stranger runs it: every step must be seen to work.
. "$(dirname "$0")/lib.sh"
check "[8.6/sandbox] packaging/quickstart --once" "$top/packaging/quickstart" --once
rm -rf "$scratch"
