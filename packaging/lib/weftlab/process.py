# SPDX-License-Identifier: Apache-2.0
"""Daemons of the lab: started as systemd would (Type=notify), known by pid and start time."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from . import LabError
from .network import enter
from .state import RUN

START_SECONDS = 30
STOP_SECONDS = 20


def log_path(name):
    return RUN / "log" / f"{name}.log"


def _started(pid):
    """The process's start time in clock ticks; None when there is no such process or it is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


def alive(state, name):
    entry = state.processes.get(name)
    return bool(entry and entry["started"] and _started(entry["pid"]) == entry["started"])


def log_tail(name, lines=15):
    try:
        text = log_path(name).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join("    " + line for line in text.splitlines()[-lines:])


def start(state, name, namespace=None, argv=None, ready_socket=None):
    """Starts the daemon and waits until it says READY=1, or until `ready_socket` accepts connections."""
    entry = state.processes.setdefault(name, {"pid": 0, "started": 0})
    if argv:
        entry.update(namespace=namespace, argv=argv, ready_socket=ready_socket)
    if alive(state, name):
        raise LabError(f"{name} runs already (pid {entry['pid']})")
    log_path(name).parent.mkdir(exist_ok=True)
    notify_path = str(RUN / f"{name}.notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, log_path(name).open("ab") as log:
        Path(notify_path).unlink(missing_ok=True)
        notify.bind(notify_path)
        environment = dict(os.environ, NOTIFY_SOCKET=notify_path)
        process = subprocess.Popen(enter(entry["namespace"], entry["argv"]), stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=log, env=environment, start_new_session=True, cwd="/")
        entry.update(pid=process.pid, started=_started(process.pid))
        state.save()
        _wait_ready(name, process, notify, entry["ready_socket"])
    Path(notify_path).unlink()


def _wait_ready(name, process, notify, ready_socket):
    notify.settimeout(0.05)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise LabError(f"{name} ended with {process.returncode}; its log ends:\n{log_tail(name)}")
        try:
            if b"READY=1" in notify.recv(4096).split(b"\n"):
                return
        except TimeoutError:
            if ready_socket and _accepts(ready_socket):
                return
    raise LabError(f"{name} was not ready after {START_SECONDS} s; its log ends:\n{log_tail(name)}")


def _accepts(path):
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as probe:
            try:
                probe.connect(path)
                return True
            except OSError:
                continue
    return False


def signal_and_wait(state, name, number):
    """Sends the signal and waits for the end; a daemon that outlives SIGTERM is killed and that is an error."""
    entry = state.processes.get(name)
    if not entry or not alive(state, name):
        raise LabError(f"{name} does not run")
    os.kill(entry["pid"], number)
    deadline = time.monotonic() + STOP_SECONDS
    while alive(state, name):
        if time.monotonic() > deadline:
            os.kill(entry["pid"], signal.SIGKILL)
            raise LabError(f"{name} did not end within {STOP_SECONDS} s of signal {number} and was killed")
        time.sleep(0.01)
