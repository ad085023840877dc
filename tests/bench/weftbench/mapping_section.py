# SPDX-License-Identifier: Apache-2.0
"""Mapping updates a second through the agent's map writer into the kernel."""

import json
import tempfile

from . import run
from .table import Row


def measure(options):
    samples = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="weft-bench-") as path:
            run("mount", "-t", "bpf", "-o", "mode=0700", "bpf", path)
            try:
                samples.append(json.loads(run(options.bench, "mapping", f"{path}/weft", options.objects)))
            finally:
                run("umount", path)
    yield Row("mapping updates, new addresses", "/s", [s["added"] for s in samples], ">= 500000")
    yield Row("mapping updates, another host", "/s", [s["replaced"] for s in samples], ">= 500000")
