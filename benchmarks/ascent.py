"""How long one step of gradient ascent takes, against torch-lucent, a plain loop and the machine's limit.

    python benchmarks/ascent.py                    everything, about four minutes on two cores
    python benchmarks/ascent.py --rounds 3         sooner, noisier
    python benchmarks/ascent.py --layers block5_conv3

VGG-16, one image of 224 x 224, medians over all steps of several rounds; within a round the contenders take
turns, so that a slow minute of the machine hits all of them.
"""

from __future__ import annotations

import argparse
import copy
import platform
from collections.abc import Callable, Iterable
from statistics import median
from time import perf_counter

import torch
from contenders import SIZE, Contender, lucent, ours, plain_loop, why_no_lucent
from torch import nn

import vizwidgets as vw

LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3")
FULL_STEP_LAYERS = ("block3_conv3", "block5_conv3")
KINDS = {"fp32": "float32", "bf16": "bfloat16"}
Times = dict[str, float]


def main() -> None:
    """Measure and print three tables."""
    options = _options()
    torch.manual_seed(0)
    model = vw.load_model("vgg16")
    rates = {kind: product_rate(getattr(torch, name)) for kind, name in KINDS.items()}
    missing = why_no_lucent()
    print(_machine(rates), *([missing] if missing else []), sep="\n", end="\n\n")

    bare = measure_all(model, options.layers, True, not missing, options)
    print("One bare step (pixels, no random view), milliseconds\n")
    print_table(["layer", *next(iter(bare.values())), *_gain_names()], _rows(bare))
    print("\nAgainst the limit of the machine: the products of a step at the rate of large matrix products\n")
    head = ["layer", "GFLOP, whole layers", "GFLOP, needed", "fp32 limit ms", "ours", "bf16 limit ms", "ours"]
    print_table(head, [_limit_row(model, layer, bare[layer], rates) for layer in bare])

    layers = [layer for layer in FULL_STEP_LAYERS if layer in options.layers]
    full = measure_all(model, layers, False, not missing, options)
    if full:
        print("\nOne step with each one's default image and random view, milliseconds\n")
        print_table(["layer", *next(iter(full.values())), *_gain_names()], _rows(full))


def measure_all(
    model: nn.Module, layers: Iterable[str], is_bare: bool, has_lucent: bool, options: argparse.Namespace
) -> dict[str, Times]:
    """Return for each layer the median milliseconds of each contender."""
    return {
        layer: race(contenders(model, layer, is_bare, has_lucent), options.rounds, options.steps)
        for layer in layers
    }


def contenders(model: nn.Module, layer: str, is_bare: bool, has_lucent: bool) -> dict[str, Contender]:
    """Return who takes part; each one but ours gets a model of its own, for it leaves traces there."""
    entered: dict[str, Contender] = {}
    if has_lucent:
        entered["torch-lucent"] = lucent(copy.deepcopy(model), layer, is_bare)
    if is_bare:
        entered["plain loop"] = plain_loop(copy.deepcopy(model), layer)
    return entered | {f"ours {kind}": ours(model, layer, name, is_bare) for kind, name in KINDS.items()}


def race(entered: dict[str, Contender], rounds: int, steps: int) -> Times:
    """Let the contenders take turns; return the median time of a step of each, without their warm-up."""
    times: dict[str, list[float]] = {name: [] for name in entered}
    for number in range(rounds + 1):
        for name, measure in entered.items():
            taken = measure(steps + 1)[1:]  # the first one finds the caches full of another's data
            if number:
                times[name] += taken
    return {name: median(taken) for name, taken in times.items()}


def product_rate(dtype: torch.dtype, side: int = 2048, repeats: int = 7) -> float:
    """Return the GFLOP/s of a large matrix product, the median of some."""
    a, b = torch.rand(side, side).to(dtype), torch.rand(side, side).to(dtype)
    return 2e-9 * side**3 / median(_seconds(lambda: a @ b) for _ in range(repeats))


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


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
            total += 2 * 2e-9 * (products / entry.channels if is_last and not is_whole else products)
            if is_last:
                break
    return total


def _limit_row(model: nn.Module, layer: str, times: Times, rates: Times) -> list[str]:
    needed = step_gflop(model, layer, is_whole=False)
    row = [layer, f"{step_gflop(model, layer, is_whole=True):.1f}", f"{needed:.1f}"]
    for kind in KINDS:
        limit = 1000 * needed / rates[kind]
        row += [f"{limit:.1f}", f"{times[f'ours {kind}'] / limit:.2f} x"]
    return row


def _gain_names() -> list[str]:
    return [f"{kind} gain" for kind in KINDS]


def _rows(table: dict[str, Times]) -> list[list[str]]:
    """Return the cells; a gain is against the first contender, torch-lucent where it is installed."""
    rows = []
    for layer, times in table.items():
        first = next(iter(times.values()))
        gains = [f"{first / times[f'ours {kind}']:.2f} x" for kind in KINDS]
        rows.append([layer, *(f"{taken:.1f}" for taken in times.values()), *gains])
    return rows


def print_table(head: list[str], rows: list[list[str]]) -> None:
    """Print a table that is Markdown too."""
    lines = [head, ["---"] * len(head), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("| " + " | ".join(map(str.ljust, line, widths)) + " |")


def _machine(rates: Times) -> str:
    products = ", ".join(f"{kind} {rate:,.0f}" for kind, rate in rates.items())
    return (
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, {platform.machine()}; "
        f"matrix product GFLOP/s: {products}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--layers", nargs="+", default=LAYERS, metavar="layer", help="which layers")
    parser.add_argument("--rounds", type=int, default=5, help="how often the contenders take turns")
    parser.add_argument("--steps", type=int, default=3, help="steps of each in a round")
    return parser.parse_args()


if __name__ == "__main__":
    main()
