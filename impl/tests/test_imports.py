"""refnet needs Python, and nothing else."""

import ast
import sys
from pathlib import Path

import refnet


def test_refnet_imports_the_standard_library_alone():
    foreign = set()
    for file in Path(refnet.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            foreign |= {name.partition(".")[0] for name in names} - sys.stdlib_module_names

    assert foreign <= {"refnet"}
