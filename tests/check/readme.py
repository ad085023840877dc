# SPDX-License-Identifier: Apache-2.0
"""Prints each command in the README's code blocks that does not exist. Usage: readme.py BUILD_FOLDER"""

import os
import re
import shlex
import shutil
import subprocess
import sys

WEFT = os.path.join(sys.argv[1], "bin", "weft")


def commands(path):
    """The commands of indented blocks: lines that start with a program of the project's."""
    with open(path, encoding="utf-8") as file:
        lines = re.findall(r"^    (\S.*)$", file.read(), re.M)
    for line in lines:
        words = shlex.split(line, comments=True)
        if words and words[0] == "sudo":
            words = words[1:]
        if words and (words[0] == "weft" or words[0].startswith("packaging/")):
            yield words


def weft_exists(words):
    """`weft record attach ...` exists when the words before the first argument lead to a help text."""
    verbs = []
    for word in words:
        if not re.fullmatch(r"[a-z-]+", word) or word.startswith("-"):
            break
        verbs.append(word)
    for count in range(len(verbs), 0, -1):
        done = subprocess.run([WEFT, *verbs[:count], "--help"], capture_output=True, check=False)
        if done.returncode == 0:
            return count >= min(2, len(verbs)) or len(verbs) == 1
    return False


def exists(words):
    if words[0].endswith("packaging/lab"):
        if words[1:2] == ["weft"]:
            return weft_exists(words[2:])
        if words[1:2] == ["exec"]:
            return exists(words[words.index("--") + 1:])
    if "/" in words[0]:
        return os.access(words[0], os.X_OK)
    return weft_exists(words[1:]) if words[0] == "weft" else shutil.which(words[0]) is not None


found = list(commands("README.md")) if os.path.exists("README.md") else []
if not found:
    print("README.md has no commands")
for words in found:
    if not exists(words):
        print("not there: " + " ".join(words))
