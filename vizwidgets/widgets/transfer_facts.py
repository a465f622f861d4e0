"""What a `TransferLab` has to know of a source and a target before anything is trained."""

from __future__ import annotations

from dataclasses import dataclass

from vizwidgets.core.weight_layers import weight_layers
from vizwidgets.data.transfer_task import TransferTask
from vizwidgets.models.transfer_trial import source_model, target_task

COUNTS = (1, 2, 5, 10, 20, 50, 100, 200)  # labels per class that the slider offers
GRID = (2, 10, 50)  # those of "all numbers of labels", and of the precomputed points


@dataclass(frozen=True, eq=False)
class Facts:
    """A source network and a target task.

    Parameters
    ----------
    source, target : str
        Their names.
    layers : tuple of str
        The layers with weights of the source, from the image to the scores.
    provenance : str
        Where its weights come from.
    task : TransferTask
        The target.
    has_same_classes : bool
        Whether the source has the target's classes: only then it can be asked without any training.
    """

    source: str
    target: str
    layers: tuple[str, ...]
    provenance: str
    task: TransferTask
    has_same_classes: bool

    @property
    def counts(self) -> tuple[int, ...]:
        """Labels per class that there are enough images for."""
        return tuple(count for count in COUNTS if count <= self.task.max_labels) or (self.task.max_labels,)

    @property
    def grid(self) -> tuple[int, ...]:
        """Few, more and many labels per class."""
        return tuple(count for count in GRID if count <= self.task.max_labels) or self.counts[-1:]

    @property
    def words(self) -> str:
        """The target in a line."""
        tested = f"{len(self.task.test[1]):,} test images"
        return f"{self.task.words}; {tested}, up to {self.task.max_labels} labels per class"


def facts_of(source: str, target: str) -> Facts:
    """Look a source and a target up; the source is trained at its first use.

    Raises
    ------
    ArtifactError, FileNotFoundError, ValueError
        If one of them can not be had.
    """
    task, model = target_task(target), source_model(source)
    layers = tuple(layer.name for layer in weight_layers(model))
    return Facts(
        source, target, layers, str(model.provenance), task, model.class_names == task.class_names
    )
