"""Transfer learning: reuse what a network has learned for a task with few labelled images.

for step in transfer(model, (images, labels), strategy="head, then all"):
    step.loss, step.accuracy
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from .class_count import class_count
from .freezing import freeze, frozen_layers
from .heads import replace_head
from .phases import STRATEGIES, Plan, check_strategy, plan
from .tasks import CLASSIFICATION, Task
from .train_settings import TrainSettings
from .transfer_run import Transfer
from .weight_groups import fine_tune_groups
from .weight_layers import head_of, num_before, num_up_to, own_model, weight_layers

__all__ = [
    "STRATEGIES",
    "Transfer",
    "fine_tune_groups",
    "freeze",
    "frozen_layers",
    "head_of",
    "replace_head",
    "transfer",
    "weight_layers",
]


def transfer(
    model: nn.Module,
    data: Any,
    num_classes: int | None = None,
    *,
    strategy: str = "head, then all",
    cut: str | int | None = None,
    frozen: str | int = 0,
    num_steps: int = 240,
    head_lr: float = 1e-3,
    backbone_lr: float = 3e-4,
    batch_size: int = 32,
    seed: int = 0,
    test: Any = None,
    augment: Any = None,
    task: Task = CLASSIFICATION,
    class_names: Sequence[str] | None = None,
) -> Transfer:
    """Reuse a network for another task, and yield every step of its training.

    Parameters
    ----------
    model : nn.Module
        The source: what it has learned is reused. It stays as it is.
    data : (Tensor, Tensor) or Dataset
        Labelled images of the target task, (N, C, H, W) in [0, 1] with labels (N,), or (N, H, W) for pixels.
    num_classes : int, optional
        Of the target task; by default as many as `class_names`, or as the highest label says.
    strategy : str
        One of `STRATEGIES`; see `plan`.
    cut : str, int or None
        The first layer that begins anew; or how many layers are kept. None: only the head is new.
    frozen : str or int
        The last layer that stays frozen to the end; or how many. 0: none.
    num_steps : int
        Updates in all phases together, so that strategies can be compared.
    head_lr, backbone_lr : float
        Largest learning rates of the layers that begin anew and of those that are kept.
    batch_size : int
        Most images per step; fewer where there are fewer.
    seed : int
        Of the new weights, of the order of the images and of dropout.
    test : (Tensor, Tensor) or Dataset, optional
        Images that are not trained on.
    augment : callable, optional
        As in `TrainSettings`.
    task : Task
        A class per image, or one per pixel (``vw.Segmentation()``).
    class_names : sequence of str, optional
        Of the target task.

    Returns
    -------
    Transfer
        An iterator of `TrainStep`; its ``model`` is the new network. Where the frozen part is the beginning
        of a chain of layers and nothing is augmented, it is computed once for each image.

    Raises
    ------
    TypeError, ValueError
        If data, classes, strategy, layers and settings do not fit the model or each other.

    References
    ----------
    The lecture, "Transfer learning". Yosinski et al. 2014, "How transferable are features in deep neural
    networks?". Howard and Ruder 2018, "Universal language model fine-tuning" (gradual unfreezing).

    Examples
    --------
    >>> import torch
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 2))
    >>> data = torch.rand(20, 1, 4, 4), torch.arange(20) % 3
    >>> run = transfer(net, data, strategy="head, then all", num_steps=6)
    >>> [run.phase.name for step in run][::3]
    ['new layers alone', 'all layers']
    >>> run.model.replaced_head
    'new head 3 (2 → 3 classes)'
    """
    check_strategy(strategy)
    images, labels = task.pairs(data)
    chosen = _plan(model, strategy, cut, frozen, num_steps)
    count = class_count(labels, num_classes, class_names, void=getattr(task, "void", None))
    new = own_model(model)
    if chosen.num_kept < chosen.num_layers:
        new = replace_head(model, count, class_names=class_names, from_layer=chosen.num_kept, seed=seed)
    settings = TrainSettings(
        lr=head_lr, batch_size=min(batch_size, len(images)), seed=seed, augment=augment, num_steps=num_steps
    )
    return Transfer(new, (images, labels), settings, chosen, backbone_lr=backbone_lr, test=test, task=task)


def _plan(model: nn.Module, strategy: str, cut: Any, frozen: Any, num_steps: int) -> Plan:
    num_layers, still = len(weight_layers(model)), num_up_to(model, frozen, "frozen")
    kept = min(num_before(model, cut, "cut"), num_layers - 1)
    return plan(strategy, num_layers, kept, still, num_steps)
