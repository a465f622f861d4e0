"""The rules that the source of a sheet keeps, so that it can be built, graded and trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy

import nbformat
from nbformat import NotebookNode

from .check_rules import check_cell_faults, hidden_cell_faults
from .sheet import MARKER, Sheet, functions_of, id_of, is_answer, is_fixed, is_grade, mark_of, names_of

AUTOMATIC, TEXT = 16.0, 4.0  # points of a sheet
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
HIDDEN_WORDS = "they run when your sheet is graded"
GOES_ON = "raises-exception"  # tag by which JupyterLab runs the next cell after one that failed
_MARK = {"grade", "solution", "locked", "schema_version", "grade_id", "task", "cell_type"}
_MAGIC = re.compile(r"^[%!?]|\?$")


def check_source(source: NotebookNode) -> list[str]:
    """Return which rules a source breaks, each in words with its cell; empty if it keeps them all.

    Parameters
    ----------
    source : NotebookNode
        The sheet with its solutions and hidden checks.

    Examples
    --------
    >>> check_source(nbformat.v4.new_notebook())[0]
    'the first code cell must be `setup`, locked; there is no code cell.'
    """
    sheet = Sheet(source)
    if faults := [*_id_faults(sheet)] or [*_format_faults(source)]:
        return faults  # what follows finds cells by their ids
    faults += [*_frame_faults(sheet), *_point_faults(sheet)]
    for cell in sheet.cells:
        faults += [f"{id_of(cell)}: {fault}." for fault in _cell_faults(cell, sheet)]
    return faults


def _format_faults(source: NotebookNode) -> Iterator[str]:
    try:
        nbformat.validate(deepcopy(source))
    except nbformat.ValidationError as reason:
        yield f"it must be a valid notebook; {str(reason).splitlines()[0]}"
    if (source.nbformat, source.nbformat_minor) < (4, 5):
        yield f"the format must be 4.5, which has cell ids; got {source.nbformat}.{source.nbformat_minor}."
    kernel = source.metadata.get("kernelspec", {}).get("name", "python3")
    if kernel != "python3":
        yield f"the kernel must be python3; got {kernel}."


def _id_faults(sheet: Sheet) -> Iterator[str]:
    ids = [str(cell.get("id", "")) for cell in sheet.cells]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"{name}: each id stands once; {ids.count(name)} cells have this one."
    for cell, name in zip(sheet.cells, ids, strict=True):
        mark = mark_of(cell)
        if mark and mark.get("grade_id") != name:
            yield f"{name}: cell id and grade_id must be the same; got the grade_id {mark.get('grade_id')!r}."
        if mark and (missing := sorted(_MARK - set(mark))):
            yield f"{name}: nbgrader's metadata lacks {', '.join(missing)}."


def _frame_faults(sheet: Sheet) -> Iterator[str]:
    """Say what is wrong with the first and the last cell, and which check cells are missing."""
    code = [cell for cell in sheet.cells if cell.cell_type == "code"]
    if not code or id_of(code[0]) != "setup" or not is_fixed(code[0]):
        there = f"got {id_of(code[0])}" if code else "there is no code cell"
        yield f"the first code cell must be `setup`, locked; {there}."
    last = code[-1] if code else None
    if last is None or id_of(last) != "integrity" or not is_fixed(last) or sheet.points.get("integrity") != 0:
        yield "the last code cell must be `integrity`, graded with 0 points; it is not."
    order = [id_of(cell) for cell in sheet.cells]
    for question in sheet.answers:
        if sheet.cell(question).cell_type == "markdown":
            continue
        wanted = [f"{question}_check", f"{question}_hidden"]
        found = [name for name in order[order.index(question) :] if name in wanted]
        if found != wanted:
            yield f"{question}: {' and '.join(wanted)} must stand behind it, in this order; got {found}."
    for name in sheet.points:
        if name.rpartition("_")[0] not in sheet.answers and name not in (*sheet.answers, "integrity"):
            yield f"{name}: a graded cell is called after its answer, qN_check or qN_hidden; which one is it?"


def _point_faults(sheet: Sheet) -> Iterator[str]:
    texts = sum(sheet.points[name] for name in sheet.texts)
    automatic = sum(sheet.points.values()) - texts
    if automatic != AUTOMATIC:
        yield f"the check cells must be worth {AUTOMATIC:g} points together; got {automatic:g}."
    if texts != TEXT:
        yield f"the text answer must be worth {TEXT:g} points; got {texts:g}."


def _cell_faults(cell: NotebookNode, sheet: Sheet) -> Iterator[str]:
    """Say what is wrong with one cell, for whatever it is."""
    if cell.cell_type == "code":
        yield from _code_faults(cell)
    if is_answer(cell):
        yield from _answer_faults(cell) if cell.cell_type == "code" else _text_faults(cell)
        return
    if cell.cell_type == "code" and not is_grade(cell):
        yield from _stop_faults(cell, set(sum(sheet.answers.values(), ())))
    if "BEGIN SOLUTION" in cell.source or "END SOLUTION" in cell.source:
        yield "a solution stands in a cell that is none; mark it as a solution cell"
    if is_grade(cell) and id_of(cell) != "integrity":
        own = sheet.answers.get(id_of(cell).rpartition("_")[0], ())
        yield from check_cell_faults(cell.source, float(mark_of(cell)["points"]), own)
    if id_of(cell).endswith("_hidden"):
        yield from hidden_cell_faults(cell.source, HIDDEN_WORDS)
    elif "HIDDEN TESTS" in cell.source:
        yield "hidden checks stand in a cell of their own, called qN_hidden"
    if id_of(cell).endswith("_widget") and not (is_fixed(cell) and "widget" in cell.metadata.get("tags", [])):
        yield "a widget cell is locked and has the tag 'widget'"


def _code_faults(cell: NotebookNode) -> Iterator[str]:
    if cell.outputs or cell.execution_count is not None:
        yield "no outputs are kept; clear them"
    try:
        compile(cell.source, id_of(cell), "exec")
    except SyntaxError as reason:
        line = (reason.text or "").strip()
        is_magic = _MAGIC.search(line) is not None
        yield (
            f"no magics, for not every grader knows them; got {line!r}"
            if is_magic
            else (f"it must be Python; line {reason.lineno}: {reason.msg}")
        )


def _stop_faults(cell: NotebookNode, answers: set[str]) -> Iterator[str]:
    """Say whether Run All would stop at a cell because an answer is missing."""
    called = sorted(names_of(cell.source) & answers)
    if called and GOES_ON not in cell.metadata.get("tags", []):
        yield f"it uses {', '.join(called)}, which may be missing: it needs the tag {GOES_ON!r}"


def _answer_faults(cell: NotebookNode) -> Iterator[str]:
    yield from _region_faults(cell.source)
    functions = functions_of(cell.source)
    if len(functions) != 1:
        yield f"an answer defines one function at its top level; got {', '.join(functions) or 'none'}"


def _text_faults(cell: NotebookNode) -> Iterator[str]:
    found = MARKER.search(cell.source)
    if found is None or found.group(1) != id_of(cell):
        yield f"a text answer begins with the line <!-- answer {id_of(cell)} -->, by which it is found again"
    if not is_grade(cell):
        yield "a text answer is graded, by a person"
    yield from _region_faults(cell.source)
    if found is not None and BEGIN in cell.source and found.start() > cell.source.index(BEGIN):
        yield f"<!-- answer {id_of(cell)} --> stands before {BEGIN}, or it is removed with the solution"


def _region_faults(source: str) -> Iterator[str]:
    """Say what is wrong with the markers around the solution."""
    words = ("BEGIN SOLUTION", "END SOLUTION")
    markers = [line.strip() for line in source.splitlines() if any(word in line for word in words)]
    if not markers:
        yield f"the solution stands between {BEGIN} and {END}; there are no such lines"
    elif not _is_paired(markers):
        yield f"{BEGIN} and {END} must follow each other in turn; got {markers}"


def _is_paired(markers: list[str]) -> bool:
    begins = ["BEGIN" in marker for marker in markers]
    return len(begins) % 2 == 0 and begins == [True, False] * (len(begins) // 2)
