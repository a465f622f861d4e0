"""Measure what pretraining on rendered streets brings: the grids of lesson 07, their tables, and their files.

    python data_scripts/measure_streets.py                  what is missing in the files, then the tables
    python data_scripts/measure_streets.py --table          the tables alone
    python data_scripts/measure_streets.py --again          everything anew
    python data_scripts/measure_streets.py --out mine       into the folder mine/
    python data_scripts/measure_streets.py --only streets   one of the four grids
    python data_scripts/measure_streets.py --part 1/2       every other point, another process the others

streets         k labelled streets of a camera's look x strategy x seed: mean IoU
street_gap      pretrained only: how the scenes were changed in pretraining x the look of the target
street_weights  pixel accuracy against mean IoU, with rare classes counting more in the loss, and without
street_photos   k labelled photographs of CamVid x strategy x seed, where fetch_camvid.py put them

Every point is written as soon as it is measured, so Ctrl-C loses one at most. Points of other weights than
those of the package are measured anew. All of it takes about half an hour on one thread. Strategies with the
same number of labels take the same number of steps; learning rates and augmentation are those of
``vizwidgets/models/street_recipes.py``, chosen for each strategy on the "validation" split, never with the
test images.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import PIL
import torch
from torch import nn
from tqdm.auto import tqdm

from vizwidgets import __version__
from vizwidgets.core.measurement import Measurement, Measurements
from vizwidgets.core.segmentation_scores import segmentation_scores
from vizwidgets.data.measurement_store import SHIPPED, read_measurements, write_measurements
from vizwidgets.data.storage import locked
from vizwidgets.models.shipped import read_facts
from vizwidgets.models.street_pretraining import PRETRAININGS, StreetPretraining
from vizwidgets.models.street_targets import CAMERA, CAMVID, street_target, street_targets
from vizwidgets.models.street_trial import GAME, StreetOrder, details_of, street_trial

LABELS = (4, 8, 16, 32, 64)
ENDS, MIDDLE = (4, 64), 16
SEEDS = (0, 1, 2)
LOOKS = (0.0, 0.25, 0.5, 0.75, 1.0)
TRAINED = ("from scratch", "feature extractor", "head, then all")
NUM_TEST = 100
NUM_PHOTOS = 233  # all of CamVid's test


class Job(NamedTuple):
    """One point that is wanted: its key, and what measures it."""

    key: tuple[str, str, str, int, int, str]
    measure: Callable[[], Measurement]


def main(arguments: list[str] | None = None) -> int:
    """Measure what is missing and print the tables; return 0, 1 without a folder, or 130 after Ctrl-C."""
    options = _parse(arguments)
    folder = Path(os.path.expanduser(options.out))
    chosen = [options.only] if options.only else list(GRIDS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in chosen:
            points = _measured(folder / f"{name}.json", list(GRIDS[name]()), _possible(name, options))
            print_tables(name, points)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"interrupted; every finished point is kept in {folder}", file=sys.stderr)
        return 130
    return 0


def _possible(name: str, options: argparse.Namespace) -> argparse.Namespace:
    """Return the options, with the table alone where the photographs to measure with were not fetched."""
    if name != "street_photos" or options.table or CAMVID in street_targets():
        return options
    print(f"\nstreet_photos is only printed: {CAMVID} is not at hand; fetch_camvid.py fetches it.")
    return argparse.Namespace(**{**vars(options), "table": True})


def _measured(path: Path, jobs: list[Job], options: argparse.Namespace) -> Measurements:
    """Measure what a file does not hold yet, point by point; some points belong to two grids."""
    if options.again and not options.table:
        path.unlink(missing_ok=True)
    known = _read(path)
    if path.stem != "streets":
        known = _read(path.with_name("streets.json")) + known
    part, parts = options.part
    wanted = [] if options.table else [job for job in jobs if job.key not in _keys(known)][part - 1 :: parts]
    for job in tqdm(wanted, path.stem, disable=not wanted, unit="point"):
        point = job.measure()
        with locked(f"measure-{path.stem}"):  # another process may have measured others
            known = known + [*_read(path), point]
            write_measurements(path, known, _made())
    keys = {job.key: place for place, job in enumerate(jobs)}
    ours = sorted((point for point in known if point.key in keys), key=lambda point: keys[point.key])
    if not options.table and parts == 1:  # in the order of the grid, without what is not part of it
        write_measurements(path, ours, _made())
    return Measurements(ours)


def _keys(points: Measurements) -> set[tuple[str, str, str, int, int, str]]:
    return {point.key for point in points}


def _read(path: Path) -> Measurements:
    if not path.is_file():
        return Measurements()
    return Measurements(point for point in read_measurements(path, "precomputed")[0] if _is_ours(point))


def _is_ours(point: Measurement) -> bool:
    """Whether a point was measured with the weights that the package has now, or with none of them."""
    return point.versions.get("source weights") in (None, read_facts("segmenter")["sha256"][:16])


# -- the grids --------------------------------------------------------------------------------------------


def streets() -> Iterator[Job]:
    """Yield labels x strategies x seeds; what is not trained has no seed."""
    for count in LABELS:
        yield _job(StreetOrder(GAME, CAMERA, count, "pretrained only", num_test=NUM_TEST))
    for count in sorted(LABELS, key=lambda count: count not in ENDS):  # the ends tell most: they come first
        for seed in SEEDS:
            for strategy in TRAINED:
                yield _job(StreetOrder(GAME, CAMERA, count, strategy, seed, num_test=NUM_TEST))


def street_photos() -> Iterator[Job]:
    """Yield labels x strategies x seeds on real photographs, with the settings chosen on drawn streets."""
    yield _job(StreetOrder(GAME, CAMVID, ENDS[0], "pretrained only", num_test=NUM_PHOTOS))
    for count in (*ENDS, MIDDLE):
        for seed in SEEDS:
            for strategy in TRAINED:
                yield _job(StreetOrder(GAME, CAMVID, count, strategy, seed, num_test=NUM_PHOTOS))


def street_weights() -> Iterator[Job]:
    """Yield the same with all classes alike in the loss, beside the usual points."""
    for seed in SEEDS:
        for strategy in ("from scratch", "head, then all"):
            for is_weighted in (True, False):
                yield _job(
                    StreetOrder(
                        GAME, CAMERA, MIDDLE, strategy, seed, is_weighted=is_weighted, num_test=NUM_TEST
                    )
                )


def _job(order: StreetOrder) -> Job:
    return Job(order.key, lambda: _lasting(street_trial(order, watch=False).run()))


def _lasting(point: Measurement) -> Measurement:
    """Return the point without its seconds, which another machine or hour would have others of."""
    kept = {name: value for name, value in point.details.items() if name != "seconds"}
    return replace(point, details=kept)


def street_gap() -> Iterator[Job]:
    """Yield pretrained networks on streets of every look; the seed is that of the pretraining."""
    for seed in SEEDS:
        for words, usual in PRETRAININGS.items():
            recipe = replace(usual, seed=seed)
            for look in LOOKS:
                point = _gap_point(words, recipe, look, 0.0)
                yield Job(point.key, partial(_pretrained_point, words, recipe, look))


def _pretrained_point(words: str, recipe: StreetPretraining, look: float) -> Measurement:
    test = street_target(CAMERA, look).test(NUM_TEST)
    scores = segmentation_scores(_pretrained(recipe), test)
    point = _gap_point(words, recipe, look, scores.mean_iou)
    versions = {"torch": torch.__version__, "machine": platform.machine()}
    return replace(point, details=details_of(scores), versions=versions)


def _gap_point(words: str, recipe: StreetPretraining, look: float, score: float) -> Measurement:
    settings = {**recipe.facts(), "look": look, "num_test": NUM_TEST}
    source, target = f"{GAME}, {words}", f"look {look:g}"
    return Measurement(source, target, "pretrained only", 0, recipe.seed, score, settings=settings)


@cache
def _pretrained(recipe: StreetPretraining) -> nn.Module:
    training = recipe.training()
    for _ in training:
        pass
    return training.model


GRIDS: dict[str, Callable[[], Iterator[Job]]] = {
    "streets": streets,
    "street_gap": street_gap,
    "street_weights": street_weights,
    "street_photos": street_photos,
}

# -- what is printed --------------------------------------------------------------------------------------


def print_tables(name: str, points: Measurements) -> None:
    """Print mean and spread, the gains seed by seed, and what else was measured."""
    print(f"\n{name}: mean IoU")
    if name == "street_gap":
        _print_gap(points)
        return
    print(points.table())
    is_known = set(points.labels).issuperset
    for strategy in (each for each in TRAINED[1:] if is_known((TRAINED[0], each))):
        for gain in points.gains(strategy):
            print(f"    {strategy}, k = {gain.num_labels}: {gain}")
    details = list(dict.fromkeys(detail for point in points for detail in point.details))
    for detail in (each for each in details if each.startswith(("pixel", "IoU"))):
        print(f"\n{name}: {detail}\n{_by_detail(points, detail).table()}")


def _print_gap(points: Measurements) -> None:
    targets = list(dict.fromkeys(point.target for point in points))
    print(f"{'':58}" + "".join(f"{target:>16}" for target in targets))
    for source in dict.fromkeys(point.source for point in points):
        cells = []
        for target in targets:
            here = torch.tensor([point.score for point in points.where(source=source, target=target)])
            spread = float(here.std()) if len(here) > 1 else 0.0
            cells.append(f"{float(here.mean()):.3f} ± {spread:.3f}")
        print(f"{source:58}" + "".join(f"{cell:>16}" for cell in cells))


def _by_detail(points: Measurements, detail: str) -> Measurements:
    """Return the points with something else than mean IoU as their score."""
    known = (point for point in points if point.details.get(detail, -1.0) >= 0)  # NaN is not
    return Measurements(replace(point, score=point.details[detail]) for point in known)


def _made() -> dict[str, object]:
    versions = {
        "vizwidgets": __version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "pillow": PIL.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    return {
        "script": "data_scripts/measure_streets.py",
        "versions": versions,
        "date": date.today().isoformat(),
        "seeds": list(SEEDS),
        "threads": torch.get_num_threads(),
        "source weights": read_facts("segmenter")["sha256"],
    }


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", default=str(SHIPPED), help="the folder of the files")
    parser.add_argument("--only", choices=GRIDS, help="one of the grids")
    parser.add_argument("--part", type=_part, default=(1, 1), help="1/3: a third, as one of three processes")
    parser.add_argument("--table", action="store_true", help="print the tables of what is there")
    parser.add_argument("--again", action="store_true", help="measure everything anew")
    return parser.parse_args(arguments)


def _part(words: str) -> tuple[int, int]:
    part, parts = map(int, words.split("/"))
    if not 1 <= part <= parts:
        raise ValueError(words)
    return part, parts


if __name__ == "__main__":
    sys.exit(main())
