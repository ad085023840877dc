# SPDX-License-Identifier: Apache-2.0
"""A cloud on one machine, out of network namespaces."""


class LabError(Exception):
    """What went wrong, in one or more lines for the person at the terminal."""
