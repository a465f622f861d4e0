"""How long one step of gradient ascent takes, against torch-lucent, a plain loop and the machine's limit.

    python benchmarks/ascent.py                    everything, about five minutes on two quiet cores
    python benchmarks/ascent.py --layers block5_conv3
    python benchmarks/ascent.py --busy             on a machine that others use too

VGG-16, one image of 224 x 224, medians over all steps of several rounds; within a round the contenders take
turns, so that a slow minute of the machine hits all of them.
"""

from __future__ import annotations

import argparse
import copy
from statistics import median
from time import perf_counter, process_time

import torch
from contenders import PRODUCT_SIDE, SIZE, Clock, Contender, lucent, ours, plain_loop, product, why_no_lucent
from tables import print_table
from torch import nn

import vizwidgets as vw

LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3")
DEFAULT_STEP_LAYERS = ("block1_conv2", "block3_conv3", "block5_conv3")
KINDS = {"fp32": "float32", "bf16": "bfloat16"}
Times = dict[str, float]


def main() -> None:
    """Measure and print three tables."""
    options = _options()
    torch.manual_seed(0)
    if options.busy:
        torch.set_num_threads(1)
    model = vw.load_model("vgg16")
    clock_name = "processor time" if options.busy else "wall clock"
    missing = why_no_lucent()
    print(f"torch {torch.__version__}, threads: {torch.get_num_threads()}, {clock_name}")
    print(f"{missing}\n" if missing else "")

    bare = measure(model, options, True, missing)
    print_gains("One bare step (pixels, no random view), milliseconds", bare)
    print_limits(model, bare)
    default = {} if missing else measure(model, options, False, missing)  # nothing else to compare with
    if default:
        print_gains("One step with each one's own default image and random view, milliseconds", default)


def measure(model: nn.Module, options: argparse.Namespace, is_bare: bool, missing: str) -> dict[str, Times]:
    """Return for each layer the median milliseconds of each contender."""
    layers = [layer for layer in options.layers if is_bare or layer in DEFAULT_STEP_LAYERS]
    clock = process_time if options.busy else perf_counter
    return {
        layer: race(contenders(model, layer, is_bare, missing, clock), options.rounds, options.steps)
        for layer in layers
    }


def contenders(
    model: nn.Module, layer: str, is_bare: bool, missing: str, clock: Clock
) -> dict[str, Contender]:
    """Return who takes part; each one but ours gets a model of its own, for it leaves traces there."""
    entered: dict[str, Contender] = {}
    if not missing:
        entered["torch-lucent"] = lucent(copy.deepcopy(model), layer, is_bare, clock)
    if is_bare:
        entered["plain loop"] = plain_loop(copy.deepcopy(model), layer, clock)
    for kind, name in KINDS.items():
        entered[f"ours {kind}"] = ours(model, layer, name, is_bare, clock)
        entered[f"product {kind}"] = product(name, clock)
    return entered


def race(entered: dict[str, Contender], rounds: int, steps: int) -> Times:
    """Let the contenders take turns; return the median time of a step of each, without their warm-up."""
    times: dict[str, list[float]] = {name: [] for name in entered}
    for contender in entered.values():
        contender(1)
    for _ in range(rounds):
        for name, contender in entered.items():
            times[name] += contender(steps + 1)[1:]  # the first one finds the caches full of another's data
    return {name: median(taken) for name, taken in times.items()}


def step_gflop(model: nn.Module, layer: str, is_whole: bool) -> float:
    """Return the GFLOP of the convolutions up to a layer, forward and back to the image.

    Of the last layer either all filters count or, for it is all that the step needs, the one that is climbed.
    """
    total = 0.0
    for entry in vw.list_layers(model, (3, SIZE, SIZE)):
        if entry.kind == "Conv2d":
            _, height, width = entry.shape
            products = (entry.parameters - entry.channels) * height * width
            is_last = layer in (entry.name, entry.alias)
            total += 4e-9 * (products / entry.channels if is_last and not is_whole else products)
            if is_last:
                break
    return total


def print_gains(title: str, table: dict[str, Times]) -> None:
    """Print the times; a gain is against the first contender, torch-lucent where it is installed."""
    names = [name for name in next(iter(table.values())) if not name.startswith("product")]
    rows = []
    for layer, times in table.items():
        gains = [f"{times[names[0]] / times[f'ours {kind}']:.2f} x" for kind in KINDS]
        rows.append([layer, *(f"{times[name]:.1f}" for name in names), *gains])
    print_table(title, ["layer", *names, *(f"{kind} gain" for kind in KINDS)], rows)


def print_limits(model: nn.Module, table: dict[str, Times]) -> None:
    """Print how far each of ours is from what direct convolutions would take at the rate of products."""
    head = ["layer", "GFLOP, whole layers", "GFLOP, needed"]
    for kind in KINDS:
        head += [f"{kind} GFLOP/s", "limit, ms", "ours / limit"]
    rows = []
    for layer, times in table.items():
        needed = step_gflop(model, layer, is_whole=False)
        row = [layer, f"{step_gflop(model, layer, is_whole=True):.1f}", f"{needed:.1f}"]
        for kind in KINDS:
            rate = 2e-6 * PRODUCT_SIDE**3 / times[f"product {kind}"]
            limit = 1000 * needed / rate
            row += [f"{rate:,.0f}", f"{limit:.1f}", f"{times[f'ours {kind}'] / limit:.2f}"]
        rows.append(row)
    print_table("The limit: the products of a step at the rate of a large matrix product", head, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--layers", nargs="+", default=LAYERS, choices=LAYERS, metavar="layer")
    parser.add_argument("--rounds", type=int, default=4, help="how often the contenders take turns")
    parser.add_argument("--steps", type=int, default=3, help="steps of each in a round")
    parser.add_argument("--busy", action="store_true", help="one thread, by its processor time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
