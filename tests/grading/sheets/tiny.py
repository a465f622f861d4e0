"""A sheet of two small questions and a text, with mutants: enough to try all that is done with sheets."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.mutants import Mutant

NAME = "a0_tiny"

SETUP = "import torch\n\nfrom vizwidgets.grading import Checks, close, fresh_seed"
SPREAD = """\
def spread(x: torch.Tensor) -> torch.Tensor:
    \"\"\"Return the largest minus the smallest number of x, for each row.\"\"\"
    ### BEGIN SOLUTION
    largest = x.amax(dim=1)
    return largest - x.amin(dim=1)
    ### END SOLUTION"""
SPREAD_CHECK = """\
import torch
from vizwidgets.grading import Checks, close
checks = Checks("Q1", points=4)
with checks("one number for each row", 2, hint="dim=1"):
    assert spread(torch.tensor([[1.0, 4.0, 2.0], [0.0, 7.0, 7.5]])).shape == (2,)
with checks("known numbers", 2, hint="largest minus smallest"):
    assert close(spread(torch.tensor([[1.0, 4.0, 2.0], [0.0, 7.0, 7.5]])), [3.0, 7.5])
checks.score()"""
SPREAD_HIDDEN = """\
# Q1, further checks with fresh inputs: they run when your sheet is graded.
### BEGIN HIDDEN TESTS
import torch
from vizwidgets.grading import Checks, close, fresh_seed
seed = fresh_seed()
generator = torch.Generator().manual_seed(seed)
checks = Checks("Q1, further", points=4, seed=seed)
x = torch.rand(3, 5, generator=generator, dtype=torch.float64)
with checks("fresh numbers", 2, hint="largest minus smallest"):
    assert close(spread(x), [max(row) - min(row) for row in x.tolist()])
mixed = x * torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0], dtype=torch.float64)
with checks("numbers below zero", 2, hint="no absolute value is asked for"):
    assert close(spread(mixed), [max(row) - min(row) for row in mixed.tolist()])
checks.score()
### END HIDDEN TESTS"""
CENTRE = """\
def centre(x):
    \"\"\"Return x minus its mean.\"\"\"
    ### BEGIN SOLUTION
    return x - x.mean()
    ### END SOLUTION"""
CENTRE_CHECK = """\
import torch
from vizwidgets.grading import Checks, close
checks = Checks("Q2", points=4)
with checks("the mean is zero, though the numbers differ", 2, hint="subtract the mean"):
    got = centre(torch.tensor([1.0, 2.0, 6.0]))
    assert abs(got.mean()) < 1e-6 and got.max() > got.min()
with checks("moved, with the differences as they were", 2, hint="do not divide"):
    got = centre(torch.tensor([1.0, 2.0, 6.0]))
    assert got[0] < 0 and close(got[1] - got[0], 1.0) and close(got[2] - got[1], 4.0)
checks.score()"""
CENTRE_HIDDEN = """\
# Q2, further checks with fresh inputs: they run when your sheet is graded.
### BEGIN HIDDEN TESTS
import torch
from vizwidgets.grading import Checks, close, fresh_seed
seed = fresh_seed()
generator = torch.Generator().manual_seed(seed)
checks = Checks("Q2, further", points=4, seed=seed)
x = torch.rand(7, generator=generator, dtype=torch.float64) + 1
with checks("fresh numbers, one by one", 4, hint="subtract the mean"):
    assert close(centre(x), [each - sum(x.tolist()) / 7 for each in x.tolist()])
checks.score()
### END HIDDEN TESTS"""
TEXT = """\
<!-- answer q3 -->
<!-- ### BEGIN SOLUTION -->
It takes the two outermost numbers only, so that one outlier changes it as much as it likes.
<!-- ### END SOLUTION -->"""
WIDGET = "raise RuntimeError('a widget is only shown')"
INTEGRITY = "float(0)"

MUTANTS_TEXT = '''\
"""Wrong answers of the tiny sheet."""

from vizwidgets.grading.sheets.mutants import Mutant

MUTANTS = [
    Mutant("over all rows", cell="q1", old="return largest - x.amin(dim=1)", new="return x.max() - x.min()",
           loses={"q1_check": ("one number", "known numbers"), "q1_hidden": ("fresh", "numbers below")}),
    Mutant("of absolute values", cell="q1", old="largest = ", new="x = x.abs(); largest = ",
           loses={"q1_hidden": ("numbers below zero",)}),
    Mutant("smallest minus largest", cell="q1", old="largest - x.amin(dim=1)", new="x.amin(dim=1) - largest",
           loses={"q1_check": ("known numbers",), "q1_hidden": ("fresh numbers", "numbers below zero")}),
    Mutant("divides by the deviation", cell="q2", old="x - x.mean()", new="(x - x.mean()) / x.std()",
           loses={"q2_check": ("moved",), "q2_hidden": ("fresh",)}),
    Mutant("subtracts the smallest", cell="q2", old="x.mean()", new="x.min()",
           loses={"q2_check": ("the mean is zero", "moved"), "q2_hidden": ("fresh",)}),
]
'''


def mark(name: str, **values: object) -> dict[str, object]:
    """nbgrader's metadata of a cell."""
    plain = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "task": False}
    return {"nbgrader": {**plain, "grade_id": name, "cell_type": "code", **values}}


def code(name: str, source: str, tags: tuple[str, ...] = (), **values: object) -> NotebookNode:
    metadata = mark(name, **values) if values else {}
    if tags:
        metadata["tags"] = list(tags)
    return nbformat.v4.new_code_cell(source, id=name, metadata=metadata)


def words(name: str, source: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, id=name)


def tiny_source() -> NotebookNode:
    """The source of the sheet, fresh at each call."""
    check = {"grade": True, "locked": True, "points": 4}
    text = mark("q3", grade=True, solution=True, points=4, cell_type="markdown")
    cells = [
        words("title", "# A tiny sheet\nTwo questions."),
        code("setup", SETUP, locked=True),
        words("q1_words", "## 1 Spread"),
        code("q1", SPREAD, solution=True),
        code("q1_try", "spread(torch.rand(2, 3))", tags=("raises-exception",)),
        code("q1_check", SPREAD_CHECK, **check),
        code("q1_hidden", SPREAD_HIDDEN, **check),
        code("q1_widget", WIDGET, tags=("widget", "raises-exception"), locked=True),
        words("q2_words", "## 2 Centre"),
        code("q2", CENTRE, solution=True),
        code("q2_check", CENTRE_CHECK, **check),
        code("q2_hidden", CENTRE_HIDDEN, **check),
        words("q3_words", "## 3 In words\nWhat is wrong with the spread?"),
        nbformat.v4.new_markdown_cell(TEXT, id="q3", metadata=text),
        code("integrity", INTEGRITY, grade=True, locked=True, points=0),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == name)


def tiny_course(root: Path) -> Course:
    """A course folder that holds the tiny sheet and its mutants."""
    place = root / "source" / NAME
    place.mkdir(parents=True)
    nbformat.write(tiny_source(), place / f"{NAME}.ipynb")
    (root / "mutants").mkdir()
    (root / "mutants" / f"{NAME}.py").write_text(MUTANTS_TEXT, encoding="utf-8")
    return Course(root)


__all__ = ["NAME", "Mutant", "cell_of", "code", "tiny_course", "tiny_source", "words"]
