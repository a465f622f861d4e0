"""The expert door to saliency: a network that is prepared once, for many maps, piece by piece."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from .classes import class_scores, find_class
from .grad_cam import GradCam
from .images import check_image
from .labelled import explained
from .layers import check_model
from .measures import OUTPUT
from .network import Probe
from .objectives import Objective
from .occlusion import Occlusion
from .record import weights_hash
from .saliency_methods import (
    Gradient,
    Guided,
    Integrated,
    Method,
    Piece,
    SmoothGrad,
    check_count,
    make_method,
)
from .scores import Score, bound_objective, find_classes
from .weights import has_batch_norm

METHODS: dict[str, type[Method]] = {
    "gradient": Gradient,
    "guided": Guided,
    "smoothgrad": SmoothGrad,
    "integrated": Integrated,
    "gradcam": GradCam,
    "occlusion": Occlusion,
}
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
PIXELS_AT_ONCE = 4 * 224 * 224  # more are slower: what they keep is too large to be used again at once


@dataclass(frozen=True)
class Explanation:
    """An attribution as far as it is known.

    Attributes
    ----------
    done, total : int
        Pieces of work that are done, of all (samples, steps, windows; 1 for a single pass), of all images.
    attribution : Tensor
        (N, C, H, W), signed; (N, 1, H, W) for Grad-CAM and occlusion, which do not tell colours apart.
    target : Tensor or Objective
        (N,), the class of each image, or the objective.
    """

    done: int
    total: int
    attribution: Tensor
    target: Tensor | Objective


class Explainer:
    """Explains many images, classes and methods with the weights that a model has now.

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1]. It is copied in eval mode and stays as it is.
    is_brief : bool
        Whether it is for one map: then nothing is prepared that pays only from the second gradient on.

    Attributes
    ----------
    turn : Lock
        Held while the network is used, so that threads take turns.

    Raises
    ------
    TypeError
        If it is no network.

    Examples
    --------
    >>> explainer = Explainer(nn.Sequential(nn.Flatten(), nn.Linear(12, 2)))
    >>> work = explainer.explain(torch.rand(3, 2, 2), target=0, method="smoothgrad", num_samples=3, at_once=1)
    >>> [piece.done for piece in work]
    [1, 2, 3]
    """

    def __init__(self, model: nn.Module, *, is_brief: bool = False) -> None:
        check_model(model)
        self.model = model
        with torch.inference_mode(False):
            self._probe = Probe(model, is_brief=is_brief)
        self._is_brief = is_brief
        self._folded: Probe | None = None
        numbers = (weight for weight in self._probe.network.parameters() if weight.is_floating_point())
        self._like = next(numbers, torch.zeros(0))
        self.turn = threading.Lock()

    @property
    def weights_hash(self) -> str:
        """16 hexadecimal digits: those of the model when its weights were read (`record.weights_hash`)."""
        return weights_hash(self._probe.network)

    def scores(self, image: Tensor) -> Tensor:
        """Return the class scores (N, K) of images (C, H, W) or (N, C, H, W) in [0, 1]."""
        images = self.prepared(image)
        with self.turn, torch.no_grad(), explained(self.model, images):
            parts = images.clone().split(self._at_once(images))
            return torch.cat([self._probe(part, [OUTPUT])[OUTPUT] for part in parts]).cpu()

    def explain(
        self,
        image: Tensor,
        target: Any = None,
        method: str = "gradient",
        *,
        at_once: int | None = None,
        **options: Any,
    ) -> Iterator[Explanation]:
        """Yield what is known after each piece of work; see `saliency_map` for the arguments.

        Arguments are checked by the call itself, before the first piece.

        Parameters
        ----------
        at_once : int, optional
            Images that the network takes together, and so how much a piece of work is.
        """
        way = make_method(method, METHODS, options)
        images = self.prepared(image)
        way = way.bind(self.model, images)
        score = self.question(images, target)
        if way.takes_many:
            score = replace(score, probe=self._for_many(images))
        if at_once is not None:
            check_count("at_once", at_once)
        return self._pieces(way, score, images, at_once or self._at_once(images))

    def _pieces(self, way: Method, score: Score, images: Tensor, at_once: int) -> Iterator[Explanation]:
        finished: list[Tensor] = []
        count = len(images)
        with explained(self.model, images):
            for start in range(0, count, at_once):
                block = slice(start, min(start + at_once, count))
                pieces = way.explain(score.part(block), images[block], at_once)
                for done, total, attribution in self._in_turn(pieces):
                    known = attribution.cpu()
                    rest = known.new_zeros(count - block.stop, *known.shape[1:])
                    so_far = done * len(known) + total * start
                    whole = torch.cat([*finished, known, rest])
                    yield Explanation(so_far, total * count, whole, score.target)
                finished.append(known)

    def _in_turn(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """Let no other thread use the network during a piece of work."""
        while True:
            with self.turn:
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def _for_many(self, images: Tensor) -> Probe:
        """Return a copy for methods of many passes, with batch normalization folded, which rounds otherwise.

        It is another one than for a single gradient, so that no map depends on what was asked before.
        """
        if not self._is_brief and not has_batch_norm(self._probe.network):
            return self._probe
        with self.turn, torch.inference_mode(False):
            if self._folded is None:
                self._folded = Probe(self._probe.network)
                self._folded.fold(tuple(images.shape[1:]))
        return self._folded

    def prepared(self, image: Any) -> Tensor:
        """Return images (C, H, W) or (N, C, H, W) in [0, 1] as a batch in the form that the network takes."""
        images = check_image(image, getattr(self.model, "input_shape", (None,))[0])
        with torch.inference_mode(False):
            return images.clone().to(self._like.device, self._like.dtype)

    def question(self, images: Tensor, target: Any = None) -> Score:
        """Return what is explained of prepared images: a class of each, or an objective (`saliency_map`)."""
        if isinstance(target, Objective):
            return Score(self._probe, bound_objective(self.model, target))
        if target is not None:
            return Score(self._probe, find_classes(self.model, target, len(images)))
        find_class(self.model, 0)  # a model without classes says so
        scores = self.scores(images)
        class_scores(scores, (0,))
        return Score(self._probe, scores.argmax(dim=1))

    def _at_once(self, images: Tensor) -> int:
        norms = (module for module in self._probe.network.modules() if isinstance(module, BATCH_NORMS))
        if any(norm.running_mean is None for norm in norms):
            return 1  # an image would depend on what shares its batch
        return max(1, PIXELS_AT_ONCE // (images.shape[2] * images.shape[3]))
