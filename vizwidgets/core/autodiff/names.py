"""What inputs and nodes are called, in a graph and in code: no two things by one name."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from unicodedata import normalize

from .graph import Node

TAKEN = {"torch", "print", "__debug__", "__builtins__", *keyword.kwlist}  # what the code cannot do without


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name, with as many underscores behind it as make it differ from all that are taken.

    Examples
    --------
    >>> free_name("f", {"x"}), free_name("f", {"f", "f_"})
    ('f', 'f__')
    """
    while wanted in taken:
        wanted += "_"
    return wanted


def code_names(names: Iterable[str]) -> dict[str, str]:
    """Return what each name is called in Python code; those that need not change do not.

    Python takes two spellings of one letter (ﬁ and fi) for the same name: here they become two.

    Examples
    --------
    >>> code_names(["x", "torch", "torch_"])
    {'x': 'x', 'torch_': 'torch_', 'torch': 'torch__'}
    """
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda name: name in TAKEN or normalize("NFKC", name) != name):
        found[name] = free_name(normalize("NFKC", name), TAKEN.union(found.values()))
    return found


def with_names(nodes: list[Node]) -> tuple[Node, ...]:
    """Name the operations v1, v2, … and the last one f, or otherwise where the student has used these."""
    taken = {node.name for node in nodes if node.is_input}
    free = (each for each in "vuzab" if not any(re.fullmatch(rf"{each}\d+", name) for name in taken))
    letter = next(free, "node_")
    result = next((each for each in ("f", "y", "out") if each not in taken), free_name("result_", taken))
    named, number = [], 0
    for node in nodes:
        if node.operation is not None:
            number += 1
            own = result if node is nodes[-1] else free_name(f"{letter}{number}", taken)
            node = replace(node, name=own)
        named.append(node)
    return tuple(named)
