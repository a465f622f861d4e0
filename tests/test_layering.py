"""Imports inside the library run downwards only, and core is torch and nothing else."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parent.parent / "vizwidgets"

# package: the packages of ours that it may import
BELOW = {
    "core": set(),
    "data": {"core"},
    "models": {"core", "data"},
    "grading": {"core"},
    "draw": {"core"},
    "widgets": {"core", "data", "models", "grading", "draw"},
}
# package: the packages of others that it may import; a package that is not named may import all but SCREEN
OTHERS = {"core": {"torch"}, "draw": {"torch", "numpy", "PIL", "matplotlib"}}
SCREEN = {"ipywidgets", "anywidget", "IPython", "traitlets"}  # for widgets alone
# package: what of the screen it may import all the same; grading runs the cells of a notebook
NEEDS = {"widgets": SCREEN, "grading": {"IPython", "traitlets"}}


def imported_modules(path: Path, package: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield (absolute module name, line) for every import in the file, also those inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # one dot is the package of the file, each further dot the one above it
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            # `from vizwidgets import core` names the package last
            names = (f"{module}.{alias.name}" for alias in node.names)
            yield from ((name if module == "vizwidgets" else module, node.lineno) for name in names)


def complaint(layer: str, module: str) -> str | None:
    """Say what is wrong with `layer` importing `module`, or None."""
    top, _, rest = module.partition(".")
    if top == "vizwidgets":
        target = rest.partition(".")[0]
        if target not in BELOW:
            return "goes through the public door, which imports everything: name the package"
        return None if target == layer or target in BELOW[layer] else "points upwards or sideways"
    if top in sys.stdlib_module_names:
        return None
    if layer in OTHERS:
        return None if top in OTHERS[layer] else f"{layer} may import only {', '.join(sorted(OTHERS[layer]))}"
    return "only widgets may import this" if top in SCREEN - NEEDS.get(layer, set()) else None


def faults(library: Path) -> list[str]:
    """List every import that breaks the order, as 'file:line imports module: why'."""
    found = []
    for path in sorted(library.glob("*/**/*.py")):
        parts = path.relative_to(library).parts
        package = ("vizwidgets", *parts[:-1])
        if parts[0] not in BELOW:
            found.append(f"{path}: {parts[0]} stands in no layer")
            continue
        for module, line in imported_modules(path, package):
            if why := complaint(parts[0], module):
                found.append(f"{'/'.join(package)}/{path.name}:{line} imports {module}: {why}")
    return found


def test_imports_run_downwards_only():
    assert faults(LIBRARY) == []


@pytest.mark.parametrize(
    ("where", "line", "why"),
    [
        ("core/ascent.py", "from vizwidgets.models.zoo import load_model", "upwards"),
        ("core/ascent.py", "from ..draw import pixels", "upwards"),
        ("core/ascent.py", "def f():\n    import vizwidgets.widgets.run", "upwards"),
        ("core/ascent.py", "from vizwidgets import widgets", "upwards"),
        ("core/ascent.py", "import numpy as np", "only torch"),
        ("core/deeper/ascent.py", "from ...models import zoo", "upwards"),
        ("data/digits.py", "from vizwidgets.models import zoo", "upwards"),
        ("draw/charts.py", "from vizwidgets.data import photos", "upwards"),
        ("draw/charts.py", "import requests", "only PIL"),
        ("models/zoo.py", "from IPython.display import HTML", "only widgets"),
        ("widgets/ascent.py", "import vizwidgets as vw", "public door"),
        ("widgets/ascent.py", "from .. import load_model", "public door"),
        ("helpers/all.py", "import torch", "no layer"),
    ],
)
def test_an_import_that_breaks_the_order_is_found(tmp_path, where, line, why):
    path = tmp_path / where
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert len(faults(tmp_path)) == 1
    assert why in faults(tmp_path)[0]


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("core/ascent.py", "import math, torch\nfrom torch import nn\nfrom .layers import Layer"),
        ("core/ascent.py", "from __future__ import annotations\nfrom vizwidgets.core.layers import Layer"),
        ("models/zoo.py", "from vizwidgets.data.artifacts import fetch\nimport onnx"),
        ("widgets/ascent.py", "from ..core import ascent\nfrom .run import Run\nimport anywidget"),
    ],
)
def test_imports_that_keep_the_order_are_left_alone(tmp_path, where, line):
    path = tmp_path / where
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert faults(tmp_path) == []
