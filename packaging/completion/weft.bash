# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC1090
# Bash completion for weft: the program itself knows its commands, options and the names of objects.
source <(weft completion bash)
