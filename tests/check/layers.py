# SPDX-License-Identifier: Apache-2.0
"""Prints every include that breaks the layers, or makes pure code depend on kernel, sockets or clock."""

import re
import subprocess

# folder: what it may include besides itself and `below`. The longest matching folder counts.
COMMON = ["include/weft"]
LAYERS = {
    "include/weft/base": [],
    "include/weft/net": ["include/weft/base"],
    "include/weft/abi": [],
    "include/weft/schema": ["include/weft/base", "include/weft/net"],
    "include/weft/wire": ["include/weft/base", "include/weft/net", "include/weft/schema", "include/weft/abi"],
    "include/weft/config": ["include/weft/base"],
    "include/weft/metrics": ["include/weft/base", "include/weft/net", "include/weft/config"],
    "bpf": ["include/weft/abi"],
    "agent": COMMON + ["agent"],
    "agent/state": COMMON,
    "agent/session": COMMON + ["agent/state"],
    "agent/datapath": COMMON,
    "agent/flow": COMMON + ["agent/datapath"],
    "agent/flow_log": COMMON + ["agent/datapath"],
    "agent/policy": ["include/weft/base", "include/weft/net", "include/weft/abi"],
    "agent/reconcile": COMMON + ["agent/state", "agent/datapath", "agent/flow", "agent/policy"],
    "agent/config": COMMON + ["agent/session", "agent/datapath", "agent/flow", "agent/flow_log"],
    "agent/service": COMMON,
    "agent/instance": COMMON + ["agent/state"],
    "agent/device_helper": COMMON + ["agent/datapath"],
    "agent/instance_helper": COMMON + ["agent/instance", "agent/device_helper"],
    "agent/report": COMMON + ["agent/state", "agent/reconcile", "agent/datapath", "agent/service"],
    "coordinator": COMMON + ["coordinator"],
    "coordinator/config": COMMON,
    "coordinator/pki": COMMON,
    "coordinator/model": COMMON,
    "coordinator/negotiation": COMMON + ["coordinator/model"],
    "coordinator/store": COMMON + ["coordinator/model"],
    "coordinator/permission": COMMON,
    "coordinator/service": COMMON + ["coordinator/model", "coordinator/store", "coordinator/pki",
                                     "coordinator/permission"],
    "coordinator/service/commit": COMMON + ["coordinator/model", "coordinator/store"],
    "coordinator/distribution": COMMON + ["coordinator/model", "coordinator/store", "coordinator/negotiation"],
    "coordinator/api": COMMON + ["coordinator/service", "coordinator/model", "coordinator/store",
                                 "coordinator/distribution", "coordinator/negotiation", "coordinator/pki",
                                 "coordinator/config", "coordinator/permission"],
    "coordinator/pki": COMMON,
    "coordinator/config": COMMON,
    "coordinator/http": COMMON + ["coordinator/service", "coordinator/model", "coordinator/store"],
    "coordinator/cli": COMMON + ["coordinator/pki", "coordinator/permission"],
}
PURE = ("coordinator/model/", "coordinator/permission/", "coordinator/negotiation/", "agent/state/", "agent/policy/")
IMPURE = re.compile(
    r"sys/|linux/|netinet/|net/if|bpf/|netlink/|sqlite3|systemd/|unistd\.h|fcntl\.h|chrono|ctime|thread|mutex|fstream"
    r"|filesystem|boost/asio|weft/base/(fd|clock|log)\.h"
)


def layer(path):
    fitting = [folder for folder in LAYERS if path.startswith(folder + "/")]
    return max(fitting, key=len, default=None)


def resolve(path, name, files):
    """The repository's file that an include means; None for a foreign one."""
    folder = path.rsplit("/", 1)[0]
    for candidate in (f"{folder}/{name}", f"include/{name}", name, f"bpf/{name}"):
        if candidate in files:
            return candidate
    return None


def main():
    files = set(subprocess.run(["git", "ls-files", "*.h", "*.cpp", "*.c"], capture_output=True, text=True,
                               check=True).stdout.split())
    for path in sorted(files):
        own = layer(path)
        if own is None:
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for number, line in enumerate(text.splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
            if not match:
                continue
            target = resolve(path, match[1], files)
            if path.startswith(PURE) and IMPURE.match(match[1]):
                print(f"{path}:{number}: pure code includes {match[1]}")
            if target and not target.startswith((own + "/", *(f"{folder}/" for folder in LAYERS[own]))):
                print(f"{path}:{number}: {own} may not include {target}")


main()
