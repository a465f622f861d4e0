"""The sources of the website's pages: lessons with what they showed, sheets, guides, and the first page."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from slides.facts import PATHS

from .lessons import EXECUTED, ROOT, Lesson, failed_cells, read_executed
from .pictures import Gallery, shown_outputs
from .predictions import script, what_came
from .words import relink, section

START = "website/start.md"
ASSIGNMENTS = "notebooks/assignments"
SHEETS = f"{ASSIGNMENTS}/selfstudy"  # for those who learn alone; the version with solutions is no page
STUDENTS_END = "## If you teach"  # from here on the guide of the assignments is for those who teach
STOPPED = """:::{{error}}
When this page was made, the lesson stopped at the cell above (`{cell}`). What follows has no outputs.
:::"""
SLIDES = """For a lecture there are <a href="decks/index.html">slides of each lesson</a>; the
lecture's own slides lead to them, too.
"""
UNSEEN = ":::{error}\nThis lesson could not be run when this page was made: it has no outputs.\n:::"


@dataclass
class Pages:
    """The sources of all pages, written to a folder that Sphinx reads.

    Attributes
    ----------
    folder : Path
        Becomes `pages/`, what Sphinx reads, and `files/`, what is copied as it is.
    root : Path
        The repository, or another folder with lessons in `notebooks`.
    executed : Path
        Where executed lessons lie.
    decks : frozenset of str
        Names of the lessons that have a deck of slides in `decks`, a folder of the site.
    table : dict
        From a file of the repository to its page.
    """

    folder: Path
    root: Path = ROOT
    executed: Path = EXECUTED
    decks: frozenset[str] = frozenset()
    table: dict[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> Path:
        """What Sphinx reads."""
        return self.folder / "pages"

    @property
    def files(self) -> Path:
        """What is copied into the site as it is."""
        return self.folder / "files"

    def write(self, lessons: Sequence[Lesson]) -> list[str]:
        """Write all pages; return the names of lessons that failed or were never run."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.files.mkdir(parents=True)
        sheets = sorted((self.root / SHEETS).glob("*/*.ipynb"))
        guides = sorted((self.root / "docs").glob("*.md"))
        self.table = {f"notebooks/{lesson.path.name}": f"lessons/{lesson.path.name}" for lesson in lessons}
        self.table |= {self._named(sheet): f"assignments/{sheet.name}" for sheet in sheets}
        self.table |= {self._named(guide): f"more/{guide.name}" for guide in guides}
        self.table[f"{ASSIGNMENTS}/README.md"] = "assignments/index.md"
        self.table["CHANGELOG.md"] = "more/changelog.md"
        failed = [lesson.stem for lesson in lessons if not self._lesson(lesson)]
        for sheet in sheets:
            self._sheet(sheet)
        self._texts()
        self._start(lessons)
        (self.files / "_static").mkdir()
        (self.files / "_static" / "predictions.js").write_text(script(), encoding="utf-8")
        return failed

    def _named(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _relinked(self, text: str, home: str) -> str:
        return relink(text, home, self.table.get(home, "index.md"), self.table, self._kept_picture)

    def _kept_picture(self, file: str) -> str:
        copy = self.sources / "figures" / Path(file).name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.root / file, copy)
        return f"figures/{copy.name}"

    def _lesson(self, lesson: Lesson) -> bool:
        """Write the page of a lesson; return whether all of it was run."""
        executed = read_executed(lesson, self.executed)
        outputs = {cell.id: cell.get("outputs", []) for cell in executed.cells} if executed else {}
        failed = failed_cells(executed) if executed else []
        came = what_came(executed.cells) if executed else {}
        gallery = Gallery(lesson.stem, self.files, lesson.path.parent / "films" / lesson.stem)
        page = nbformat.from_dict(lesson.notebook)
        cells, stopped = [], False
        for cell in page.cells:
            if cell.cell_type == "code":
                cell.outputs = [] if stopped else outputs.get(cell.id, [])
                cell.outputs = shown_outputs(cell, gallery, came)
            cells.append(_dressed(cell))
            if cell.id in failed and not stopped:
                stopped = True
                cells.append(new_markdown_cell(STOPPED.format(cell=cell.id)))
        cells[1:1] = [self._download(lesson.path), *([] if executed else [new_markdown_cell(UNSEEN)])]
        self._notebook(page, cells, f"notebooks/{lesson.path.name}")
        return executed is not None and not failed

    def _sheet(self, sheet: Path) -> None:
        page = nbformat.read(sheet, as_version=4)
        cells = [_dressed(cell) for cell in page.cells]
        cells[1:1] = [self._download(sheet)]
        self._notebook(page, cells, self._named(sheet))

    def _notebook(self, page: NotebookNode, cells: list[NotebookNode], home: str) -> None:
        for cell in cells:
            if cell.cell_type == "markdown":
                cell.source = self._relinked(cell.source, home)
        page.cells = cells
        path = self.sources / self.table[home]
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(page, path)

    def _download(self, notebook: Path) -> NotebookNode:
        """Copy a notebook without outputs into the site; return the line that leads there, and to slides."""
        place = self.files / "notebooks" / notebook.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(notebook, place)
        link = f'<a href="../notebooks/{notebook.name}" download>download this page as a notebook</a>'
        words = f"Here films play where the notebook can be pressed and pulled: to run it, {link}."
        if notebook.stem in self.decks:
            deck = f"../decks/{notebook.stem}.html"
            paths = [f'<a href="{deck}?path={minutes}">{minutes}</a>' for minutes in PATHS]
            words += f" Slides for a lecture of {', '.join(paths[:-1])} or {paths[-1]} minutes."
        return new_markdown_cell(f'<p class="course-download">{words}</p>')

    def _texts(self) -> None:
        for home, page in self.table.items():
            if page.endswith(".md") and (self.root / home).exists():
                text = (self.root / home).read_text(encoding="utf-8")
                if page == "assignments/index.md":
                    text = section(text, STUDENTS_END)
                path = self.sources / page
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self._relinked(text, home), encoding="utf-8")

    def _start(self, lessons: Sequence[Lesson]) -> None:
        """Write the first page, with the map of the course and the contents of all pages."""
        text = self._relinked((self.root / START).read_text(encoding="utf-8"), START)
        rows = [f"| [{each.heading}](lessons/{each.path.name}) | {each.part} |" for each in lessons]
        text = text.replace("{{ lessons }}", "\n".join(["| lesson | about |", "|---|---|", *rows]))
        text = text.replace("{{ slides }}\n", SLIDES if self.decks else "")
        text += "\n" + "\n".join(_contents(*part) for part in self._parts(lessons))
        (self.sources / "index.md").write_text(text, encoding="utf-8")

    def _parts(self, lessons: Sequence[Lesson]) -> list[tuple[str, list[str]]]:
        """Return the parts of the contents: caption, and pages in their order."""
        pages = [page.rpartition(".")[0] for page in self.table.values() if (self.sources / page).exists()]
        order = sorted(pages, key=lambda page: (not page.endswith("/index"), page == "more/changelog", page))
        names = {"Assignments": "assignments/", "More": "more/"}
        others = [(name, [page for page in order if page.startswith(start)]) for name, start in names.items()]
        return [("Lessons", [f"{each.heading} <lessons/{each.stem}>" for each in lessons]), *others]


def _contents(caption: str, pages: Sequence[str]) -> str:
    listed = "\n".join(pages)
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n" if pages else ""


def _dressed(cell: NotebookNode) -> NotebookNode:
    """Fold what only prepares a lesson; a reader opens it when it is needed."""
    if "setup" in cell.metadata.get("tags", []):
        cell.metadata.tags = [*cell.metadata.tags, "hide-input"]
        cell.metadata.mystnb = {"code_prompt_show": "Preparation", "code_prompt_hide": "Preparation"}
    return cell
