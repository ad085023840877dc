# SPDX-License-Identifier: Apache-2.0
"""What was measured, as one table."""

import statistics
import sys
from dataclasses import dataclass, field


@dataclass
class Row:
    """A measure beside a peer (the budget bounds the ratio) or alone (it bounds the value)."""

    measure: str
    unit: str
    ours: list
    bound: str = ""  # ">= 1.3": of the ratio when there is a peer, else of ours
    peer: str = ""
    peers: list = field(default_factory=list)

    @property
    def ratio(self):
        """Median of the ratios round by round: both sides of a round met the same neighbours on the machine."""
        return statistics.median(o / p for o, p in zip(self.ours, self.peers)) if self.peers else None

    @property
    def verdict(self):
        if not self.bound:
            return ""
        relation, limit = self.bound.split()
        value = self.ratio if self.peers else statistics.median(self.ours)
        met = value >= float(limit) if relation == ">=" else value <= float(limit)
        return "met" if met else "missed"

    def cells(self):
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        bound = f"{self.bound} x" if self.bound and self.peers else self.bound
        peer = number(statistics.median(self.peers)) if self.peers else ""
        return [self.measure, self.unit, number(statistics.median(self.ours)), self.peer, peer, ratio, bound,
                self.verdict]


def number(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def render(rows):
    """The lines of the table; numbers to the right."""
    table = [["measure", "unit", "weft", "peer", "peer's", "ratio", "budget", ""]] + [row.cells() for row in rows]
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    right = {2, 4, 5}
    for line in table:
        yield "  ".join(c.rjust(w) if i in right else c.ljust(w)
                        for i, (c, w) in enumerate(zip(line, widths))).rstrip()


def progress(text):
    print(text, file=sys.stderr, flush=True)
