"""Wrong answers as students give them: what each must lose, and nothing else."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """A typical wrong answer: the solution of one cell with one text replaced.

    Parameters
    ----------
    name : str
        The mistake in words, such as ``"sum in place of the mean"``.
    cell : str
        Id of the answer, such as ``"q1"``.
    old, new : str
        What stands there instead of what; ``old`` occurs exactly once in the cell.
    loses : mapping
        For each check cell the labels of the criteria that it must fail, or beginnings of them.

    Examples
    --------
    >>> mutant = Mutant("adds", cell="q1", old="2 * x", new="2 + x", loses={"q1_check": ("doubles",)})
    >>> mutant.applied_to("return 2 * x")
    'return 2 + x'
    """

    name: str
    cell: str
    old: str
    new: str
    loses: Mapping[str, tuple[str, ...]]

    def applied_to(self, source: str) -> str:
        """Return the source of the answer with the mistake in it.

        Raises
        ------
        ValueError
            If the text to replace does not stand there exactly once.
        """
        count = source.count(self.old)
        if count != 1:
            raise ValueError(
                f"the mutant {self.name!r} replaces {self.old!r} in {self.cell}; it must stand there once, "
                f"but does {count} times. Adapt the mutant to the solution."
            )
        return source.replace(self.old, self.new)


def read_mutants(path: str | Path) -> tuple[Mutant, ...]:
    """Return the mutants of a sheet: the list ``MUTANTS`` of its file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it holds no list of mutants, or two of one name.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"a sheet needs wrong answers in {path.name}; there is none in {path.parent}."
        )
    spec = importlib.util.spec_from_file_location(f"mutants_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = tuple(getattr(module, "MUTANTS", ()))
    if not found or not all(isinstance(each, Mutant) for each in found):
        raise ValueError(f"{path.name} must hold MUTANTS, a list of Mutant(…); it does not.")
    names = [mutant.name for mutant in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{path.name} has two mutants called {twice[0]!r}; give each a name of its own.")
    return found
