"""One experiment of transfer learning: from an order to a training, and to the point that comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

from vizwidgets.core.measurement import Measurement
from vizwidgets.core.metrics import accuracy, predictions
from vizwidgets.core.point_checks import check_num_labels
from vizwidgets.core.transfer import Transfer, transfer
from vizwidgets.core.trial import WHICH, Order, Trial
from vizwidgets.core.whole_numbers import check_seed
from vizwidgets.data.photos import existing_folder, list_pictures
from vizwidgets.data.transfer_task import TransferTask
from vizwidgets.data.transfer_tasks import folder_task, transfer_task, transfer_tasks
from vizwidgets.models.transfer_sources import (
    PHOTOGRAPHS,
    TRANSFER_SOURCES,
    check_fit,
    source_model,
    transfer_source,
)

__all__ = [
    "TRANSFER_SOURCES",
    "TRANSFER_TARGETS",
    "TransferOrder",
    "source_model",
    "target_task",
    "transfer_trial",
]

TRANSFER_TARGETS = tuple(dict.fromkeys(name for each in TRANSFER_SOURCES.values() for name in each.targets))


@dataclass(frozen=True)
class TransferOrder(Order):
    """What is to be measured: a source, a target, so many labels per class, and a strategy.

    Parameters
    ----------
    source : str
        A key of `TRANSFER_SOURCES`.
    target : str
        One of its targets, or the path of a folder of photographs.
    num_labels : int
        Labelled images of each class, 1 or more.
    strategy : str
        One of ``STRATEGIES``.
    seed : int
        Of the labelled images, the order and the new weights.
    cut : str, int or None
        The first layer that begins anew; None: only the head does.
    frozen : str or int
        The last layer that stays frozen to the end; 0: none.
    num_steps : int, optional
        Updates; as many as is usual for the source.
    head_lr, backbone_lr : float, optional
        Largest learning rates of new and of kept layers; those that were chosen for source and strategy.
    photographs : str
        Of a folder, the ``fingerprint`` of what is in it: with other photographs it is another order. Empty:
        what is there when the trial is prepared.

    Raises
    ------
    ValueError
        If source, target and strategy do not fit each other, there are no labels, or the seed is none.

    Examples
    --------
    >>> order = TransferOrder("digits 0-4", "digits 5-9", 10, "head, then all", cut="dense1")
    >>> order.words, order.num_steps
    ('head, then all, cut dense1 · 10 labels per class · seed 0', 160)
    """

    cut: str | int | None = None
    frozen: str | int = 0
    num_steps: int | None = None
    head_lr: float | None = None
    backbone_lr: float | None = None
    photographs: str = ""

    def __post_init__(self) -> None:
        check_fit(self.source, self.target, self.strategy)
        check_num_labels(self.num_labels, least=1)
        check_seed(self.seed)
        for name, usual in self._usual.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, usual)

    @property
    def _usual(self) -> dict[str, Any]:
        """The settings that belong to the source and the strategy."""
        source = transfer_source(self.source)
        return {"num_steps": source.num_steps, **vars(source.rates_of(self.strategy))}

    @property
    def settings(self) -> dict[str, Any]:
        """Everything else that decides what comes out, JSON-able; of photographs only where there are any."""
        return {name: it for name, it in super().settings.items() if it or name != "photographs"}

    @property
    def variant(self) -> str:
        """What differs from the usual settings, in words; empty if nothing does."""
        usual = {each.name: each.default for each in fields(self)} | self._usual
        changed = [each.name for each in fields(self) if each.name not in (*WHICH, "photographs")]
        changed = [name for name in changed if getattr(self, name) != usual[name]]
        return ", ".join(f"{name.replace('_', ' ')} {getattr(self, name)}" for name in changed)


def transfer_trial(order: TransferOrder, *, watch: bool = True) -> Trial:
    """Prepare an experiment; nothing is trained yet, except a source that is used for the first time.

    Parameters
    ----------
    order : TransferOrder
        What is asked for.
    watch : bool
        Whether to look at the test images during the training, for a live curve. They decide nothing.

    Returns
    -------
    Trial
        Its ``training`` is a `Transfer`; ``finish()`` tests the network. The score is the accuracy on the
        test images. Details: ``training_accuracy``; and where the test is a conflict set, ``expected``, the
        accuracy on expected backgrounds, and ``flip_rate``.

    Raises
    ------
    ValueError
        If the target has not as many labelled images, it holds other photographs than those of the order, or
        layers and settings do not fit.
    ArtifactError
        If a file is needed that is not in the cache and can not be fetched.
    """
    task, model = target_task(order.target), source_model(order.source)
    if order.strategy == "pretrained only" and model.class_names != task.class_names:
        raise ValueError(
            f"pretrained only asks the source's own classes, and {order.target!r} has others: "
            f"{', '.join(task.class_names)}. Take a strategy that trains."
        )
    if order.photographs not in ("", task.fingerprint):
        raise ValueError(f"the photographs in {order.target} have changed since: make the order anew.")
    order = replace(order, photographs=task.fingerprint)
    images = task.draw(order.num_labels, order.seed)
    training = transfer(
        model,
        images,
        strategy=order.strategy,
        cut=order.cut,
        frozen=order.frozen,
        num_steps=order.num_steps or 1,
        head_lr=order.head_lr or 0.0,
        backbone_lr=order.backbone_lr or 0.0,
        batch_size=transfer_source(order.source).batch_size,
        seed=order.seed,
        test=task.test if watch else None,
        class_names=task.class_names,
    )
    return Trial(order, training, _finish(order, training, task, model.weights_hash), str(model.provenance))


def target_task(name: str) -> TransferTask:
    """Return a target by its name, or that of a folder of photographs by its path.

    Raises
    ------
    FileNotFoundError, ValueError
        If it is neither, or the folder holds no two classes.
    """
    if name in transfer_tasks():
        return transfer_task(name)
    if name == PHOTOGRAPHS:
        raise ValueError(f"for {name} give the path of their folder, with one folder per class in it.")
    existing_folder(name)
    stamps = tuple((str(path), path.stat().st_mtime_ns) for path in list_pictures(name))
    return _read_folder(name, stamps)


@lru_cache(maxsize=2)
def _read_folder(path: str, stamps: tuple[tuple[str, int], ...]) -> TransferTask:
    """Read a folder once, and again when a picture in it has changed."""
    return folder_task(path)


def _finish(
    order: TransferOrder, training: Transfer, task: TransferTask, weights_hash: str
) -> Callable[[], Measurement]:
    def finish() -> Measurement:
        model = training.model
        details = {"training_accuracy": accuracy(model, (training.images, training.labels))}
        answers = predictions(model, task.test[0])
        if task.expected is not None:
            expected = predictions(model, task.expected[0])
            details["expected"] = float((expected == task.expected[1]).float().mean())
            details["flip_rate"] = float((expected != answers).float().mean())
        point = order.measured(float((answers == task.test[1]).float().mean()), **details)
        return replace(point, versions={**point.versions, "source weights": weights_hash})

    return finish
