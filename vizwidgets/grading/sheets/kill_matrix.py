"""Which wrong answer fails which criterion: what each mutant must lose, and whether it lost just that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from ..results import CellResult
from .mutants import Mutant
from .sheet import Sheet
from .trials import Trial, answered

Results = Mapping[str, CellResult]  # cell id: what was found in it
Labels = Mapping[str, tuple[str, ...]]  # cell id: the labels of its criteria


def labels_of(results: Results) -> dict[str, tuple[str, ...]]:
    """Return the labels of the criteria of each cell that has any."""
    return {
        name: tuple(each.label for each in found.criteria)
        for name, found in results.items()
        if found.criteria
    }


def failed(results: Results) -> set[tuple[str, str]]:
    """Return (cell, label) of every criterion that is not met."""
    return {
        (name, each.label) for name, found in results.items() for each in found.criteria if not each.is_met
    }


def expected_losses(mutant: Mutant, labels: Labels) -> set[tuple[str, str]]:
    """Return (cell, label) of every criterion that a mutant must fail.

    Parameters
    ----------
    mutant : Mutant
        It names labels, or beginnings that only one label has.
    labels : mapping
        All labels of each check cell.

    Raises
    ------
    ValueError
        If a beginning belongs to no label of the cell, or to several.

    Examples
    --------
    >>> mutant = Mutant("adds", "q1", old="*", new="+", loses={"q1_check": ("known",)})
    >>> expected_losses(mutant, {"q1_check": ("known numbers", "shape")})
    {('q1_check', 'known numbers')}
    """
    return {
        (cell, _label(mutant, cell, beginning, labels.get(cell, ())))
        for cell, beginnings in mutant.loses.items()
        for beginning in beginnings
    }


def applied(sheet: Sheet, mutants: Iterable[Mutant]) -> tuple[list[tuple[Mutant, str]], list[str]]:
    """Return each mutant with the answer that it gives, and in words why some can not be applied."""
    wrong, faults = [], []
    for mutant in mutants:
        try:
            wrong.append((mutant, mutant.applied_to(sheet.cell(mutant.cell).source)))
        except (KeyError, ValueError) as reason:
            faults.append(str(reason))
    return wrong, faults


def mutant_trials(
    sheet: Sheet, wrong: Sequence[tuple[Mutant, str]], seeds: tuple[int, ...]
) -> tuple[list[tuple[Mutant, ...]], list[Trial]]:
    """Return what is to be run, and which mutants stand behind each outcome of it.

    Parameters
    ----------
    sheet : Sheet
        The source.
    wrong : sequence of (Mutant, str)
        Mutants with their answers.
    seeds : tuple of int
        Each mutant is run at all of them, alone with its question; then at the first one in a whole sheet
        with mutants of every second question, where what it does to the checks of the others is seen.
    """
    groups: list[tuple[Mutant, ...]] = []
    trials = []
    for mutant, answer in wrong:
        cells = answered(sheet, {mutant.cell: answer}, only=mutant.cell)
        groups += [(mutant,)] * len(seeds)
        trials.append(Trial(mutant.name, cells, seeds))
    for together in _sheets_of_mistakes(sheet, wrong):
        groups.append(tuple(mutant for mutant, _ in together))
        names = " + ".join(mutant.name for mutant, _ in together)
        cells = answered(sheet, {mutant.cell: answer for mutant, answer in together})
        trials.append(Trial(names, cells, seeds[:1]))
    return groups, trials


def mutant_faults(mutants: Iterable[Mutant], labels: Labels, results: Results) -> Iterator[str]:
    """Say in which way mutants lost something else than they must.

    Parameters
    ----------
    mutants : iterable of Mutant
        What was handed in together.
    labels : mapping
        All labels of each check cell.
    results : mapping
        What was found in the cells that were run.
    """
    losses = {loss for mutant in mutants for loss in expected_losses(mutant, labels)}
    wanted = {loss for loss in losses if loss[0] in results}
    got = failed(results)
    for name, found in results.items():
        if found.problem:
            yield f"{name} was not scored: {found.problem}"
    for cell, label in sorted(wanted - got):
        yield f"{cell} does not notice it in {label!r}"
    for cell, label in sorted(got - wanted):
        yield f"{cell} takes the point of {label!r} too"


def survivors(labels: Labels, kills: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (cell, label) of the criteria that no mutant fails: nobody knows whether they notice anything.

    Examples
    --------
    >>> survivors({"q1_check": ("known numbers", "shape")}, [("q1_check", "shape")])
    [('q1_check', 'known numbers')]
    """
    killed = set(kills)
    return [(cell, label) for cell, found in labels.items() for label in found if (cell, label) not in killed]


def _sheets_of_mistakes(
    sheet: Sheet, wrong: Sequence[tuple[Mutant, str]]
) -> Iterator[list[tuple[Mutant, str]]]:
    """Yield mutants that go into one sheet: never those of neighbouring questions, each in one sheet."""
    by_question = [[each for each in wrong if each[0].cell == question] for question in sheet.answers]
    for first in (0, 1):
        for row in zip_longest(*by_question[first::2]):
            if together := [each for each in row if each is not None]:
                yield together


def _label(mutant: Mutant, cell: str, beginning: str, labels: tuple[str, ...]) -> str:
    found = [label for label in labels if label == beginning] or [
        label for label in labels if label.startswith(beginning)
    ]
    if len(found) != 1:
        raise ValueError(
            f"the mutant {mutant.name!r} must name one criterion of {cell}, of {list(labels)}; "
            f"got {beginning!r}."
        )
    return found[0]
