# SPDX-License-Identifier: Apache-2.0
"""How far what arrives is from a record's rate limit, when as much as possible is offered."""

from . import TOP, cloud
from .exchange import Way
from .table import Row, progress

PAYLOAD, HEADERS = 1300, 42  # bytes of a frame: Ethernet, IPv4, UDP
ROUNDS, SECONDS = 5, 10  # so long that the first burst, 100 ms of the rate, counts for a percent
LIMITS = [
    ("100 Mbit/s sent", "blue-i1", "egress-bytes", 12_500_000),
    ("1 Gbit/s sent", "blue-i1", "egress-bytes", 125_000_000),
    ("100 Mbit/s received", "blue-i2", "ingress-bytes", 12_500_000),
    ("1 Gbit/s received", "blue-i2", "ingress-bytes", 125_000_000),
    ("10,000 packets/s sent", "blue-i1", "egress-packets", 10_000),
    ("10,000 packets/s received", "blue-i2", "ingress-packets", 10_000),
]


def measure(options):
    rounds, seconds = (1, options.seconds) if options.smoke else (ROUNDS, SECONDS)
    with cloud.lab(TOP / "packaging/examples/two-hosts.yaml", "i1", "10.1.2.50"):
        way = Way(cloud.enter, "i1", "i2", "10.1.2.50", options.net)
        for name, record, field, limit in LIMITS:
            cloud.weft("record", "modify", record, f"--{field}", limit, "--wait=installed")
            unit = PAYLOAD + HEADERS if field.endswith("bytes") else 1
            rates = [way.udp_rate(seconds, PAYLOAD) * unit for _ in range(rounds)]
            progress(f"  {name}: {' '.join(f'{rate:,.0f}' for rate in rates)}; limit {limit:,}")
            cloud.weft("record", "modify", record, f"--{field}", 0, "--wait=installed")
            yield Row(f"off the limit of {name}", "%", [abs(rate / limit - 1) * 100 for rate in rates], "<= 2")
