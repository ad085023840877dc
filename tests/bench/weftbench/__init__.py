# SPDX-License-Identifier: Apache-2.0
"""Measures weft beside its peers and prints them in one table."""

import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
BENCH = TOP / "tests" / "bench"


class BenchError(Exception):
    """Why a section could not be measured, for the person at the terminal."""


def run(*argv, **options):
    """Runs a command, returns its standard output; its complaint becomes a BenchError."""
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(map(str, argv))}: {(done.stderr or done.stdout).strip() or done.returncode}")
    return done.stdout
