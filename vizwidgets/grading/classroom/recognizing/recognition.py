"""Which sheet a notebook is, of which release, and whether its cells can still be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vizwidgets.grading.classroom.reading.file_kinds import Notebook, cells_of
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import MARKER, Sheet, mark_of

from .own_cells import essence
from .student_code import Statement, statements_of

SELFSTUDY = "self-study"  # what the version to learn with says of its release


@dataclass(frozen=True)
class KnownSheet:
    """By what a sheet is recognised.

    Parameters
    ----------
    release : Sheet
        As the class got it.
    version : str
        Of the release; empty if it has none.
    stubs : dict of str to str
        The functions that it asks for, and what the release has in their place.
    """

    release: Sheet
    version: str
    stubs: dict[str, str]

    @staticmethod
    def read(course: Course, name: str) -> KnownSheet:
        """Read the release of a sheet; where none is built its source."""
        path = course.release(name)
        sheet = Sheet.read(path if path.is_file() else course.source(name))
        answers = [sheet.cell(answer).source for answer, functions in sheet.answers.items() if functions]
        stubs = {each.defines: each.essence for source in answers for each in statements_of(source)}
        stubs.pop("", None)
        return KnownSheet(sheet, str(sheet.notebook.metadata.get("vizwidgets", {}).get("version", "")), stubs)


@dataclass(frozen=True)
class Recognised:
    """A notebook, and what was found out about it.

    Parameters
    ----------
    sheet : str
        Name of the sheet; empty if it is none of the course.
    is_begun : bool
        Whether any answer is another than in the release.
    notes : tuple of str
        What a person should know, each with what to do.
    """

    sheet: str
    is_begun: bool = True
    notes: tuple[str, ...] = ()


def known_sheets(course: Course) -> dict[str, KnownSheet]:
    """Return by what the sheets of a course are recognised."""
    return {name: KnownSheet.read(course, name) for name in course.sheets()}


def recognise(notebook: Notebook, known: dict[str, KnownSheet]) -> Recognised:
    """Say which sheet a notebook is: by its metadata, failing that by the functions that it defines.

    Parameters
    ----------
    notebook : dict
        As `read_notebook` gives it.
    known : dict of str to KnownSheet
        See `known_sheets`.
    """
    sheet = str(_own_metadata(notebook).get("sheet", ""))
    notes: list[str] = []
    if sheet not in known:
        sheet = _by_content(notebook, known)
        notes.append("recognised by its functions, for its metadata is lost")
    elif version_note := _version_note(version_of(notebook), known[sheet].version):
        notes.append(version_note)
    if not sheet:
        return Recognised("")
    if lost := what_is_lost(notebook, known[sheet].release):
        notes.append(f"{lost}: run regraft")
    is_begun = _is_begun(notebook, known[sheet])
    if not is_begun:
        notes.append("as it was released, without any answer; ask whether it is the right file")
    return Recognised(sheet, is_begun, tuple(notes))


def what_is_lost(notebook: Notebook, release: Sheet) -> str:
    """Return why the answers can not be found by their cells' metadata, in words; empty if they can.

    A check cell that is missing or was changed is no reason: grading puts it back.
    """
    if notebook.get("nbformat") != 4:
        return f"notebook format {notebook.get('nbformat')!r}, not 4"
    marked = [str(mark_of(cell).get("grade_id", "")) for cell in cells_of(notebook)]
    marked = list(dict.fromkeys(name for name in marked if name))
    missing = [name for name in release.answers if name not in marked]
    if missing:
        return f"the answers {', '.join(missing)} are not found by their cells' metadata"
    order = [str(mark_of(cell)["grade_id"]) for cell in release.cells if mark_of(cell)]
    found = [name for name in marked if name in order]
    return "" if found == [name for name in order if name in found] else "its cells are in another order"


def version_of(notebook: Notebook) -> str:
    """Return of which release a notebook says that it is; empty if it does not say."""
    return str(_own_metadata(notebook).get("version", ""))


def all_statements(notebook: Notebook) -> list[Statement]:
    """Return the statements of all cells of code, in their order."""
    code = [(k, cell) for k, cell in enumerate(cells_of(notebook)) if cell.get("cell_type") == "code"]
    return [each for k, cell in code for each in statements_of(cell["source"], k)]


def _own_metadata(notebook: Notebook) -> dict[str, object]:
    metadata = notebook.get("metadata")
    own = metadata.get("vizwidgets") if isinstance(metadata, dict) else None
    return own if isinstance(own, dict) else {}


def _version_note(version: str, wanted: str) -> str:
    if version == SELFSTUDY:
        return "the self-study version, not the release"
    if not wanted or version == wanted:
        return ""
    return (
        f"made from another release ({version or 'without a number'}; now {wanted}): look whether the "
        "questions have changed, and grade it with --any-release"
    )


def _by_content(notebook: Notebook, known: dict[str, KnownSheet]) -> str:
    """Return the one sheet that most of the functions, or markers of texts, in a notebook belong to."""
    defined = {each.defines for each in all_statements(notebook)}
    counts = {name: len(defined & set(each.stubs)) for name, each in known.items()}
    best = max(counts.values(), default=0)
    names = [name for name, count in counts.items() if count == best]
    return names[0] if best and len(names) == 1 else ""


def _is_begun(notebook: Notebook, known: KnownSheet) -> bool:
    stubs, defined = known.stubs, all_statements(notebook)
    if any(each.essence != stubs[each.defines] for each in defined if each.defines in stubs):
        return True
    given = {essence(known.release.cell(name).source) for name in known.release.texts}
    return any(text not in given for text in _marked_texts(notebook))


def _marked_texts(notebook: Notebook) -> Iterator[str]:
    for cell in cells_of(notebook):
        if MARKER.search(cell["source"]):
            yield essence(cell["source"])
