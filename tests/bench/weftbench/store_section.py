# SPDX-License-Identifier: Apache-2.0
"""Durable record creations a second, through the service and the repository alone, with what the disk can do."""

import json
import tempfile

from . import TOP, run
from .table import Row


def measure(options):
    folder = TOP / "build"
    folder.mkdir(exist_ok=True)
    filesystem = run("findmnt", "-no", "FSTYPE", "-T", folder).strip()
    samples = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=folder) as path:
            sample = json.loads(run(options.bench, "store", path, options.seconds))
            samples.append(sample | json.loads(run(options.bench, "service", path, options.seconds)))

    def row(measure_name, key, bound=""):
        return Row(measure_name, "/s", [sample[key] for sample in samples], bound)

    yield row(f"bare fdatasync, {filesystem}", "fdatasync")
    yield row("durable creations, one at a time", "single", ">= 1000")
    yield row("the same, requested over the socket", "requested", ">= 1000")
    yield row("durable creations, 1,000 outstanding", "batched", ">= 10000")
    yield row("the same, requested over the socket", "requested_batched", ">= 10000")
    yield row("durable reports of usage, 100 records each", "usage")
