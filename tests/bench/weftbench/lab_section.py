# SPDX-License-Identifier: Apache-2.0
"""Throughput, round trip and packet rate from instance to instance across hosts, beside both peers."""

from . import TOP, cloud
from .exchange import Way
from .shape import Plain, Stock
from .table import Row, progress

PLAIN, STOCK = "plain routing", "stock vxlan+bridge+conntrack"
MEASURES = [
    ("TCP one stream", "Gbit/s", Way.tcp_stream, {PLAIN: ">= 1.0", STOCK: ">= 1.3"}),
    ("TCP round trip, median", "us", Way.tcp_round_trip, {PLAIN: "<= 1.0", STOCK: ""}),
    ("TCP connections, opened and closed", "/s", Way.connections, {PLAIN: "", STOCK: ""}),
    ("UDP 64-byte packets", "/s", Way.udp_rate, {PLAIN: ">= 1.0", STOCK: ">= 2.0"}),
]


def measure(options):
    with cloud.lab(TOP / "packaging/examples/two-hosts.yaml", "i1", "10.1.2.50"), Plain() as plain, Stock() as stock:
        ways = {
            "weft": Way(cloud.enter, "i1", "i2", "10.1.2.50", options.net),
            PLAIN: Way(plain.enter, "i1", "i2", plain.addresses[2], options.net),
            STOCK: Way(stock.enter, "i1", "i2", stock.addresses[2], options.net),
        }
        for name, unit, exchange, bounds in MEASURES:
            results = {who: [] for who in ways}
            for _ in range(options.rounds):
                for who, way in ways.items():
                    results[who].append(exchange(way, options.seconds))
            for who, values in results.items():
                progress(f"  {name}, {who}: {' '.join(f'{v:.5g}' for v in values)}")
            for peer, bound in bounds.items():
                yield Row(name, unit, results["weft"], bound, peer, results[peer])
