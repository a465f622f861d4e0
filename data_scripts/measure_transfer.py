"""Measure what transfer brings: the grid of lesson 06, its table, and the file that the library ships.

    python data_scripts/measure_transfer.py                        what is missing in the file, then the table
    python data_scripts/measure_transfer.py --table                the table alone
    python data_scripts/measure_transfer.py --again                everything anew
    python data_scripts/measure_transfer.py --out mine.json        into another file
    python data_scripts/measure_transfer.py --only "small digits"  one target

Every point is written as soon as it is measured, so Ctrl-C loses one at most. All of it takes about a quarter
of an hour on one quiet thread. All strategies of a source take the same number of steps; their learning rates
were chosen once, never with test images (``data_scripts/choose_transfer_rates.py``).
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import torch
from tqdm.auto import tqdm

from vizwidgets import __version__
from vizwidgets.core.measurement import Measurement, Measurements
from vizwidgets.data.artifacts import ArtifactError
from vizwidgets.data.measurement_store import SHIPPED, read_measurements, write_measurements
from vizwidgets.models.transfer_trial import TransferOrder, transfer_trial

LABELS = (2, 10, 50)
SEEDS = (0, 1, 2, 3)
PLAIN = ("from scratch", "feature extractor", "head, then all")
CUTS = ("dense1", "conv3", "conv2")  # from shallow to deep: this layer and all after it begin anew


def grid() -> Iterator[TransferOrder]:
    """Yield every point of the table."""
    for seed in SEEDS:
        for count in LABELS:
            yield from _digits(count, seed)
            yield from _animals(count, seed)


def _digits(count: int, seed: int) -> Iterator[TransferOrder]:
    for source, target in (
        ("MNIST digits", "small digits"),
        ("MNIST digits", "textures"),
        ("digits 0-4", "digits 5-9"),
    ):
        for strategy in PLAIN:
            yield TransferOrder(source, target, count, strategy, seed)
        yield TransferOrder(source, target, count, "head, then all", seed, cut=CUTS[0])
    yield TransferOrder("MNIST digits", "small digits", count, "pretrained only", seed)
    yield TransferOrder("digits 0-4", "digits 5-9", count, "feature extractor", seed, cut=CUTS[0])
    for cut in CUTS[1:]:
        yield TransferOrder("digits 0-4", "digits 5-9", count, "head, then all", seed, cut=cut)


def _animals(count: int, seed: int) -> Iterator[TransferOrder]:
    for target in ("sheep and goats", "sheep and goats (shortcut)"):
        yield TransferOrder("nothing", target, count, "from scratch", seed)
        yield TransferOrder("ImageNet", target, count, "feature extractor", seed)
    yield TransferOrder("ImageNet", "sheep and goats", count, "head, then all", seed)
    for strategy in PLAIN:
        yield TransferOrder(
            "sheep and goats with a shortcut", "sheep and goats (repaired)", count, strategy, seed
        )
        yield TransferOrder("MNIST digits", "sheep and goats (gray)", count, strategy, seed)
    if count == LABELS[-1]:  # half a minute for a network that has far too few images
        yield TransferOrder("ImageNet", "sheep and goats", count, "from scratch", seed)


def main(arguments: list[str] | None = None) -> int:
    """Measure what is missing and print the table; return 0, 1 without a file, or 130 after Ctrl-C."""
    options = _parse(arguments)
    out = Path(options.out)
    known = Measurements() if options.again or not out.is_file() else read_measurements(out, "precomputed")[0]
    orders = [order for order in grid() if options.only in (None, order.target)]
    have = {point.key for point in known}
    wanted = [] if options.table else [order for order in orders if order.key not in have]
    try:
        for order in tqdm(wanted, disable=not wanted, unit="point"):
            known += [_measured(order)]
            write_measurements(out, known, _made())
    except ArtifactError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"interrupted; {len(known)} points are kept in {out}", file=sys.stderr)
        return 130
    print_tables(known)
    return 0


def print_tables(points: Measurements) -> None:
    """Print mean and spread for each target, the gains seed by seed, and what else was measured."""
    for source, target in dict.fromkeys((point.source, point.target) for point in points):
        here = points.where(source=source, target=target)
        print(f"\n{source} -> {target}\n{here.table()}")
        is_known = "from scratch" in here.labels
        for label in here.labels:
            for gain in here.gains(label) if is_known and label != "from scratch" else ():
                print(f"    {label}, k = {gain.num_labels}: {gain}")
        _print_details(here)


def _print_details(points: Measurements) -> None:
    for name in ("expected", "flip_rate"):
        known = Measurements(
            Measurement(**{**vars(point), "score": point.details[name]})
            for point in points
            if name in point.details
        )
        if known:
            print(f"  {name}\n{known.table()}")


def _measured(order: TransferOrder) -> Measurement:
    return transfer_trial(order, watch=False).run()


def _made() -> dict[str, object]:
    versions = {"vizwidgets": __version__, "torch": torch.__version__, "python": platform.python_version()}
    return {
        "script": "data_scripts/measure_transfer.py",
        "versions": versions,
        "date": date.today().isoformat(),
        "seeds": list(SEEDS),
        "threads": torch.get_num_threads(),
    }


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", default=str(SHIPPED / "transfer.json"), help="the file of the points")
    parser.add_argument("--only", metavar="TARGET", help="points of one target only")
    parser.add_argument("--table", action="store_true", help="print the table of what is there")
    parser.add_argument("--again", action="store_true", help="measure everything anew")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
