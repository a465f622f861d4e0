"""A lesson of a few cells that has run, with one slide of each kind."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

WIDGET = "application/vnd.jupyter.widget-view+json"


def png(width: int, height: int) -> str:
    stream = BytesIO()
    Image.new("RGB", (width, height), "teal").save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def slide(minutes: int, title: str, tags: tuple[str, ...] = (), **more: str) -> dict[str, Any]:
    return {"tags": [*tags, "slide"], "slide": {"minutes": minutes, "title": title, **more}}


def said(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text)


def small_lesson() -> NotebookNode:
    widget = {"text/plain": "Explorer(a channel)", "image/png": png(300, 200), WIDGET: {"model_id": "1"}}
    table = {"text/plain": "1 2", "text/html": "<table><tr><td>1</td></tr></table>"}
    cells = [
        new_markdown_cell(
            "# Hills\n\n*Lecture · 5 minutes*\n\nSomebody stands in a valley.",
            id="title",
            metadata=slide(5, "Hills", line="How does one get up?", show=""),
        ),
        new_code_cell("import vizwidgets as vw\n\nseed = 0", id="setup", metadata={"tags": ["setup"]}),
        new_markdown_cell(
            "## 1 · Up\n\n**Idea.** Take a step.\n\n$$x_{i+1} = x_i + \\eta\\,\\nabla h(x_i)$$\n\n"
            "**Predict first.** How far\nis the top?",
            id="idea",
            metadata=slide(
                15, "Climb", show="formula", exercise="exercise_step", lecture="Transfer Learning"
            ),
        ),
        new_code_cell("x = 0\nfor _ in range(3):\n    x = x + vw.step(x)", id="by_hand"),
        new_markdown_cell("Now for *many* hills.", id="words"),
        new_code_cell("vw.predict('how many are below three', 'some', 'all')", id="say"),
        new_code_cell(
            "h = vw.channel('conv1', 3)\nprint(vw.activation(h) < 3)",
            id="printed",
            metadata=slide(45, "All below three", show="code output", lines="2-2"),
            outputs=[said("Tr"), said("ue"), new_output("stream", name="stderr", text="a warning")],
        ),
        new_code_cell("low = vw.activation(h) < 3\nvw.outcome('how many are below three', low)", id="came"),
        new_markdown_cell(
            "<details><summary>Why?</summary>\n\nThe hills are *low*.\n</details>",
            id="answer",
            metadata={"tags": ["answer"]},
        ),
        new_markdown_cell("**Predict first.** And there?", id="ask", metadata=slide(45, "Guess")),
        new_code_cell(
            "vw.show(x)",
            id="picture",
            metadata=slide(5, "A hill", line="It is green."),
            outputs=[new_output("display_data", {"image/png": png(800, 200), "text/plain": "<Image>"})],
        ),
        new_code_cell(
            "vw.Explorer()",
            id="live",
            metadata=slide(15, "Live", tags=("widget",)),
            outputs=[new_output("display_data", widget)],
        ),
        new_code_cell(
            "table",
            id="table",
            metadata=slide(45, "Numbers"),
            outputs=[new_output("execute_result", table, execution_count=1)],
        ),
        new_markdown_cell("## Exercises\n\n**1.** Take *one* step: no more. Then rest.", id="exercises"),
        new_code_cell("def step(x): ...", id="exercise_step", metadata={"tags": ["exercise"]}),
        new_markdown_cell("**You have learned**\n\n- to climb;\n- **to rest**, too.", id="learned",
                          metadata=slide(15, "What to take home", show="list")),
    ]  # fmt: skip
    language = {"name": "python", "pygments_lexer": "ipython3"}
    return new_notebook(cells=cells, metadata={"language_info": language})


def write_small_lesson(path: Path) -> Path:
    """Write the lesson without its outputs."""
    lesson = small_lesson()
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    nbformat.write(lesson, path)
    return path
