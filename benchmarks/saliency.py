"""How long a saliency map takes, against Captum, pytorch-grad-cam and the machine's limit, at equal values.

    python benchmarks/saliency.py                  everything, about ten minutes on two quiet cores
    python benchmarks/saliency.py --models efficientnet_lite0 --methods gradient smoothgrad
    python benchmarks/saliency.py --busy           on a machine that others use too

One photograph of 224 x 224, medians over several rounds; within a round the contenders take turns, so that a
slow minute of the machine hits all of them.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter, process_time

import torch
from contenders import PRODUCT_SIDE
from exact import exact
from explainers import LIBRARIES, OPTIONS, SAMPLES, STEPS, Case, enter
from tables import print_table
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torch.utils.flop_counter import FlopCounterMode

import vizwidgets as vw
from vizwidgets.data.photos import photo
from vizwidgets.models.vgg import VGG16Torchvision

SIZE = 224
PEERS = ("Captum", "Captum, one batch", "grad-cam")
GRADIENTS = {"gradient": 1, "guided": 1, "smoothgrad": SAMPLES, "integrated": STEPS}


def main() -> None:
    """Measure and print two tables for each network."""
    options = _options()
    torch.manual_seed(0)
    if options.busy:
        torch.set_num_threads(1)
    clock_name = "processor time" if options.busy else "wall clock"
    load = " ".join(f"{number:.1f}" for number in os.getloadavg())
    print(
        f"torch {torch.__version__}, threads: {torch.get_num_threads()}, {clock_name}, load before: {load}\n"
    )
    for name in options.models:
        model = MODELS[name]()
        has_room = name != "vgg16"
        case = Case(model, cat(), int(model(cat()).argmax()), options.at_once, has_room)
        measured = {method: measure(case, method, options) for method in options.methods}
        print_times(f"{name}: one map, milliseconds", case, measured)
        if not options.no_exact:
            print_differences(f"{name}: distance to the exact map", case, options.methods)


def vgg16() -> nn.Module:
    """Return the complete VGG-16: the convolutions of "vgg16", and a classifier of random weights.

    Trained weights of the classifier are a large download that can not always be had, and no number here
    depends on what it has learned.
    """
    base, network = vw.load_model("vgg16"), VGG16Torchvision()
    trained, empty = (
        [module for module in each.modules() if isinstance(module, nn.Conv2d)] for each in (base, network)
    )
    for source, into in zip(trained, empty, strict=True):
        into.load_state_dict(source.state_dict())
    return vw.wrap(network, normalize=base.normalize)


MODELS: dict[str, Callable[[], nn.Module]] = {
    "efficientnet_lite0": partial(vw.load_model, "efficientnet_lite0"),
    "vgg16": vgg16,
}


def cat() -> Tensor:
    """Return the bundled photograph of a cat, (1, 3, 224, 224) in [0, 1]."""
    image = photo("cat").view(1, 3, *photo("cat").shape[-2:])
    return interpolate(image, (SIZE, SIZE), mode="bilinear", antialias=True, align_corners=False)


def measure(case: Case, method: str, options: argparse.Namespace) -> dict[str, float | str]:
    """Return the median milliseconds of each library, or why it has none, and the rate of products."""
    clock = process_time if options.busy else perf_counter
    entered = {name: enter(name, case, method) for name in LIBRARIES}
    running: dict[str, Callable[[], Tensor]] = {
        name: way for name, way in entered.items() if not isinstance(way, str)
    }
    a, b = torch.rand(2, PRODUCT_SIDE, PRODUCT_SIDE)
    running["product"] = lambda: a @ b
    times: dict[str, list[float]] = {name: [] for name in running}
    for number in range(options.rounds + 1):  # the first round warms up
        for name, run in running.items():
            start = clock()
            run()
            if number:
                times[name].append(1000 * (clock() - start))
    return {name: way for name, way in entered.items() if isinstance(way, str)} | {
        name: median(taken) for name, taken in times.items()
    }


def print_times(title: str, case: Case, measured: dict[str, dict[str, float | str]]) -> None:
    """Print times, gains against each peer, and the distance to the limit."""
    head = ["method", *LIBRARIES, *(f"{peer} / ours" for peer in PEERS), "limit", "ours / limit"]
    rows = []
    for method, times in measured.items():
        limit = gflop(case, method) * 1e9 / (2 * PRODUCT_SIDE**3) * float(times["product"])
        gains = [_ratio(times[peer], times["ours"]) for peer in PEERS]
        rows.append(
            [method, *(_milliseconds(times[name]) for name in LIBRARIES), *gains]
            + [_milliseconds(limit), _ratio(times["ours"], limit)]
        )
    print_table(title, head, rows)


def gflop(case: Case, method: str) -> float:
    """Return the GFLOP of a map: direct convolutions forward, and as many back to the image."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        case.model(case.image)
    forward = counter.get_total_flops() / 1e9
    return forward if method == "gradcam" else 2 * forward * GRADIENTS[method]


def print_differences(title: str, case: Case, methods: list[str]) -> None:
    """Print how far the maps are from each other and from double precision, as shares of a map's norm."""
    rows = []
    for method in methods:
        found = {name: enter(name, case, method) for name in ("ours", "Captum", "grad-cam")}
        maps = {name: way() for name, way in found.items() if not isinstance(way, str)}
        right = exact(case, method)
        rows.append(
            [method, _distance(maps, "ours", right), _distance(maps, "Captum", right)]
            + [_distance(maps, "ours", maps.get(peer)) for peer in ("Captum", "grad-cam")]
        )
    head = ["method", "ours - exact", "Captum - exact", "ours - Captum", "ours - grad-cam"]
    print_table(title, head, rows)


def _distance(maps: dict[str, Tensor], name: str, other: Tensor | None) -> str:
    if name not in maps or other is None:
        return ""
    one, other = maps[name].double(), other.double()
    if other.shape[1] == 1 and float(other.min()) == 0:  # pytorch-grad-cam shows the positive part, up to 1
        one = one.clamp(min=0) / one.max()
    return f"{float((one - other).norm() / other.norm()):.0e}"


def _milliseconds(taken: float | str) -> str:
    return taken if isinstance(taken, str) else f"{taken:.1f}"


def _ratio(one: float | str, other: float | str) -> str:
    return "" if isinstance(one, str) or isinstance(other, str) else f"{one / other:.2f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS, metavar="model")
    parser.add_argument("--methods", nargs="+", default=list(OPTIONS), choices=OPTIONS, metavar="method")
    parser.add_argument("--rounds", type=int, default=3, help="how often the contenders take turns")
    parser.add_argument("--at-once", type=int, default=4, help="images of a batch")
    parser.add_argument("--busy", action="store_true", help="one thread, by its processor time")
    parser.add_argument("--no-exact", action="store_true", help="times only")
    return parser.parse_args()


if __name__ == "__main__":
    main()
