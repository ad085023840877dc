# SPDX-License-Identifier: Apache-2.0
"""Nanoseconds a run of BPF programs on live traffic (kernel.bpf_stats_enabled)."""

import json
from contextlib import contextmanager
from pathlib import Path

from . import BenchError, run

KNOB = Path("/proc/sys/kernel/bpf_stats_enabled")


@contextmanager
def enabled():
    former = KNOB.read_text(encoding="ascii")
    KNOB.write_text("1", encoding="ascii")
    try:
        yield
    finally:
        KNOB.write_text(former, encoding="ascii")


def program_at(enter, name, device, hook):
    """The id of the program at a device's ingress; `hook` is tc or xdp."""
    attached = json.loads(run(*enter(name, "bpftool", "-j", "net")))[0][hook]
    ids = [entry["id"] for entry in attached if entry["devname"] == device]
    if not ids:
        raise BenchError(f"no {hook} program at {device} of {name}")
    return ids[0]


def runs(program):
    """Nanoseconds and runs so far; programs it tail-calls are counted with it."""
    shown = json.loads(run("bpftool", "-j", "prog", "show", "id", program))
    return shown.get("run_time_ns", 0), shown.get("run_cnt", 0)


def cost(programs, traffic):
    """Nanoseconds a run of each program while `traffic` runs."""
    before = [runs(program) for program in programs]
    traffic()
    after = [runs(program) for program in programs]
    if any(b[1] == a[1] for b, a in zip(before, after)):
        raise BenchError("a program did not run: no traffic came through")
    return [(a[0] - b[0]) / (a[1] - b[1]) for b, a in zip(before, after)]
