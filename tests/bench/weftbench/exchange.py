# SPDX-License-Identifier: Apache-2.0
"""One measured exchange between two namespaces: a server that says when it is ready, then a client."""

import json
import subprocess
import threading

from . import BenchError

PORT = 5201
START_SECONDS = 10
# One-way exchanges keep the two ends on different processors; a round trip keeps both on one, so that it
# measures the path and not how fast a virtual machine wakes an idle processor. Both come before other processes.
SENDER, RECEIVER = (["nice", "-n", "-20", "taskset", "-c", processor] for processor in "01")


def _exchange(server, client, seconds):
    """Standard output of both, after the server printed the line `ready`; nothing outlives the call."""
    with subprocess.Popen(server, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as end:
        watchdog = threading.Timer(seconds + 2 * START_SECONDS, end.kill)
        watchdog.start()
        try:
            for line in end.stdout:
                if "ready" in line:
                    break
            else:
                raise BenchError(f"{' '.join(server)}: {end.stderr.read().strip()}")
            done = subprocess.run(client, capture_output=True, text=True, check=False, timeout=seconds + START_SECONDS)
            if done.returncode != 0:
                raise BenchError(f"{' '.join(client)}: {(done.stderr or done.stdout).strip()}")
            rest = end.stdout.read() if end.wait(START_SECONDS) == 0 else ""
            return rest, done.stdout
        finally:
            watchdog.cancel()
            end.kill()


class Way:
    """Measures from one namespace to an address in another. `enter` makes a command line run in a namespace."""

    def __init__(self, enter, sender, receiver, address, tool):
        self.enter, self.sender, self.receiver, self.address, self.tool = enter, sender, receiver, address, str(tool)

    def _at(self, name, processor, *argv):
        return self.enter(name, *processor, *map(str, argv))

    def pings(self):
        """Whether an echo request is answered."""
        ping = self.enter(self.sender, "ping", "-n", "-q", "-c", 1, "-W", 1, self.address)
        return subprocess.run(ping, capture_output=True, check=False).returncode == 0

    def tcp_stream(self, seconds):
        """Gbit/s of one TCP connection."""
        server = self._at(self.receiver, RECEIVER, self.tool, "drain", self.address, PORT)
        client = self._at(self.sender, SENDER, self.tool, "stream", self.address, PORT, seconds)
        result, _ = _exchange(server, client, seconds)
        return json.loads(result)["gbits"]

    def tcp_round_trip(self, seconds):
        """Microseconds, median, of one byte there and back."""
        server = self._at(self.receiver, RECEIVER, self.tool, "echo", self.address, PORT)
        client = self._at(self.sender, RECEIVER, self.tool, "rr", self.address, PORT, seconds)
        _, result = _exchange(server, client, seconds)
        return json.loads(result)["p50"]

    def connections(self, seconds):
        """TCP connections opened and closed a second, one after another."""
        server = self._at(self.receiver, RECEIVER, self.tool, "accept", self.address, PORT)
        client = self._at(self.sender, SENDER, self.tool, "connect", self.address, PORT, seconds)
        _, result = _exchange(server, client, seconds)
        return json.loads(result)["rate"]

    def udp_rate(self, seconds, size=18):
        """Packets received a second; 18 bytes of payload are a frame of 64 bytes with its check sequence."""
        server = self._at(self.receiver, RECEIVER, self.tool, "sink", self.address, PORT)
        client = self._at(self.sender, SENDER, self.tool, "flood", self.address, PORT, seconds, size)
        result, _ = _exchange(server, client, seconds)
        return json.loads(result)["rate"]
