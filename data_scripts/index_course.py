"""Write the indexes of the course: titles, minutes, predictions and points, as lessons and sheets have them.

    python data_scripts/index_course.py

The map of the course, `vw.course_map()`, is drawn from them, also where the notebooks are not at hand. Run
it when a lesson or a sheet has got another title, prediction or exercise; a test compares the two.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from vizwidgets.grading.progress.course import INDEX, SHEETS
from vizwidgets.grading.whole_file import write_whole

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
ASSIGNMENTS = NOTEBOOKS / "assignments"


def lesson_entry(path: Path, questions: dict[str, str]) -> dict[str, Any]:
    """Return what the index says of one lesson."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    first = "".join(cells[0]["source"])
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    calls = [call for source in sources for call in _calls(source)]
    exercises = [(_first(call), _keyword(call, "points")) for call in calls if _name(call) == "Checks"]
    minutes = re.search(r"(\d+)\s+minutes", first)
    assert minutes is not None, f"{path.name} does not say how many minutes it takes"
    return {
        "name": path.stem,
        "title": first.splitlines()[0].removeprefix("# "),
        "question": questions[path.name],
        "minutes": int(minutes[1]),
        "predictions": [_first(call) for call in calls if _name(call) == "predict"],
        "exercises": [{"title": title, "points": points} for title, points in exercises],
    }


def sheet_entry(path: Path, tasks: dict[str, str]) -> dict[str, Any]:
    """Return what the index says of one sheet: like a lesson, and where it lies."""
    entry = lesson_entry(path, {path.name: tasks[path.stem]})
    return entry | {"folder": f"{path.parent.relative_to(NOTEBOOKS).as_posix()}/"}


def tasks_of(guide: Path) -> dict[str, str]:
    """Return after which lesson each sheet comes and what is written in it, out of the table of the guide."""
    rows = re.findall(r"^\| `(\w+)` \| (\d\d) \| (.*?) \|$", guide.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: f"After lesson {lesson}: {what}" for name, lesson, what in rows}


def questions_of(first_lesson: Path) -> dict[str, str]:
    """Return the question of each lesson, out of the table at the end of the first one."""
    cells = json.loads(first_lesson.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    rows = re.findall(r"^\| \*\*(?:\[.*?\]\((.*?)\)|.*?)\*\* \| (.*?) \|$", text, re.MULTILINE)
    return {link or first_lesson.name: question for link, question in rows}


def _calls(source: str) -> list[ast.Call]:
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return sorted(nodes, key=lambda call: call.lineno)


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _first(call: ast.Call) -> Any:
    return ast.literal_eval(call.args[0])


def _keyword(call: ast.Call, name: str) -> Any:
    return next(ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg == name)


def main() -> None:
    """Write the two indexes, and tell whether anything has changed."""
    paths = sorted(NOTEBOOKS.glob("0*.ipynb"))
    questions, tasks = questions_of(paths[0]), tasks_of(ASSIGNMENTS / "README.md")
    _write(INDEX, [lesson_entry(path, questions) for path in paths])
    _write(SHEETS, [sheet_entry(path, tasks) for path in sorted(ASSIGNMENTS.glob("selfstudy/*/*.ipynb"))])


def _write(index: Path, entries: list[dict[str, Any]]) -> None:
    has_changed = write_whole(index, json.dumps(entries, indent=1, ensure_ascii=False) + "\n")
    print(f"{index.name}: {len(entries)} notebooks, {'changed' if has_changed else 'as it was'}")


if __name__ == "__main__":
    main()
