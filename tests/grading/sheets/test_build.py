"""Build: the release is what nbgrader makes, the self-study version keeps every check, bytes are stable."""

from __future__ import annotations

import builtins
import json
import re
from pathlib import Path

import nbformat
import pytest

from tests.grading.sheets.real_nbgrader import ASSIGNMENTS, nbgrader, read, with_settings
from tests.grading.sheets.tiny import NAME, cell_of, tiny_course, tiny_source
from vizwidgets.grading.command import main
from vizwidgets.grading.sheets.build import (
    built_texts,
    for_learning,
    notebook_text,
    release_of,
    selfstudy_of,
    write_sheet,
)
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet, id_of, is_answer, is_grade, mark_of
from vizwidgets.grading.sheets.source_rules import HIDDEN_WORDS

OURS = Course(ASSIGNMENTS).sheets() if (ASSIGNMENTS / "source").is_dir() else []


@pytest.fixture(params=[NAME, *OURS])
def built(request, tmp_path) -> tuple[Path, str]:
    """A course folder with one sheet in it: the tiny one, or one of the course's own."""
    name = request.param
    tiny_course(tmp_path)
    if name != NAME:
        place = tmp_path / "source" / name
        place.mkdir()
        (place / f"{name}.ipynb").write_bytes((ASSIGNMENTS / "source" / name / f"{name}.ipynb").read_bytes())
    return tmp_path, name


def test_the_release_equals_what_nbgrader_generates_cell_by_cell(built) -> None:
    root, name = built
    source = read(root / "source" / name / f"{name}.ipynb")
    done = nbgrader(with_settings(root), "generate_assignment", name)
    assert done.returncode == 0, done.stderr
    theirs = read(root / "release" / name / f"{name}.ipynb")
    ours = release_of(source, name)
    assert [cell.id for cell in ours.cells] == [cell.id for cell in theirs.cells]
    for mine, other in zip(ours.cells, theirs.cells, strict=True):
        assert mine == other
    assert {key: ours.metadata[key] for key in theirs.metadata} == theirs.metadata


def test_nbgrader_ignores_a_config_of_another_name_so_ours_bears_its_own(tmp_path) -> None:
    """Trap 9: if this fails, nbgrader has mended it, and the note in nbgrader_config.py can go."""
    root = with_settings(tiny_course(tmp_path).root)
    words = 'c = get_config()\nc.ClearSolutions.text_stub = "OTHER WORDS"\n'
    (root / "other.py").write_text(words, encoding="utf-8")
    nbgrader(root, "generate_assignment", "--config=other.py", NAME)
    released = root / "release" / NAME / f"{NAME}.ipynb"
    assert "OTHER WORDS" not in released.read_text(encoding="utf-8")
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('c.ClearSolutions.text_stub = "OTHER WORDS"\n')
    nbgrader(root, "generate_assignment", "--force", NAME)
    assert "OTHER WORDS" in released.read_text(encoding="utf-8")


def test_the_same_source_gives_the_same_bytes_and_is_left_as_it_was(tmp_path) -> None:
    course = tiny_course(tmp_path)
    before = course.source(NAME).read_bytes()
    assert write_sheet(course, NAME) == ["release written", "selfstudy written"]
    first = [course.release(NAME).read_bytes(), course.selfstudy(NAME).read_bytes()]
    assert write_sheet(course, NAME) == []
    course.release(NAME).unlink()
    course.selfstudy(NAME).write_text("{}", encoding="utf-8")
    assert write_sheet(course, NAME) == ["release written", "selfstudy changed"]
    assert [course.release(NAME).read_bytes(), course.selfstudy(NAME).read_bytes()] == first
    assert course.source(NAME).read_bytes() == before
    for text in first:
        assert text.endswith(b"}\n") and b"\r" not in text
        plain = json.loads(text)
        assert json.dumps(plain, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n" == text


def test_a_build_neither_changes_the_notebook_it_is_given_nor_adds_random_ids() -> None:
    source = tiny_source()
    release, learning = release_of(source, NAME), selfstudy_of(source, NAME)
    assert source == tiny_source()
    assert [cell.id for cell in release.cells] == [cell.id for cell in source.cells]
    assert notebook_text(learning) == notebook_text(selfstudy_of(source, NAME))


def test_the_version_changes_with_what_students_see_and_not_with_hidden_checks() -> None:
    def version(name: str, old: str, new: str) -> str:
        source = tiny_source()
        cell = cell_of(source, name)
        assert cell.source.count(old) == 1
        cell.source = cell.source.replace(old, new)
        return release_of(source, NAME).metadata.vizwidgets.version

    plain = release_of(tiny_source(), NAME).metadata.vizwidgets
    assert plain.sheet == NAME
    assert version("q1_hidden", "torch.rand(3, 5", "torch.rand(4, 5") == plain.version
    assert version("q1", "x.amin", "x.min") == plain.version  # a solution
    assert version("q1_check", "known numbers", "numbers") != plain.version
    assert version("setup", "import torch", "import torch, math") != plain.version


def test_the_selfstudy_version_keeps_every_check_and_nothing_of_nbgrader(built) -> None:
    root, name = built
    source, texts = Sheet.read(root / "source" / name / f"{name}.ipynb"), built_texts(Course(root), name)
    text = texts[Course(root).selfstudy(name)]
    for word in ("nbgrader", "SOLUTION", "HIDDEN", "deletable", HIDDEN_WORDS):
        assert word not in text, word
    learning = {cell.id: cell for cell in nbformat.reads(text, as_version=4).cells}
    assert list(learning)[1] == "selfstudy" and "version to learn with" in learning["selfstudy"].source
    for cell in source.cells:
        if is_grade(cell) and not is_answer(cell) and mark_of(cell)["points"]:
            wanted = [line for line in cell.source.splitlines()[1:] if "HIDDEN TESTS" not in line]
            assert learning[id_of(cell)].source.splitlines()[1:] == wanted
    kept = [cell.id for cell in source.cells if not cell.id.startswith("integrity")]
    assert [name for name in learning if name != "selfstudy"] == kept


def test_the_version_to_learn_with_no_longer_promises_a_grading() -> None:
    first = "# Q1, more: they run when your sheet is graded."
    assert for_learning(f"{first}\n### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS") == "# Q1, more.\n1"
    assert for_learning("Others run when the sheet is graded; fine.") == "Others stand below it; fine."
    assert for_learning("a\n\n**Before you hand in:** restart.\n\n## Sources") == "a\n\n## Sources"
    for name in OURS:
        learning = selfstudy_of(read(ASSIGNMENTS / "source" / name / f"{name}.ipynb"), name)
        told = [cell.id for cell in learning.cells if re.search(r"hand in|grade[rd]", cell.source)]
        assert told == []


def test_the_command_builds_one_sheet_by_its_beginning_and_says_what_it_did(tmp_path, capsys) -> None:
    course = tiny_course(tmp_path)
    assert main(["build", "a0", "--course", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{NAME}: release written; selfstudy written\n"
    assert main(["build", "--course", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{NAME}: already as built\n"
    assert course.release(NAME).is_file()


def test_a_source_that_breaks_a_rule_is_told_and_nothing_is_written(tmp_path, capsys) -> None:
    course = tiny_course(tmp_path)
    text = course.source(NAME).read_text(encoding="utf-8")
    course.source(NAME).write_text(text.replace("checks.score()", "checks.score();"), encoding="utf-8")
    assert main(["build", "--course", str(tmp_path)]) == 1
    assert "q1_check: the last line is checks.score(), without a semicolon" in capsys.readouterr().err
    assert not course.release(NAME).exists()


def test_without_nbgrader_the_command_says_how_to_get_it(tmp_path, capsys, monkeypatch) -> None:
    tiny_course(tmp_path)
    known = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name.partition(".")[0] == "nbgrader":
            raise ImportError(name)
        return known(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["build", "--course", str(tmp_path)]) == 2
    assert "pip install -e '.[instructor]'" in capsys.readouterr().err
