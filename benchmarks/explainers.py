"""The ways to a saliency map that are compared: ours, Captum's and pytorch-grad-cam's.

Each one is prepared once and then gives an attribution (1, C, H, W) whenever it is called. What a library
does not have, or answers with something else, is a string that says so.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

import vizwidgets as vw
from vizwidgets.core.grad_cam import last_feature_map

SAMPLES, NOISE, STEPS = 16, 0.15, 50
OPTIONS: dict[str, dict[str, Any]] = {
    "gradient": {},
    "guided": {},
    "smoothgrad": {"num_samples": SAMPLES, "noise": NOISE, "seed": 0},
    "integrated": {"num_steps": STEPS, "baseline": 0.0},
    "gradcam": {},
}
Contender = Callable[[], Tensor]


@dataclass(frozen=True)
class Case:
    """What is explained: the score of a class of one image (1, C, H, W) in [0, 1].

    Attributes
    ----------
    at_once : int
        Images of a batch: the same for all, for each library lets its user choose.
    has_room : bool
        Whether all gradients of a map fit into the memory of a laptop at once.
    """

    model: nn.Module
    image: Tensor
    target: int
    at_once: int
    has_room: bool

    @property
    def sigma(self) -> float:
        """Standard deviation of SmoothGrad's noise."""
        return NOISE * float(self.image.max() - self.image.min())

    @property
    def layer(self) -> str:
        """The layer that Grad-CAM looks at."""
        return f"network.{last_feature_map(self.model, self.image).name}"

    @property
    def has_relu6(self) -> bool:
        """Whether some ReLUs are capped at 6."""
        return any(isinstance(module, nn.ReLU6) for module in self.model.modules())


def ours(case: Case, method: str) -> Contender:
    """Return our explainer, which is prepared once for many maps."""
    explainer = vw.Explainer(case.model)

    def explain() -> Tensor:
        options = {"at_once": case.at_once, **OPTIONS[method]}
        *_, whole = explainer.explain(case.image, case.target, method, **options)
        return whole.attribution

    return explain


def one_call(case: Case, method: str) -> Contender:
    """Return our easy door, which copies and prepares the network each time."""
    return lambda: vw.saliency_map(case.model, case.image, case.target, method, **OPTIONS[method]).attribution


def captum(case: Case, method: str) -> Contender | str:
    """Return Captum's way, with the same noise and the same points of the integral."""
    from captum import attr

    model = copy.deepcopy(case.model)
    known: dict[str, tuple[Any, dict[str, Any]]] = {
        "gradient": (attr.Saliency(model), {"abs": False}),
        "guided": (attr.GuidedBackprop(model), {}),
        "smoothgrad": (
            attr.NoiseTunnel(attr.Saliency(model)),
            {"abs": False, "nt_type": "smoothgrad", "nt_samples": SAMPLES, "stdevs": case.sigma}
            | {"nt_samples_batch_size": case.at_once},
        ),
        "integrated": (
            attr.IntegratedGradients(model),
            {"baselines": 0.0, "n_steps": STEPS, "method": "riemann_middle"}
            | {"internal_batch_size": case.at_once},
        ),
        "gradcam": (attr.LayerGradCam(model, model.get_submodule(case.layer)), {}),
    }
    way, options = known[method]

    def explain() -> Tensor:
        with quiet():
            torch.manual_seed(0)
            found = way.attribute(case.image.clone(), target=case.target, **options)
            if method == "gradcam":
                found = attr.LayerAttribution.interpolate(found, tuple(case.image.shape[2:]), "bilinear")
        return found.detach()

    if method == "guided" and case.has_relu6:
        return _wrong_on_relu6(explain, case)
    return explain


def captum_at_once(case: Case, method: str) -> Contender | str:
    """Return Captum's way as it is without asking for smaller batches: all gradients of a map in one."""
    if method not in ("smoothgrad", "integrated"):
        return "one gradient"
    return captum(replace(case, at_once=max(SAMPLES, STEPS)), method) if case.has_room else "over 10 GB"


def grad_cam(case: Case, method: str) -> Contender | str:
    """Return pytorch-grad-cam's way; it has no gradient, SmoothGrad or integrated gradients."""
    with quiet():
        from pytorch_grad_cam import GradCAM, GuidedBackpropReLUModel
        from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    model = copy.deepcopy(case.model)
    if method == "gradcam":
        way = GradCAM(model, [model.get_submodule(case.layer)])
        targets = [ClassifierOutputTarget(case.target)]
        return lambda: torch.from_numpy(way(case.image.clone(), targets))[:, None]
    if method != "guided":
        return "has none"
    guided = GuidedBackpropReLUModel(model, "cpu")

    def explain() -> Tensor:
        found = guided(case.image.clone(), case.target)  # a fresh image: it keeps the sum of all gradients
        return torch.from_numpy(found).permute(2, 0, 1)[None]

    return _wrong_on_relu6(explain, case) if case.has_relu6 else explain


def _wrong_on_relu6(explain: Contender, case: Case) -> str:
    """Say what a library that looks for nn.ReLU returns where the network has ReLU6."""
    plain = ours(case, "gradient")()
    is_plain = float((explain() - plain).norm() / plain.norm()) < 0.01
    return "wrong: the plain gradient" if is_plain else "wrong"


LIBRARIES: dict[str, Callable[[Case, str], Contender | str]] = {
    "ours": ours,
    "ours in one call": one_call,
    "Captum": captum,
    "Captum, one batch": captum_at_once,
    "grad-cam": grad_cam,
}


def enter(name: str, case: Case, method: str) -> Contender | str:
    """Return a library's way to a map, or why there is none."""
    try:
        return LIBRARIES[name](case, method)
    except (ImportError, RuntimeError):  # a RuntimeError: torchvision does not fit this torch
        if name.startswith("ours"):
            raise
        return "not installed"


@contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings of other libraries to them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
