"""What a kernel said while a notebook ran, put back into the notebook's cells."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

SHOWN = {"display_data", "execute_result", "stream", "error"}


class Outputs:
    """Gathers the outputs of a notebook's cells from the messages of its kernel, as Jupyter does.

    Pictures that are renewed later (`update_display`) replace the ones that stand in the cells, and a message
    that comes late, from a thread, goes to the cell that started it.

    Parameters
    ----------
    notebook : NotebookNode
        Stays as it is; a copy is filled.

    Examples
    --------
    >>> notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)", id="one")])
    >>> outputs = Outputs(notebook)
    >>> outputs.begin("one")
    >>> parent = {"msg_id": "m"}
    >>> outputs.hear({"header": {"msg_type": "execute_input"}, "parent_header": parent, "content": {}})
    >>> said = {"name": "stdout", "text": "1"}
    >>> outputs.hear({"header": {"msg_type": "stream"}, "parent_header": parent, "content": said})
    >>> outputs.notebook.cells[0].outputs[0].text
    '1'
    """

    def __init__(self, notebook: NotebookNode) -> None:
        self.notebook = nbformat.from_dict(notebook)
        self._cells = {cell.id: cell for cell in self.notebook.cells if cell.cell_type == "code"}
        self._running: NotebookNode | None = None
        self._asked_by: dict[str, NotebookNode] = {}  # the cell that a message answers
        self._displays: dict[str, list[NotebookNode]] = {}  # the outputs that a display id names
        self._to_clear: set[str] = set()  # cells that are emptied by what they show next
        for cell in self._cells.values():
            cell.outputs = []

    def begin(self, cell_id: str) -> None:
        """Say that the cell of this id is run now."""
        self._running = self._cells[cell_id]
        self._running.outputs = []

    def hear(self, message: dict[str, Any]) -> None:
        """Take in a message of the kernel's output channel; of what is no output nothing is kept."""
        kind, asked = message["header"]["msg_type"], message["parent_header"].get("msg_id", "")
        if kind == "execute_input" and self._running is not None:
            self._asked_by[asked] = self._running
        elif kind == "update_display_data":
            self._renew(message["content"])
        elif asked in self._asked_by:
            self._take(kind, message, self._asked_by[asked])

    def _take(self, kind: str, message: dict[str, Any], cell: NotebookNode) -> None:
        if kind == "clear_output" and message["content"].get("wait"):
            self._to_clear.add(cell.id)
        elif kind == "clear_output":
            cell.outputs = []
        elif kind in SHOWN:
            if cell.id in self._to_clear:
                self._to_clear.discard(cell.id)
                cell.outputs = []
            self._show(message, cell)

    def _show(self, message: dict[str, Any], cell: NotebookNode) -> None:
        output, last = output_from_msg(message), cell.outputs[-1] if cell.outputs else None
        if output.output_type == "stream" and last and last.get("name") == output.name:
            last.text = lines_as_seen(last.text + output.text)
            return
        if output.output_type == "stream":
            output.text = lines_as_seen(output.text)
        cell.outputs.append(output)
        display = (message["content"].get("transient") or {}).get("display_id")
        if display:
            self._displays.setdefault(display, []).append(output)

    def _renew(self, content: dict[str, Any]) -> None:
        for output in self._displays.get(content["transient"]["display_id"], []):
            output.data = nbformat.from_dict(content["data"])
            output.metadata = nbformat.from_dict(content["metadata"])


def lines_as_seen(text: str) -> str:
    r"""Return what a terminal shows of lines that are written over: a progress bar leaves its last state.

    Examples
    --------
    >>> lines_as_seen("10 %\r90 %\rdone\nnext\r\n")
    'done\nnext\n'
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
