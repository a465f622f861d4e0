"""The door to models: load one by name, list them, or wrap your own."""

from __future__ import annotations

import difflib
import html
from dataclasses import dataclass

from vizwidgets.data.artifacts import ARTIFACTS, is_present
from vizwidgets.models.pretrained import PRETRAINED, build_pretrained
from vizwidgets.models.shipped import SHIPPED, load_shipped
from vizwidgets.models.small import SMALL_MODELS
from vizwidgets.models.trained import TRAINED, is_trained, load_trained
from vizwidgets.models.vision_model import VisionModel
from vizwidgets.models.wrapping import wrap

__all__ = ["ModelEntry", "ModelTable", "list_models", "load_model", "wrap"]

_HEAD = ("name", "weights", "classes", "status")


@dataclass(frozen=True)
class ModelEntry:
    """One line of :func:`list_models`: what a name stands for and whether its weights are at hand."""

    name: str
    weights: str
    num_classes: int
    is_present: bool
    megabytes: float
    licence: str
    source: str

    @property
    def status(self) -> str:
        """In words, whether ``load_model`` would download."""
        if self.is_present:
            return "present"
        if self.name in TRAINED:
            return f"trained at first use, {TRAINED[self.name].minutes}"
        if self.name in SHIPPED:
            return f"missing: run data_scripts/{SHIPPED[self.name].script} --ship"
        command = "fetch_weights.py --full" if ARTIFACTS[self.name].is_large else "fetch_weights.py"
        return f"to download, {self.megabytes:.0f} MB ({command})"


class ModelTable(tuple[ModelEntry, ...]):
    """A tuple of :class:`ModelEntry` that shows itself as a table."""

    def __repr__(self) -> str:
        """Return the table as text."""
        rows = [_HEAD, *map(_cells, self)]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def _repr_html_(self) -> str:
        head = "".join(_html_cell(word, "th") for word in _HEAD)
        body = "".join(_html_row(entry) for entry in self)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(entry: ModelEntry) -> tuple[str, str, str, str]:
    return entry.name, entry.weights, str(entry.num_classes or "none"), entry.status


def _html_row(entry: ModelEntry) -> str:
    hint = html.escape(f"{entry.source} · {entry.licence}")
    return f"<tr title='{hint}'>{''.join(map(_html_cell, _cells(entry)))}</tr>"


def _html_cell(text: str, tag: str = "td") -> str:
    return f"<{tag} style='text-align:left'>{html.escape(text)}</{tag}>"


def list_models() -> ModelTable:
    """Return the models that :func:`load_model` knows, as a table that says which weights are at hand."""
    kinds = ((PRETRAINED, _entry), (TRAINED, _trained_entry), (SHIPPED, _shipped_entry))
    return ModelTable([entry(name) for names, entry in kinds for name in names])


def _trained_entry(name: str) -> ModelEntry:
    words = f"trained on this computer with {TRAINED[name].data_words}"
    classes = len(SMALL_MODELS[name].class_names)
    return ModelEntry(name, words, classes, is_trained(name), 0.0, "yours", "")


def _shipped_entry(name: str) -> ModelEntry:
    entry = SHIPPED[name]
    classes, is_there = len(SMALL_MODELS[name].class_names), entry.path.is_file()
    megabytes = entry.path.stat().st_size / 1e6 if is_there else 0.0
    return ModelEntry(name, entry.weights, classes, is_there, megabytes, entry.licence, "with the package")


def _entry(name: str) -> ModelEntry:
    model, artifact = PRETRAINED[name], ARTIFACTS[name]
    return ModelEntry(
        name,
        model.weights,
        1000 if model.has_classes else 0,
        is_present(name),
        artifact.size / 1e6,
        artifact.licence,
        artifact.source,
    )


def load_model(name: str) -> VisionModel:
    """Load a named model with its weights, in eval mode.

    Parameters
    ----------
    name : str
        One of :func:`list_models`.

    Returns
    -------
    VisionModel
        Takes images (N, C, H, W) in [0, 1]; ``model.provenance`` says which weights it has.

    Raises
    ------
    ValueError
        If there is no model of that name.
    ArtifactError
        If its weights are not in the cache and can not be fetched, or are damaged.
    """
    if name in PRETRAINED:
        return build_pretrained(PRETRAINED[name])
    if name in TRAINED:
        return load_trained(name)
    if name in SHIPPED:
        return load_shipped(name)
    known = [*PRETRAINED, *TRAINED, *SHIPPED]
    near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise ValueError(f"there is no model {name!r}.{hint} There are: {', '.join(known)}.")
