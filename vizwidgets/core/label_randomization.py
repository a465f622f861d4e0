"""Does a saliency map depend on what the labels mean? A second network learns the same images by heart.

It has the same layers and sees the same images, but their labels are dealt out by chance: there is nothing to
understand, only images to memorize. A map that explains what a network has understood must look different
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .images import check_image
from .labelled import labelled
from .layers import check_model, network_of
from .likeness import Likeness, Similarity
from .metrics import accuracy
from .randomization import forget, own_copy
from .saliency import SaliencyMap, Way
from .sanity_report import cells, table
from .sanity_verdict import Finding
from .similarity import is_flat
from .train_settings import TrainSettings
from .training_run import Training
from .whole_numbers import check_seed

MEMORIZED = 0.95  # so much of the training set is right when it counts as learned by heart, as in the paper
EPOCHS = 100  # most passes; dropout makes learning by heart slow


@dataclass(frozen=True)
class LabelRandomizationTest:
    """Maps of a network that was trained on true labels, beside those of one trained on permuted labels.

    Attributes
    ----------
    trained, permuted : SaliencyMap
        The maps of both networks for the same N images and classes.
    images : Tensor
        (N, C, H, W) in [0, 1].
    similarity : Similarity
        Of both, each (N,).
    edges : Similarity
        How like the first map the edges of the images are, each (N,).
    random : Similarity
        How like it random maps are, each (M, N).
    network : nn.Module
        The network that was trained on permuted labels.
    memorized : float or None
        Share of the permuted labels that it gets right, 0 to 1; None if it was trained elsewhere.
    """

    trained: SaliencyMap
    permuted: SaliencyMap
    images: Tensor
    similarity: Similarity
    edges: Similarity
    random: Similarity
    network: nn.Module
    memorized: float | None

    @property
    def finding(self) -> Finding:
        """What the maps have in common, flat ones left out, and what it means."""
        has_map = ~is_flat(self.trained.values) & ~is_flat(self.permuted.values)
        return Finding(
            float(self.similarity.rank_correlation[has_map].mean()),
            float(self.similarity.structural_similarity[has_map].mean()),
            float(self.edges.rank_correlation.mean()),
            "labels",
        )

    @property
    def remaining(self) -> float:
        """The mean rank correlation that decides."""
        return self.finding.rank_correlation

    @property
    def is_memorized(self) -> bool:
        """Whether the permuted labels were learned by heart, as far as that is known."""
        return self.memorized is None or self.memorized >= MEMORIZED

    @property
    def outcome(self) -> str:
        """As for `RandomizationTest`, by the same thresholds."""
        return self.finding.outcome if self.is_memorized else "cannot be judged"

    @property
    def verdict(self) -> str:
        """The outcome with its reason, in one sentence."""
        if self.is_memorized:
            taught = (
                "the other network"
                if self.memorized is None
                else "a network that knows permuted labels by heart"
            )
            return self.finding.verdict(f"in {taught}")
        return (
            f"{self.outcome}: the network knows only {self.memorized:.0%} of the permuted labels by heart; "
            f"give it more epochs, or fewer images, until it is {MEMORIZED:.0%}."
        )

    def __str__(self) -> str:
        """Return the verdict and a table, means over the images."""
        rows = [("permuted labels", *cells(self.similarity))]
        return f"{self.trained.method} {self.verdict}\n{table('', rows, self.edges, self.random)}"

    __repr__ = __str__


def label_randomization_test(
    model: nn.Module,
    data: Any,
    images: Tensor,
    method: str = "gradient",
    target: Any = None,
    *,
    other: nn.Module | None = None,
    epochs: int = EPOCHS,
    batch_size: int = 32,
    lr: float = 1e-3,
    reduce: str = "max",
    seed: int = 0,
    **options: Any,
) -> LabelRandomizationTest:
    """Compare maps of a network with those of a copy that learned permuted labels by heart.

    Parameters
    ----------
    model : nn.Module
        Trained on the true labels. It stays as it is.
    data : (Tensor, Tensor) or Dataset or None
        What it was trained on; some hundred images are learned by heart quickest. None if `other` is given.
    images : Tensor
        (C, H, W) or (N, C, H, W) in [0, 1], whose maps are compared.
    method, target, reduce, **options
        See `saliency_map`; both networks explain the same classes, by default those that `model` predicts.
    other : nn.Module, optional
        A network that was trained on other labels already; then nothing is trained.
    epochs : int
        Most passes through the data; it ends as soon as `MEMORIZED` of the labels are known.
    batch_size, lr, seed
        See `train`; a batch has no more images than there are. The seed is also that of the first weights
        and of the permutation.

    Returns
    -------
    LabelRandomizationTest
        Shows itself as a table with a verdict.

    Raises
    ------
    TypeError, ValueError
        If model, data, images and options do not fit each other.

    References
    ----------
    Adebayo et al. 2018, "Sanity checks for saliency maps". Zhang et al. 2017, "Understanding deep learning
    requires rethinking generalization", for networks that learn permuted labels.

    Examples
    --------
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    >>> images = torch.rand(8, 3, 2, 2)
    >>> test = label_randomization_test(model, (images, torch.arange(8) % 2), images, batch_size=8, lr=0.1)
    >>> test.memorized >= MEMORIZED
    True
    """
    way, shown = Way(method, reduce, options), check_image(images)
    trained = way.end(way.begin(model, shown, target))
    memorized = None
    if other is None:
        settings = {"epochs": epochs, "batch_size": batch_size, "lr": lr}
        training = permuted_training(model, data, seed=seed, **settings)
        memorized, other = memorize(training), training.model
    check_model(other)
    permuted, likeness = way.end(way.begin(other, shown, trained.target)), Likeness(trained)
    return LabelRandomizationTest(
        trained=trained,
        permuted=permuted,
        images=shown.cpu(),
        similarity=likeness.of(permuted),
        edges=likeness.of_edges(shown),
        random=likeness.of_random(),
        network=other,
        memorized=memorized,
    )


def permuted_training(model: nn.Module, data: Any, *, seed: int = 0, **settings: Any) -> Training:
    """Return a training of a fresh copy of a network on permuted labels; nothing is trained yet.

    The expert door beneath `label_randomization_test`: drive it step by step, ``training.model`` is the copy.

    Parameters
    ----------
    model : nn.Module
        Its layers are copied, in float32, and all that they learned is forgotten. It stays as it is.
    data : (Tensor, Tensor) or Dataset
        Images (N, C, H, W) in [0, 1] with their true labels (N,).
    seed : int
        Of the first weights, of the permutation and of the training.
    **settings
        See `TrainSettings`; the learning rate is constant, since the training ends when all is learned.

    Examples
    --------
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    >>> training = permuted_training(model, (torch.rand(8, 3, 2, 2), torch.arange(8) % 2), batch_size=4)
    >>> next(training).step, sorted(training.labels.tolist())
    (1, [0, 0, 0, 0, 1, 1, 1, 1])
    """
    check_model(model)
    chosen = TrainSettings(**{"schedule": "constant", "epochs": EPOCHS, **settings}, seed=check_seed(seed))
    network, (images, labels) = own_copy(model).float(), labelled(data)
    modules = network_of(network).named_modules()
    forget(
        network, [name for name, part in modules if any(True for _ in part.parameters(recurse=False))], seed
    )
    for weight in network.parameters():
        weight.requires_grad_(True)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    chosen = chosen.changed(batch_size=min(chosen.batch_size, len(labels)))
    return Training(network, (images, labels[order]), chosen)


def memorize(training: Training) -> float:
    """Train until `MEMORIZED` of the labels are known, or to the end; return the share that is."""
    pairs = training.images, training.labels
    known = 0.0
    for step in training:
        if step.step % training.steps_per_epoch == 0:
            known = accuracy(training.model, pairs)
        if known >= MEMORIZED:
            break
    return known
