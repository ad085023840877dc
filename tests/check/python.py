# SPDX-License-Identifier: Apache-2.0
"""Prints what is wrong with the Python files given: syntax, lines over 120 columns, imports never used."""

import ast
import sys


def problems(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        tree = ast.parse(text, path)
    except SyntaxError as error:
        yield f"{path}:{error.lineno}: {error.msg}"
        return
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > 120:
            yield f"{path}:{number}: {len(line)} columns"
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                name = (alias.asname or alias.name).split(".")[0]
                if name not in used:
                    yield f"{path}:{node.lineno}: {name} is imported and never used"


for argument in sys.argv[1:]:
    for problem in problems(argument):
        print(problem)
