# SPDX-License-Identifier: Apache-2.0
"""What the lab has made, written down before it is made, so that `lab down` removes that and only that."""

import json
import os
from pathlib import Path

from . import LabError

RUN = Path("/run/weft-lab")
FILE = RUN / "state.json"


class State:
    def __init__(self, values):
        self.namespaces = values.get("namespaces", [])
        self.mounts = values.get("mounts", [])
        self.processes = values.get("processes", {})  # name -> {argv, namespace, pid, started}
        self.programs = values.get("programs", "")

    def save(self):
        text = json.dumps(self.__dict__, indent=1)
        new = FILE.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        os.replace(new, FILE)


def create(programs):
    try:
        RUN.mkdir(mode=0o755)
    except FileExistsError as error:
        raise LabError(f"a lab is up already ({RUN} exists); `lab down` removes it") from error
    state = State({"programs": programs})
    state.save()
    return state


def load():
    try:
        return State(json.loads(FILE.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise LabError("no lab is up; `lab up FILE` makes one") from error
