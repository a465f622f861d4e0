"""From the source of a sheet to what students get: the release, and the version to learn with."""

from __future__ import annotations

import argparse
import re
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..whole_file import write_whole
from .course import Course
from .sheet import Sheet
from .source_rules import HIDDEN_WORDS, check_source

HELP = "Make release/ and selfstudy/ of a sheet from its source; a source that breaks the rules is refused."
RELEASE_STEPS = ("LockCells", "ClearSolutions", "ClearOutput", "ClearHiddenTests", "ComputeChecksums")
SELFSTUDY_STEPS = ("ClearSolutions", "ClearOutput")
LEARN_WORDS = (
    "> **This is the version to learn with.** Every check is here to see and runs at once, the further ones "
    "with fresh inputs at each run. Nothing is handed in: the points tell you how far you are, and what you "
    "write is for yourself."
)
# what sheets say about grading: what the version to learn with says there
LEARN_ALONE = (
    (f": {HIDDEN_WORDS}", ""),
    ("run when the sheet is graded", "stand below it"),
    ("*Graded sheet, after", "*After"),
)
HAND_IN = re.compile(r"\n\n\*\*Before you hand in:\*\*[^\n]*")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``build``."""
    parser.add_argument("sheets", nargs="*", metavar="SHEET", help="beginning of a name; all sheets if none")


def run(course: Course, options: argparse.Namespace) -> int:
    """Build the sheets; a source that breaks the rules is told, and nothing is written of it."""
    names = [course.find(each) for each in options.sheets] or course.sheets()
    is_fine = True
    for name in names:
        try:
            written = write_sheet(course, name)
            sys.stdout.write(f"{name}: {'; '.join(written) or 'already as built'}\n")
        except ValueError as reason:
            is_fine = False
            sys.stderr.write(f"{reason}\n")
    return 0 if is_fine else 1


def write_sheet(course: Course, name: str) -> list[str]:
    """Write release and self-study version of a sheet; return what changed, in words.

    Raises
    ------
    ValueError
        If the source breaks the rules, each broken rule on a line.
    """
    changed = []
    for path, text in built_texts(course, name).items():
        is_new = not path.is_file()
        if write_whole(path, text):
            changed.append(f"{path.parent.parent.name} {'written' if is_new else 'changed'}")
    return changed


def built_texts(course: Course, name: str) -> dict[Path, str]:
    """Return what the files of a sheet must hold: ``{path: text}`` for release and self-study version.

    Raises
    ------
    ValueError
        If the source breaks the rules.
    """
    source = read_source(course.source(name))
    if broken := check_source(source):
        raise ValueError("\n".join([f"{name} breaks {len(broken)} rules of a source:", *broken]))
    return {
        course.release(name): notebook_text(release_of(source, name)),
        course.selfstudy(name): notebook_text(selfstudy_of(source, name)),
    }


def read_source(path: Path) -> NotebookNode:
    """Read the source of a sheet just as it is: nbformat's own reader gives ids that stand twice new names.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is none, or it is no notebook.
    """
    Sheet.read(path)
    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def release_of(source: NotebookNode, name: str) -> NotebookNode:
    """Return what a class gets: no solutions, no hidden checks, locked cells with nbgrader's checksums.

    Parameters
    ----------
    source : NotebookNode
        It is not changed.
    name : str
        Of the sheet; stands in the notebook's metadata with the version, by which a submission is recognised.
    """
    release = _cleared(source, *RELEASE_STEPS)
    version = Sheet(release, name).fingerprint[:12]  # of what students see: hidden checks may get better
    release.metadata["vizwidgets"] = {"sheet": name, "version": version}
    return release


def selfstudy_of(source: NotebookNode, name: str) -> NotebookNode:
    """Return what someone who learns alone gets: no solutions, every check to see, nothing of nbgrader."""
    learning = _cleared(source, *SELFSTUDY_STEPS)
    learning.cells = [cell for cell in learning.cells if not cell.id.startswith("integrity")]  # for graders
    for cell in learning.cells:
        cell.source = for_learning(cell.source)
        cell.metadata.pop("nbgrader", None)
    words = nbformat.v4.new_markdown_cell(LEARN_WORDS, id="selfstudy")
    learning.cells.insert(1, words)
    learning.metadata["vizwidgets"] = {"sheet": name, "version": "self-study"}
    return learning


def for_learning(source: str) -> str:
    """Return a cell for someone who learns alone: hidden checks for all to see, no word of a grading.

    Examples
    --------
    >>> lines = ["# Q1, further: they run when your sheet is graded.", "### BEGIN HIDDEN TESTS", "f(2)"]
    >>> for_learning("\\n".join([*lines, "### END HIDDEN TESTS"]))
    '# Q1, further.\\nf(2)'
    """
    text = "\n".join(line for line in source.split("\n") if "HIDDEN TESTS" not in line)
    for words, instead in LEARN_ALONE:
        text = text.replace(words, instead)
    return HAND_IN.sub("", text)


def notebook_text(notebook: NotebookNode) -> str:
    """Return the text of the file: the same at every build."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4, sort_keys=True).rstrip("\n") + "\n"


def _cleared(source: NotebookNode, *steps: str) -> NotebookNode:
    """Return a copy that went through nbgrader's own steps."""
    try:
        from nbgrader import preprocessors
    except ImportError as reason:
        raise ImportError(
            "sheets are built with nbgrader; it is not installed. Get it with: pip install -e '.[instructor]'"
        ) from reason
    notebook = deepcopy(source)
    resources: dict[str, Any] = {}
    for step in steps:
        notebook, resources = getattr(preprocessors, step)().preprocess(notebook, resources)
    return notebook
