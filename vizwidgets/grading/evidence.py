"""Evidence of exploration: the record of a run, kept beside the sheet to be handed in with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .whole_file import write_whole

FOLDER = "records"
NAME = re.compile(r"[\w][\w .-]{0,80}")


def keep_record(explorer: Any, name: str, folder: str | Path = FOLDER) -> Path:
    """Write the record of an explorer's run to ``records/<name>.json``, to be handed in with a sheet.

    Parameters
    ----------
    explorer : explorer or dict
        Whose run is kept; or what its ``record()`` returned.
    name : str
        Of the file: letters, digits, spaces, dots, - and _.
    folder : str or Path
        Made where it is missing.

    Returns
    -------
    Path
        Where it lies. A file of that name is replaced as a whole.

    Raises
    ------
    TypeError
        If it is neither an explorer nor a record.
    ValueError
        If the name cannot be a file's, or no step has been taken yet.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = keep_record({"format": "ascent", "seed": 0}, "first try", folder)
    ...     path.name, json.loads(path.read_text())["seed"]
    ('first try.json', 0)
    """
    record = explorer.record() if hasattr(explorer, "record") else explorer
    if not isinstance(record, dict):
        got = type(explorer).__name__
        raise TypeError(f"keep_record needs an explorer, or what explorer.record() returned; got {got}.")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError(f"a name has letters, digits, spaces, dots, - and _; got {name!r}.")
    if record.get("num_taken") == 0:
        raise ValueError("there is nothing to keep yet: press Start, or call explorer.run_to_end(), first.")
    path = Path(folder) / f"{name.removesuffix('.json')}.json"
    write_whole(path, json.dumps(record, indent=1, default=_refuse))
    return path


def _refuse(value: Any) -> Any:
    raise TypeError(f"a record holds numbers, texts and lists of them; got {type(value).__name__}.")
