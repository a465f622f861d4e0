"""One lesson that fails takes none of the others from the site."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

from website import __main__ as command
from website.building import build
from website.lessons import lessons, save_executed
from website.links import faults


@pytest.fixture
def course(root) -> Path:
    """The second lesson failed at the cell that divides by zero."""
    for lesson in lessons(root / "notebooks"):
        notebook = nbformat.from_dict(lesson.notebook)
        notebook.cells[1].outputs = [new_output("stream", name="stdout", text=f"said in {lesson.stem}")]
        failed = ["cell_1"] if lesson.stem == "01_second" else []
        save_executed(notebook, lesson.stem, failed, "any", root / "executed")
    return root


def built(course: Path) -> tuple[list[str], str]:
    found = lessons(course / "notebooks")
    return build(found, course / "site", course / "sources", course / "executed", course)


def test_the_failing_lesson_is_named_the_rest_is_built_and_what_was_there_before_is_gone(course):
    site = course / "site"
    site.mkdir()
    (site / "old.html").write_text("")
    assert built(course) == (["01_second"], "")
    assert not (site / "old.html").exists()
    good, bad = ((site / "lessons" / f"{stem}.html").read_text() for stem in ("00_first", "01_second"))
    assert "said in 00_first" in good and "stopped at the cell above" not in good
    assert "said in 01_second" in bad and "stopped at the cell above" in bad
    assert list(faults(site)) == []


def test_the_command_says_where_the_site_is_and_ends_with_1_if_a_lesson_failed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "build", lambda found, site: (["01_second"], ""))
    assert command.main(["--as-it-is", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert f"{tmp_path / 'index.html'} (0 MB)" in said.out
    assert "FAILED: 01_second" in said.err
