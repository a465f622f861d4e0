"""Records: everything that is needed to get the same image again, as JSON-able data."""

from __future__ import annotations

import base64
import hashlib
import platform
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from .objectives import Objective
from .own_function import name_of
from .own_regularizer import own_functions
from .settings import AscentSettings

if TYPE_CHECKING:
    from .ascent_run import AscentRun

FORMAT = "vizwidgets ascent 1"


def make_record(run: AscentRun) -> dict[str, Any]:
    """Describe a run: weights, objective, settings, the changes on the way, versions and curves.

    Functions of one's own are named under ``"functions"``: by what they stood for, what they were called.
    """
    objective, settings = run.first
    own = own_functions(measure for each in run.objectives for _, measure in each.regularizers)
    return {
        "format": FORMAT,
        "model": str(getattr(getattr(run.model, "provenance", None), "name", type(run.model).__name__)),
        "weights_hash": weights_hash(run.model),
        "objective": objective.to_dict(),
        "functions": {name: name_of(function) for name, function in own.items()},
        "settings": asdict(settings),
        "start": _pack(run.given_start),
        "changes": [[at, _plain(change)] for at, change in run.changes],
        "num_taken": run.num_taken,
        "has_diverged": run.has_diverged,
        "precision": run.precision,
        "versions": {"torch": torch.__version__, "machine": platform.machine()},
        "curves": _curves(run),
        "verdict": str(run.verdict()),
    }


def weights_hash(model: nn.Module) -> str:
    """Return 16 hexadecimal digits that tell these weights from all others."""
    known = getattr(model, "weights_hash", None)
    if isinstance(known, str):
        return known
    digest = hashlib.sha256()
    for name, values in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(values.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def read_settings(record: dict[str, Any]) -> AscentSettings:
    """Return the settings of a record, with the precision that was used."""
    values = dict(record["settings"], precision=record["precision"])
    if isinstance(values["size"], list):
        values["size"] = tuple(values["size"])
    return AscentSettings(**values)


def read_start(record: dict[str, Any]) -> Tensor | None:
    """Return the start image of a record, if one was given."""
    packed = record.get("start")
    if packed is None:
        return None
    data = bytearray(base64.b64decode(packed["values"]))
    return torch.frombuffer(data, dtype=torch.float32).reshape(packed["shape"]).clone()


def _plain(change: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.to_dict() if isinstance(value, Objective) else value for name, value in change.items()
    }


def _pack(image: Tensor | None) -> dict[str, Any] | None:
    if image is None:
        return None
    data = image.detach().float().cpu().contiguous().numpy().tobytes()
    return {"shape": list(image.shape), "values": base64.b64encode(data).decode()}


def _curves(run: AscentRun) -> dict[str, list[list[float]]]:
    names = dict.fromkeys(name for step in run.steps for name in step.terms)
    curves = {name: [step.terms[name].tolist() for step in run.steps if name in step.terms] for name in names}
    return {"h": [step.activation.tolist() for step in run.steps], **curves}
