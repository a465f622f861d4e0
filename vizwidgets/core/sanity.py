"""Does a saliency map depend on what the network has learned? Its weights are forgotten, layer by layer.

A map that explains a network must change when the network does. If it stays as it is while the layers that
decide about the class are random, then it shows the image, and not the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from torch import Tensor, nn

from .explainer import Explanation
from .images import check_image
from .layer_groups import layer_groups
from .layers import check_open
from .likeness import Likeness
from .measures import OUTPUT
from .objectives import Objective
from .randomization import Forgetting
from .saliency import Way
from .sanity_report import AS_TRAINED, RandomizationStep, RandomizationTest
from .scores import bound_objective
from .whole_numbers import check_seed

KINDS = ("cascading", "independent")


def randomization_test(
    model: nn.Module,
    image: Tensor,
    method: str = "guided",
    target: Any = None,
    *,
    kind: str = "cascading",
    layers: Sequence[str] | None = None,
    reduce: str = "max",
    seed: int = 0,
    **options: Any,
) -> RandomizationTest:
    """Compare a map with those of networks whose layers are random, from the output layer down.

    Parameters
    ----------
    model : nn.Module
        It is used in eval mode and stays as it is, bit by bit: copies of it are made random.
    image : Tensor
        (C, H, W) or (N, C, H, W) in [0, 1].
    method : str
        See `saliency_map`. A coarse map such as Grad-CAM's resembles others by chance: take several images.
    target : optional
        See `saliency_map`; the class that the trained network predicts is explained in all networks.
    kind : str
        "cascading": what was made random stays random, so that at the end nothing learned is left.
        "independent": one layer at a time is random, the others are as trained.
    layers : sequence of str, optional
        The layers or whole blocks to make random, e.g. ``["classifier", "block7a"]``; by default all with
        weights, in at most ten groups (see `layer_groups`).
    reduce : str
        See `saliency_map`.
    seed : int
        Of the random weights. The same layer gets the same ones in both kinds.
    **options
        Of the method.

    Returns
    -------
    RandomizationTest
        Shows itself as a table with a verdict; ``vw.sanity_figure`` draws it.

    Raises
    ------
    TypeError, ValueError
        As `saliency_map` does, or if the model has no weights or is TorchScript, or there is no such kind
        or layer.

    References
    ----------
    Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim 2018, "Sanity checks for saliency maps".

    Examples
    --------
    >>> import torch
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 2))
    >>> test = randomization_test(net, torch.rand(1, 3, 18, 18), method="gradient")
    >>> test.layers, test.maps.shape
    (('3', '0'), torch.Size([3, 1, 18, 18]))
    """
    steps = randomization_steps(
        model, image, method, target, kind=kind, layers=layers, reduce=reduce, seed=seed, **options
    )
    return summarize(steps, image, kind)


def randomization_steps(
    model: nn.Module,
    image: Tensor,
    method: str = "guided",
    target: Any = None,
    *,
    kind: str = "cascading",
    layers: Sequence[str] | None = None,
    reduce: str = "max",
    seed: int = 0,
    **options: Any,
) -> Iterator[RandomizationStep]:
    """Yield the map of the trained network, then one for each layer that is made random.

    The expert door beneath `randomization_test`, which says what the arguments are. They are checked by the
    call itself; `summarize` makes a test of the steps, also of some of them.

    Examples
    --------
    >>> import torch
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 2))
    >>> [step.layer for step in randomization_steps(net, torch.rand(1, 3, 18, 18), "gradient")]
    ['as trained', '3', '0']
    """
    check_open(model)
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}.")
    way = Way(method, reduce, options)
    images, seed = check_image(image, getattr(model, "input_shape", (None,))[0]), check_seed(seed)
    work = way.begin(model, images, target)
    until = bound_objective(model, target).layer_names if isinstance(target, Objective) else (OUTPUT,)
    groups = layer_groups(model, images, layers, until=until)[::-1]
    return _steps(model, images, way, work, Forgetting(groups, kind == "cascading", seed))


def _steps(
    model: nn.Module, images: Tensor, way: Way, work: Iterator[Explanation], forgetting: Forgetting
) -> Iterator[RandomizationStep]:
    trained, total = way.end(work), len(forgetting.groups)
    likeness = Likeness(trained)
    yield RandomizationStep(0, total, AS_TRAINED, trained, likeness.of(trained))
    for done, (layer, network) in enumerate(forgetting.copies(model), 1):
        found = way.end(way.begin(network, images, trained.target))
        yield RandomizationStep(done, total, layer, found, likeness.of(found))


def summarize(
    steps: Iterable[RandomizationStep], image: Tensor, kind: str = "cascading"
) -> RandomizationTest:
    """Make a test of the steps of `randomization_steps`, of all or of those that are there so far.

    Parameters
    ----------
    steps : iterable of RandomizationStep
        The trained network first.
    image : Tensor
        (C, H, W) or (N, C, H, W) in [0, 1], the images of the steps.
    kind : str
        That of the steps.
    """
    taken, images = tuple(steps), check_image(image).cpu()
    if not taken or taken[0].done:
        raise ValueError(
            "the first step must be that of the trained network; randomization_steps begins with it."
        )
    likeness = Likeness(taken[0].map)
    return RandomizationTest(taken, images, kind, likeness.of_edges(images), likeness.of_random())
