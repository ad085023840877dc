# SPDX-License-Identifier: Apache-2.0
"""From a change being durable to its being installed on every agent; the agents are simulated, their TLS is not."""

import json

from . import run
from .table import Row


def measure(options):
    count, changes = (20, 5) if options.smoke else (1000, 200)
    sample = json.loads(run(options.bench, "agents", count, changes))
    yield Row(f"durable to installed on {count:,} agents, p50", "ms", [sample["p50"]])
    yield Row(f"durable to installed on {count:,} agents, p99", "ms", [sample["p99"]], "<= 50")
