"""Lessons lead to other lessons and to the guides: `make lab` must serve the folder that holds them all."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))


def links(notebook: Path) -> set[str]:
    """Return what the prose of a notebook leads to, but for other hosts and places of the page itself."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    found = re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", prose)
    return {unquote(link) for link in found if not re.match(r"\w+:", link)}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_link_of_a_notebook_leads_to_a_file_of_the_course(notebook):
    ends = [Path(os.path.normpath(notebook.parent / link)) for link in links(notebook)]
    assert [end for end in ends if not end.is_file()] == []


def test_where_lessons_lead_out_of_their_folder_the_lab_serves_the_folder_above():
    assert any(link.startswith("../") for notebook in NOTEBOOKS for link in links(notebook))
    # given a file alone, Jupyter serves the folder of that file, and ../docs lies outside
    for guide in ("Makefile", "README.md", "environment.yml"):
        assert "--ServerApp.root_dir=. notebooks/00_start_here.ipynb" in (ROOT / guide).read_text()
