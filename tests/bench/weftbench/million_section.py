# SPDX-License-Identifier: Apache-2.0
"""A coordinator with very many records: how long it takes to start again, what it holds in memory, how long it
takes to answer."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import yaml

from . import TOP, BenchError, run
from .table import Row

START_SECONDS = 120
QUERIES = {
    "page": "a page of 1,000",
    "id": "one by id",
    "name": "one by name",
    "address": "one by address",
    "tag": "1 in 1,000 by tag",
    "instance": "50 by instance",
    "subnet": "a page of 1,000 by subnet and partition",
    "write": "a creation",
    "write_while_listed": "a creation while all are listed",
    "write_while_scanned": "a creation while all are looked at in vain",
}


def _start(argv, notify_path):
    """The running daemon once it says READY=1, and the seconds that took."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(notify_path)
        notify.settimeout(START_SECONDS)
        begin = time.monotonic()
        daemon = subprocess.Popen(argv, env=dict(os.environ, NOTIFY_SOCKET=notify_path),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            while b"READY=1" not in notify.recv(4096).split(b"\n"):
                pass
        except TimeoutError:
            daemon.kill()
            raise BenchError(f"{argv[0]}: not ready after {START_SECONDS} s: {daemon.stderr.read()}") from None
        return daemon, time.monotonic() - begin


def _resident(pid):
    """GB now and at most."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return [int(re.search(rf"^{field}:\s+(\d+) kB", status, re.M)[1]) * 1024 / 1e9 for field in ("VmRSS", "VmHWM")]


def _processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(options):
    count = 10_000 if options.smoke else 1_000_000
    with tempfile.TemporaryDirectory(prefix="bench-", dir=TOP / "build") as path:
        folder = Path(path)
        run(options.weft, "pki", "init", "--directory", folder / "tls", "--name", "coordinator",
            "--address", "127.0.0.1")
        config = {"database": f"{path}/weft.db", "socket": f"{path}/socket", "listen": [],
                  "tls": {"directory": f"{path}/tls"}, "principals": [{"uid": 0, "name": "root", "role": "operator"}]}
        (folder / "coordinator.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        run(options.bench, "fill", folder / "weft.db", count)
        argv = [options.coordinator, "--config", folder / "coordinator.yaml"]
        seconds, processor, resident = [], [], []
        rounds = min(options.rounds, 3)
        for number in range(rounds):
            (folder / "notify").unlink(missing_ok=True)
            daemon, took = _start(list(map(str, argv)), str(folder / "notify"))
            seconds.append(took)
            processor.append(_processor_seconds(daemon.pid))
            resident.append(_resident(daemon.pid))
            if number == rounds - 1:
                asked = json.loads(run(options.bench, "query", folder / "socket", 20 if options.smoke else 300,
                                       max(options.seconds, 0.2)))
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate()
    yield Row(f"{count:,} records: coordinator's memory", "GB", [now for now, _ in resident], "<= 1.5")
    yield Row(f"{count:,} records: its peak while starting", "GB", [peak for _, peak in resident])
    yield Row(f"{count:,} records: restart", "s", seconds, "<= 10")
    yield Row(f"{count:,} records: restart, processor time", "s", processor)
    for key, what in QUERIES.items():
        for value, share in zip(asked[key], ["p50", "p99"]):
            yield Row(f"{count:,} records: {what}, {share}", "ms", [value])
    yield Row(f"{count:,} records: listed meanwhile", "/s", [asked["listed"]])
