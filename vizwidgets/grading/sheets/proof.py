"""The proof of a sheet: the solution gets all points, a stub none, each wrong answer loses just its own."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from ..running.limits import processors
from ..running.runner import Runner
from .build import built_texts, read_source, release_of, selfstudy_of
from .course import Course
from .kill_matrix import applied, expected_losses, labels_of, mutant_faults, mutant_trials, survivors
from .lazy_answers import lazy_answers
from .leaks import find_leaks
from .mutants import Mutant, read_mutants
from .sheet import Sheet
from .source_rules import check_source
from .trials import Outcome, Trial, answered, handed_in, learned, run_trials

HELP = (
    "Prove a sheet: its solution gets all points at every seed, a stub gets none, every mutant loses exactly "
    "what it must, every criterion notices one of them, nothing secret is released. Ends with 1 if not."
)


@dataclass(frozen=True)
class Finding:
    """One part of the proof.

    Parameters
    ----------
    part : str
        Its name.
    words : str
        What holds.
    faults : tuple of str
        What does not; empty in a proof.
    """

    part: str
    words: str
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        mark = "[--]" if self.faults else "[ok]"
        first = f"  {mark} {self.part:<12} {self.words}"
        return "\n".join([first, *(f"         {fault}" for fault in self.faults)])


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``check``."""
    parser.add_argument("sheets", nargs="*", metavar="SHEET", help="beginning of a name; all sheets if none")
    parser.add_argument("--seeds", type=int, default=5, help="how many the solution is tried with (5)")
    parser.add_argument("--jobs", type=int, default=processors(), help="how many sheets run at once")


def run(course: Course, options: argparse.Namespace) -> int:
    """Prove the sheets; 1 if a part of a proof fails."""
    if options.seeds < 1 or options.jobs < 1:
        raise ValueError(f"--seeds and --jobs must be 1 or more; got {options.seeds} and {options.jobs}.")
    names = [course.find(each) for each in options.sheets] or course.sheets()
    is_proved = True
    with Runner(jobs=options.jobs, protect=False) as runner:
        for name in names:
            sys.stdout.write(f"{name}\n")
            for finding in prove(course, name, runner, seeds=options.seeds, jobs=options.jobs):
                sys.stdout.write(f"{finding}\n")
                sys.stdout.flush()
                is_proved = is_proved and not finding.faults
    return 0 if is_proved else 1


def prove(course: Course, name: str, runner: Runner, *, seeds: int = 5, jobs: int = 1) -> Iterator[Finding]:
    """Yield the parts of the proof of a sheet, one by one.

    Parameters
    ----------
    course : Course
        Where it lies.
    name : str
        Of the sheet.
    runner : Runner
        Runs ``jobs`` sheets at once.
    seeds : int
        How many seeds the solution is tried with; wrong answers are with a tenth of them, at least three.
    jobs : int
        How many.
    """
    source = read_source(course.source(name))
    rules = tuple(check_source(source))
    yield Finding("rules", f"{len(source.cells)} cells", rules)
    if rules:
        return
    sheet, wrong = Sheet(source, name), read_mutants(course.mutants(name))
    proof = _Proof(sheet, wrong, runner, seeds, jobs)
    yield _files(course, name)
    yield _secrets(sheet)
    yield (solved := proof.solution())
    if solved.faults:
        return
    for part in (proof.stub, proof.selfstudy, proof.lazy, proof.mutants, proof.criteria, proof.time):
        yield part()


def _files(course: Course, name: str) -> Finding:
    wrong = [
        f"{path.parent.parent.name}/{path.name} is not what its source gives; run: build {name}"
        for path, text in built_texts(course, name).items()
        if not path.is_file() or path.read_bytes() != text.encode()
    ]
    return Finding("files", "release and self-study version are what the source gives", tuple(wrong))


def _secrets(sheet: Sheet) -> Finding:
    leaks = find_leaks(sheet.notebook, release_of(sheet.notebook, sheet.name))
    return Finding("secrets", "no line of a solution or hidden check is released", tuple(map(str, leaks)))


class _Proof:
    """What is run for the proof of one sheet."""

    def __init__(
        self, sheet: Sheet, wrong: tuple[Mutant, ...], runner: Runner, seeds: int, jobs: int
    ) -> None:
        self.sheet, self._wrong, self._runner, self._jobs = sheet, wrong, runner, jobs
        draw = random.Random(0)  # more seeds are the same ones and further ones
        self._seeds = tuple(draw.randrange(2**31) for _ in range(seeds))
        self._few = self._seeds[: max(3, seeds // 10)]
        self._full = sum(points for cell, points in sheet.points.items() if cell not in sheet.texts)
        self._kills: set[tuple[str, str]] = set()

    def solution(self) -> Finding:
        """All points, at every seed, labels that are unique and the same at every seed."""
        cells = answered(self.sheet, {})
        self._solved = self._run([Trial("the solution", cells, (seed,)) for seed in self._seeds])
        self.labels = labels_of(self._solved[0].results)
        faults = [fault for outcome in self._solved for fault in _lost(outcome)]
        faults += [
            f"the criteria are others at seed {each.seed}"
            for each in self._solved
            if labels_of(each.results) != self.labels
        ]
        for cell, labels in self.labels.items():
            faults += [f"{cell} has two criteria {x!r}" for x in sorted(set(labels)) if labels.count(x) > 1]
        words = f"{self._full:g} of {self._full:g} points at {len(self._seeds)} seeds"
        return Finding("solution", words, tuple(faults))

    def stub(self) -> Finding:
        """No points for the release as it is handed out, in any cell."""
        release = release_of(self.sheet.notebook, self.sheet.name)
        cells = handed_in(self.sheet, release)
        found = self._run([Trial("the release", cells, self._few)])
        return Finding("release", "0 points in every cell", tuple(_gained(found)))

    def selfstudy(self) -> Finding:
        """No points for the self-study version as it is, all when it is filled in."""
        learning = selfstudy_of(self.sheet.notebook, self.sheet.name)
        empty = learned(self.sheet, learning, is_filled=False)
        filled = learned(self.sheet, learning, is_filled=True)
        gained = _gained(self._run([Trial("the empty version", empty, self._few)]))
        full = self._run([Trial("the filled version", filled, self._few)])
        lost = [fault for outcome in full for fault in _lost(outcome)]
        return Finding("self-study", f"0 points empty, {self._full:g} filled in", (*gained, *lost))

    def lazy(self) -> Finding:
        """No criterion for an answer that took no work."""
        trials = [
            Trial(f"{answer}: {name}", answered(self.sheet, {answer: source}, only=answer), self._few)
            for answer, name, source in lazy_answers(self.sheet)
        ]
        return Finding("lazy answers", f"{len(trials)} get no point", tuple(_gained(self._run(trials))))

    def mutants(self) -> Finding:
        """Each loses exactly its own criteria: alone at each seed, and in a whole sheet of mistakes."""
        wrong, faults = applied(self.sheet, self._wrong)
        groups, trials = mutant_trials(self.sheet, wrong, self._few)
        outcomes = self._run(trials)
        for group, outcome in zip(groups, outcomes, strict=True):
            try:
                self._kills |= {loss for mutant in group for loss in expected_losses(mutant, self.labels)}
                found = mutant_faults(group, self.labels, outcome.results)
                faults += [f"{outcome}: {fault}" for fault in found]
            except ValueError as reason:
                faults.append(str(reason))
        words = f"{len(self._wrong)} lose exactly their criteria at {len(self._few)} seeds"
        return Finding("mutants", words, tuple(dict.fromkeys(faults)))

    def criteria(self) -> Finding:
        """Each notices at least one mutant."""
        alive = survivors(self.labels, self._kills)
        total = sum(len(labels) for labels in self.labels.values())
        faults = [f"no mutant fails {label!r} of {cell}" for cell, label in alive]
        return Finding("criteria", f"each of {total} notices a mutant", tuple(faults))

    def time(self) -> Finding:
        """How long the solution takes, for whoever writes the sheet."""
        quickest = min(self._solved, key=lambda outcome: sum(outcome.seconds.values())).seconds
        slowest = max(quickest, key=lambda cell: quickest[cell])
        words = f"{sum(quickest.values()):.1f} s for the sheet, {quickest[slowest]:.1f} s of it for {slowest}"
        return Finding("time", words)

    def _run(self, trials: list[Trial]) -> list[Outcome]:
        return run_trials(trials, self._runner, self._jobs)


def _lost(outcome: Outcome) -> Iterator[str]:
    """Say which points a variant lost that should have all."""
    for cell, found in outcome.results.items():
        if found.problem:
            yield f"{outcome}: {cell}: {found.problem}"
        for each in found.criteria:
            if not each.is_met:
                yield f"{outcome}: {cell} loses {each.label!r}: {each.reason}"


def _gained(outcomes: list[Outcome]) -> Iterator[str]:
    """Say which points a variant got that should have none."""
    for outcome in outcomes:
        for cell, found in outcome.results.items():
            met = [each.label for each in found.criteria if each.is_met]
            if found.reached or met:
                yield f"{outcome}: {cell} gives {found.reached or 0:g} points for {met}"
