# SPDX-License-Identifier: Apache-2.0
"""What a flow's first packet costs under few and many rules, and what maps with many entries take."""

import json
import tempfile

from . import run
from .table import Row

RULES = [1, 60, 1_000, 12_500]


def _with_maps(options, *argv):
    """One measurement of weft-bench over maps of its own."""
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as path:
        run("mount", "-t", "bpf", "-o", "mode=0700", "bpf", path)
        try:
            return json.loads(run(options.bench, argv[0], f"{path}/weft", options.objects, *argv[1:]))
        finally:
            run("umount", path)


def measure(options):
    samples = {count: [] for count in RULES}
    for _ in range(options.rounds):
        for count in RULES:
            samples[count].append(_with_maps(options, "rules", count))
    one = [s["first"] for s in samples[RULES[0]]]
    for count in RULES:
        first = [s["first"] for s in samples[count]]
        yield Row(f"first packet of a flow, {count:,} rules", "ns", first, "", "one rule", one)
    most = samples[RULES[-1]]
    yield Row("its later packets", "ns", [s["next"] for s in most])
    yield Row(f"{RULES[-1]:,} rules compiled and written", "s", [s["install"] for s in most])
    count = 10_000 if options.smoke else 1_000_000
    memory = _with_maps(options, "memory", count)
    for what in ("flows", "mappings"):
        yield Row(f"{count:,} {what} in their map", "MB", [memory[what] / 1e6])
